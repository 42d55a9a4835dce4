import assert from 'node:assert/strict';
import { defaultModels } from '../../../src/engine/gateway/modelList';
import { canChat } from '../../../src/engine/models/listedFacts';

describe('models that can chat', () => {
  it('include the default models', () => assert.ok(defaultModels.every((id) => canChat(id))));

  for (const model of [
    'text-embedding-3-large',
    'whisper-1',
    'tts-1',
    'dall-e-3',
    'gpt-4o-transcribe',
    'qwen-image',
    'bge-rerank',
  ]) {
    it(`don't include ${model}`, () => assert.equal(canChat(model), false));
  }

  it("are recognized by the output types in the gateway's model list", () => {
    const listed = new Map([
      ['gemini-image', { writesText: true }],
      ['painter', { writesText: false }],
    ]);
    assert.deepEqual([canChat('gemini-image', listed), canChat('painter', listed)], [true, false]);
  });
});
