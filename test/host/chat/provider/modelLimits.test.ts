import assert from 'node:assert/strict';
import { factsOf, type ModelFacts } from '../../../../src/engine/models/modelFacts';
import type { modelLimits } from '../../../../src/host/chat/provider/offeredModels';
import { useVSCode } from '../../../support/fakeVSCode';

type Limits = ReturnType<typeof modelLimits>;

const cases: readonly (readonly [behavior: string, facts: ModelFacts | undefined, limits: Partial<Limits>])[] = [
  [
    'come from the known facts of the model',
    { contextWindow: 200_000, maxOutput: 64_000, images: true, tools: false },
    { maxInputTokens: 136_000, maxOutputTokens: 64_000, imageInput: true, toolCalling: false },
  ],
  [
    'are low, and tool calls are allowed, for a model about which nothing is known',
    undefined,
    { maxInputTokens: 32_000, maxOutputTokens: 4_096, imageInput: false, toolCalling: true },
  ],
  [
    'leave half of the context window for the prompt',
    { contextWindow: 8192, maxOutput: 8192 },
    { maxInputTokens: 4096, maxOutputTokens: 4096 },
  ],
  ['are not negative for a tiny context window', { contextWindow: 1 }, { maxInputTokens: 0 }],
  [
    'respect an input limit that is below the context window',
    { contextWindow: 400_000, maxOutput: 128_000, maxInput: 200_000 },
    { maxInputTokens: 200_000 },
  ],
  [
    'respect an output limit even if the context window is unknown',
    { maxOutput: 1000 },
    { maxInputTokens: 32_000, maxOutputTokens: 1000 },
  ],
  ["come from the extension's own table for claude-sonnet-4", factsOf('claude-sonnet-4'), { maxInputTokens: 136_000 }],
];

describe('token limits of a model that VS Code receives', () => {
  useVSCode({});
  for (const [behavior, facts, limits] of cases) {
    it(behavior, async () => {
      const { modelLimits } = await import('../../../../src/host/chat/provider/offeredModels');
      assert.partialDeepStrictEqual(modelLimits(facts), limits);
    });
  }
});
