import type { EngineSettings } from '../engine';
import type { Policy } from '../faults/faultTable';

/** The state of a turn that decides whether another model may continue its partial answer. */
export interface ContinuationState {
  /**
   * Whether the partial answer can be continued instead of restarted: it has text and no tool calls, and the setting
   * `holysheep.resume` does not ask for a restart.
   */
  readonly isContinuable: boolean;
  /** Models that this turn has used, the current one last. */
  readonly models: readonly string[];
}

/**
 * Returns the fallback model that may continue the partial answer: the first one that this turn has not used. Returns
 * undefined if there is none, or if the settings do not allow it.
 */
export function continuingModel(
  { isContinuable, models }: ContinuationState,
  { continueWithFallback, fallbackModels, resume }: EngineSettings,
): string | undefined {
  if (!isContinuable || continueWithFallback === 'off' || resume === 'off') return undefined;
  return fallbackModels.find((model) => !models.includes(model));
}

/** Returns whether a fault with this policy means that the model is overloaded, so that another model may help. */
export function isModelOverload(policy: Policy): boolean {
  return policy.retry === 'overload' && policy.fallback === true;
}
