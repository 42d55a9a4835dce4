import assert from 'node:assert/strict';
import { factsOf } from '../../../../src/engine/models/modelFacts';
import { modelLimits } from '../../../../src/host/chat/provider/modelInfo';

describe('limits of a model for VS Code', () => {
  it('come from what is known about the model', () => {
    assert.deepEqual(modelLimits({ contextWindow: 200_000, maxOutput: 64_000, images: true, tools: false }), {
      ...{ maxInputTokens: 136_000, maxOutputTokens: 64_000, imageInput: true, toolCalling: false },
    });
  });

  it('are low for a model about which nothing is known, which may call tools', () => {
    assert.deepEqual(modelLimits(undefined), {
      ...{ maxInputTokens: 32_000, maxOutputTokens: 4_096, imageInput: false, toolCalling: true },
    });
  });

  it('leave half of the context window for the prompt', () => {
    const { maxInputTokens, maxOutputTokens } = modelLimits({ contextWindow: 8192, maxOutput: 8192 });
    assert.deepEqual([maxInputTokens, maxOutputTokens], [4096, 4096]);
    assert.equal(modelLimits({ contextWindow: 1 }).maxInputTokens, 0);
  });

  it('respect a limit of the input that is below the context window', () => {
    const facts = { contextWindow: 400_000, maxOutput: 128_000, maxInput: 200_000 };
    assert.equal(modelLimits(facts).maxInputTokens, 200_000);
  });

  it('respect a limit of the output although the context window is unknown', () => {
    assert.deepEqual(
      [modelLimits({ maxOutput: 1000 }).maxOutputTokens, modelLimits({}).maxInputTokens],
      [1000, 32_000],
    );
  });

  it('are known for the models of the tutorial', () => {
    const limits = (model: string) => modelLimits(factsOf(model));
    assert.equal(limits('claude-sonnet-4').maxInputTokens, 136_000);
    assert.ok(limits('gpt-4o').imageInput);
  });
});
