import assert from 'node:assert/strict';
import type { modelChoices as ModelChoices } from '../../../src/host/models/modelPick';
import { useVSCode } from '../../support/fakeVSCode';

let modelChoices: typeof ModelChoices;
const models = ['a', 'b', 'c'];

function listChoices(...parameters: Parameters<typeof ModelChoices>): readonly string[] {
  return modelChoices(...parameters).map(({ model, kind }) => `${kind} ${model}`);
}

describe('choices in the model picker', () => {
  useVSCode({});
  before(async () => {
    ({ modelChoices } = await import('../../../src/host/models/modelPick'));
  });

  it('offer the current model first and mark it', () => {
    assert.deepEqual(listChoices(models, 'b', undefined, ''), ['current b', 'other a', 'other c']);
  });

  it('include the current model even if the gateway does not list it or has not responded', () => {
    assert.deepEqual(listChoices(['a'], 'mine', undefined, ''), ['current mine', 'other a']);
    assert.deepEqual(listChoices([], 'mine', undefined, ''), ['current mine']);
  });

  it('exclude a model that the user wants to replace', () => {
    assert.deepEqual(listChoices(models, 'b', 'b', ''), ['other a', 'other c']);
    assert.deepEqual(listChoices(models, 'b', 'b', 'b'), ['other a', 'other c']);
  });

  it('include the typed name unless it is in the list', () => {
    assert.deepEqual(listChoices(['a'], 'a', undefined, ' x/y:z '), ['current a', 'typed x/y:z']);
    assert.deepEqual(listChoices(['a'], 'a', undefined, 'a'), ['current a']);
    assert.deepEqual(listChoices(['a'], 'a', undefined, '  '), ['current a']);
  });
});
