import assert from 'node:assert/strict';
import type { modelChoices as Choices } from '../../../src/host/models/modelPick';
import { useVSCode } from '../../support/fakeVSCode';

let modelChoices: typeof Choices;
const models = ['a', 'b', 'c'];

function shown(...parameters: Parameters<typeof Choices>): readonly string[] {
  return modelChoices(...parameters).map(({ model, kind }) => `${kind} ${model}`);
}

describe('modelChoices', () => {
  useVSCode({});
  before(async () => {
    ({ modelChoices } = await import('../../../src/host/models/modelPick'));
  });

  it('offers the current model first and marks it', () => {
    assert.deepEqual(shown(models, 'b', undefined, ''), ['current b', 'other a', 'other c']);
  });

  it('offers the current model even when the gateway does not list it, or has not answered', () => {
    assert.deepEqual(shown(['a'], 'mine', undefined, ''), ['current mine', 'other a']);
    assert.deepEqual(shown([], 'mine', undefined, ''), ['current mine']);
  });

  it('leaves out the model that is to be replaced', () => {
    assert.deepEqual(shown(models, 'b', 'b', ''), ['other a', 'other c']);
    assert.deepEqual(shown(models, 'b', 'b', 'b'), ['other a', 'other c']);
  });

  it('offers what was typed, unless it is in the list', () => {
    assert.deepEqual(shown(['a'], 'a', undefined, ' x/y:z '), ['current a', 'typed x/y:z']);
    assert.deepEqual(shown(['a'], 'a', undefined, 'a'), ['current a']);
    assert.deepEqual(shown(['a'], 'a', undefined, '  '), ['current a']);
  });
});
