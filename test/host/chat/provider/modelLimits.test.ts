import assert from 'node:assert/strict';
import { factsOf, type ModelFacts } from '../../../../src/engine/models/modelFacts';
import type { modelLimits } from '../../../../src/host/chat/provider/offeredModels';
import { useVSCode } from '../../../support/fakeVSCode';

type Limits = ReturnType<typeof modelLimits>;

const cases: readonly {
  readonly behavior: string;
  readonly facts: ModelFacts | undefined;
  readonly limits: Partial<Limits>;
}[] = [
  {
    behavior: 'come from the known facts of the model',
    facts: { contextWindow: 200_000, maxOutput: 64_000, images: true, tools: false },
    limits: { maxInputTokens: 136_000, maxOutputTokens: 64_000, imageInput: true, toolCalling: false },
  },
  {
    behavior: 'are low, and tool calls are allowed, for a model about which nothing is known',
    facts: undefined,
    limits: { maxInputTokens: 32_000, maxOutputTokens: 4_096, imageInput: false, toolCalling: true },
  },
  {
    behavior: 'leave half of the context window for the prompt',
    facts: { contextWindow: 8192, maxOutput: 8192 },
    limits: { maxInputTokens: 4096, maxOutputTokens: 4096 },
  },
  {
    behavior: 'are not negative for a tiny context window',
    facts: { contextWindow: 1 },
    limits: { maxInputTokens: 0 },
  },
  {
    behavior: 'respect an input limit that is below the context window',
    facts: { contextWindow: 400_000, maxOutput: 128_000, maxInput: 200_000 },
    limits: { maxInputTokens: 200_000 },
  },
  {
    behavior: 'respect an output limit even if the context window is unknown',
    facts: { maxOutput: 1000 },
    limits: { maxInputTokens: 32_000, maxOutputTokens: 1000 },
  },
  {
    behavior: "come from the extension's own table for claude-sonnet-4",
    facts: factsOf('claude-sonnet-4'),
    limits: { maxInputTokens: 136_000 },
  },
];

describe('token limits of a model that VS Code receives', () => {
  useVSCode({});
  for (const { behavior, facts, limits } of cases) {
    it(behavior, async () => {
      const { modelLimits } = await import('../../../../src/host/chat/provider/offeredModels');
      assert.partialDeepStrictEqual(modelLimits(facts), limits);
    });
  }
});
