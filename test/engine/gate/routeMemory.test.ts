import assert from 'node:assert/strict';
import { RouteMemory } from '../../../src/engine/gate/routeMemory';

const url = 'https://api.holysheep.ai/v1';

describe('the route memory', () => {
  it('knows nothing of a model it has not met', () => {
    const { unsupportedParameters, refusesPrefill, finishReason } = new RouteMemory().behaviorOf(url, 'gpt-5');
    assert.deepEqual([unsupportedParameters.size, refusesPrefill, finishReason], [0, false, 'unknown']);
  });

  it('keeps what it has learned of a model on a route', () => {
    const memory = new RouteMemory();
    memory.behaviorOf(url, 'gpt-5').unsupportedParameters.add('max_tokens');
    memory.behaviorOf(url, 'gpt-5').finishReason = 'omitted';
    assert.deepEqual([...memory.behaviorOf(url, 'gpt-5').unsupportedParameters], ['max_tokens']);
    assert.equal(memory.behaviorOf(url, 'gpt-5').finishReason, 'omitted');
  });

  it('holds it neither against another model nor against the same one on another route', () => {
    const memory = new RouteMemory();
    memory.behaviorOf(url, 'gpt-5').refusesPrefill = true;
    assert.equal(memory.behaviorOf(url, 'gpt-4o').refusesPrefill, false);
    assert.equal(memory.behaviorOf('https://example.com/v1', 'gpt-5').refusesPrefill, false);
  });
});
