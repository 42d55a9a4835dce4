import type { ChatRequest, ModelParameters } from '../request';
import { plainName, type ModelFacts } from './modelFacts';

/** Factor by which *Retry with more room* raises the token limit. */
const roomFactor = 4;

/** A default limit is not sent to a model that reasons, because its reasoning would use up the limit. */
export function modelParameters(
  request: Omit<ChatRequest, 'messages'>,
  facts: ModelFacts | undefined,
): ModelParameters {
  const { model, defaults, moreRoom } = request;
  const isReasoning = doesReason(model, facts) === true;
  const ownTemperature = facts?.omitsTemperature ? undefined : request.temperature;
  const temperature = ownTemperature ?? (facts?.takesTemperature === false ? undefined : defaults?.temperature);
  const maxTokens = request.maxTokens ?? (isReasoning ? undefined : defaults?.maxTokens);
  if (!moreRoom) return { temperature, maxTokens };
  // Names the largest possible limit if no limit was sent: the answer then ended at a limit that the gateway chose.
  if (maxTokens === undefined) return { temperature, maxTokens: facts?.maxOutput };
  return {
    temperature,
    // The user may have set a limit that is higher than the known maximum of the model.
    maxTokens: isReasoning
      ? undefined
      : Math.max(maxTokens, Math.min(maxTokens * roomFactor, facts?.maxOutput ?? Infinity)),
  };
}

/** Matches the part of a name with which a gateway itself says that the model reasons, or that it does not. */
const reasoningInName = /-(non?-?)?(?:thinking|reasoning|reasoner)(?:-|$)/;

/** Returns whether a model reasons before it answers, or undefined if neither the facts nor the name say so. */
export function doesReason(model: string, facts: ModelFacts | undefined): boolean | undefined {
  if (facts?.reasons !== undefined) return facts.reasons;
  const match = reasoningInName.exec(plainName(model));
  return match ? match[1] === undefined : undefined;
}

/** OpenAI's models from GPT-5 on and its o-series. Azure calls GPT-3.5 `gpt-35`. */
const completionLimitModels = /^(?:o[1-9]|gpt-(?:[5-9]|[12]\d))(?:-|$)/;

export function limitParameter(model: string): 'max_tokens' | 'max_completion_tokens' {
  return completionLimitModels.test(plainName(model)) ? 'max_completion_tokens' : 'max_tokens';
}
