import type { ChatRequest, ModelParameters } from '../request';
import { plainName, type ModelFacts } from './modelFacts';

/** Factor by which the command *Retry with more room* raises the token limit. */
const roomFactor = 4;

/**
 * Returns the temperature and the token limit of a request. A default limit is not sent to a model that reasons,
 * because the reasoning would use up the limit.
 */
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
  // If no limit was sent, the gateway chose the limit at which the answer ended. The next request therefore contains
  // the model's maximum.
  if (maxTokens === undefined) return { temperature, maxTokens: facts?.maxOutput };
  return {
    temperature,
    // The new limit is never lower than the old limit: the user can have set a limit above the known maximum of the
    // model.
    maxTokens: isReasoning
      ? undefined
      : Math.max(maxTokens, Math.min(maxTokens * roomFactor, facts?.maxOutput ?? Infinity)),
  };
}

/** Matches the part of a model name that shows that the model reasons, or that it does not (`non-thinking`). */
const reasoningInName = /-(non?-?)?(?:thinking|reasoning|reasoner)(?:-|$)/;

/** Returns whether a model reasons before it answers, or undefined if neither its facts nor its name show that. */
export function doesReason(model: string, facts: ModelFacts | undefined): boolean | undefined {
  if (facts?.reasons !== undefined) return facts.reasons;
  const match = reasoningInName.exec(plainName(model));
  return match ? match[1] === undefined : undefined;
}

/** Matches OpenAI's o-series and its models from GPT-5 on. Azure calls GPT-3.5 `gpt-35`, which does not match. */
const completionLimitModels = /^(?:o[1-9]|gpt-(?:[5-9]|[12]\d))(?:-|$)/;

export function limitParameter(model: string): 'max_tokens' | 'max_completion_tokens' {
  return completionLimitModels.test(plainName(model)) ? 'max_completion_tokens' : 'max_tokens';
}
