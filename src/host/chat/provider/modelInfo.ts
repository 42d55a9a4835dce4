import type { ModelFacts } from '../../../engine/models/modelFacts';

/** Capabilities and token limits of a model, which VS Code needs before it sends a request. */
interface ModelLimits {
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
  readonly imageInput: boolean;
  readonly toolCalling: boolean;
}

/** Limits of models about which nothing is known. VS Code shortens longer prompts, so a low limit is safer than a high one. */
const defaultInputTokens = 32_000;
const defaultOutputTokens = 4_096;

/** Returns the limits of a model. */
export function modelLimits(facts: ModelFacts = {}): ModelLimits {
  const { contextWindow = Infinity, maxInput = Infinity, maxOutput = defaultOutputTokens, images, tools } = facts;
  // Leaves half of the context window for the prompt, because some models may fill all of it with their answer.
  const maxOutputTokens = Math.min(maxOutput, Math.ceil(contextWindow / 2));
  const maxInputTokens = Math.min(maxInput, contextWindow - maxOutputTokens);
  return {
    maxInputTokens: Number.isFinite(maxInputTokens) ? maxInputTokens : defaultInputTokens,
    maxOutputTokens,
    imageInput: images ?? false,
    // Declares that an unknown model calls tools, because the agent's model picker hides all other models.
    toolCalling: tools ?? true,
  };
}
