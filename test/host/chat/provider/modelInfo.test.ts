import assert from 'node:assert/strict';
import { defaultModels } from '../../../../src/engine/gateway/modelList';
import { canChat, modelLimits } from '../../../../src/host/chat/provider/modelInfo';

const limits: readonly (readonly [model: string, maxInputTokens: number, imageInput: boolean])[] = [
  ['claude-opus-4', 200_000, true],
  ['anthropic/claude-sonnet-4.5', 200_000, true],
  ['gpt-4o', 128_000, true],
  ['gpt-4o-2024-05-13', 124_000, true],
  ['gpt-4-turbo', 124_000, false],
  ['gpt-4', 6_000, false],
  ['gpt-3.5-turbo', 12_000, false],
  ['moonshot-v1-8k', 6_000, false],
  ['claude-3-haiku-20240307', 196_000, true],
  ['claude-3-5-sonnet', 200_000, true],
  ['claude-instant-1.2', 96_000, false],
  ['gpt-4.1-mini', 272_000, true],
  ['o3', 128_000, true],
  ['gemini-3-pro', 1_000_000, true],
  ['deepseek-r1', 64_000, false],
  ['something-else', 32_000, false],
];

describe('model lookup by ID', () => {
  for (const [model, maxInputTokens, imageInput] of limits) {
    it(`finds the limits of ${model}`, () => {
      const actual = modelLimits(model);
      assert.deepEqual([actual.maxInputTokens, actual.imageInput], [maxInputTokens, imageInput]);
      assert.ok(actual.maxOutputTokens < actual.maxInputTokens);
    });
  }

  it('marks all default models as chat models', () =>
    assert.deepEqual(
      defaultModels.filter((id) => !canChat(id)),
      [],
    ));

  for (const model of [
    'text-embedding-3-large',
    'whisper-1',
    'tts-1',
    'dall-e-3',
    'gpt-4o-transcribe',
    'qwen-image',
    'bge-rerank',
  ]) {
    it(`does not mark ${model} as a chat model`, () => assert.equal(canChat(model), false));
  }
});
