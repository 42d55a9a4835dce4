import type { EngineSettings } from '../engine';
import type { DelaySource, FaultKind } from '../events';
import { faultOfRow, type Fault } from '../faults/classify';
import { faultTable, type FaultRow, type Policy, type FaultName } from '../faults/faultTable';
import { continuingModel, isModelOverload, type ContinuationState } from './continuingModel';
import { retryAfterDelay, overloadDelay, transientDelay } from './backoff';

/** The state of a turn before a retry decision: its faults, its progress and its remaining budgets. */
export interface RetryHistory extends ContinuationState {
  /** Number of automatic retries since the last progress, limited by `holysheep.retry.maxRetries`. */
  readonly retries: number;
  /** Number of previous occurrences of the same fault in this turn. */
  readonly sameRowFaults: number;
  /** Whether this turn has used its one immediate retry, which does not count against the retry budget. */
  readonly freeReplayUsed: boolean;
  /** The previous backoff of this turn, in milliseconds. */
  readonly previousDelayMs: number | undefined;
  /** Number of consecutive overloads of the current model before this fault. */
  readonly overloads: number;
  /**
   * Whether the stream of the failed attempt had started, so that a further attempt counts as a resume and not as a
   * retry.
   */
  readonly isResuming: boolean;
  /** Number of resumes that the turn may still make. */
  readonly resumesLeft: number;
  /** Number of resumes so far. */
  readonly resumes: number;
  /** Number of resumes so far that added no text. */
  readonly emptyResumes: number;
  /** Whether the user already sees text of the answer. */
  readonly hasText: boolean;
  /** Whether the user already sees text or reasoning of the answer. */
  readonly hasOutput: boolean;
  /**
   * Time in which the turn made no progress, in milliseconds. Time while the answer streams, or while the computer
   * sleeps or is offline, does not count.
   */
  readonly idleMs: number;
  /** Whether the turn has waited during the time without progress. */
  readonly hasWaited: boolean;
  /** Number of tokens in the retry budget of the origin. */
  readonly tokens: number;
  /** Whether the circuit breaker of the current model is open. */
  readonly breakerOpen: boolean;
  /**
   * What the turn can expect from its other routes: one of them is `usable` now, or one that has failed `may-recover`, so
   * that the turn must not end yet.
   */
  readonly otherRoute: 'usable' | 'may-recover' | 'none';
}

/** What a turn does after a fault. */
export type Decision =
  | {
      readonly type: 'fail';
      readonly fault: Fault;
      /** Milliseconds until the rate limit resets, if the gateway named a time. */
      readonly resetsInMs?: number | undefined;
      /** Whether the retry-after is longer than the settings allow. */
      readonly beyondMaxHint?: true;
      /** The fallback model that the user may let continue the partial answer. */
      readonly fallbackModel?: string | undefined;
    }
  | { readonly type: 'replay' }
  | { readonly type: 'fall-back'; readonly model: string }
  | { readonly type: 'switch-route' }
  /** Switch to another route that responds, or wait until the network is back if attempts are left. */
  | { readonly type: 'offline'; readonly attemptsLeft: number }
  | {
      readonly type: 'wait';
      readonly delayMs: number;
      /** The random part of `delayMs`, in milliseconds. */
      readonly jitterMs?: number | undefined;
      readonly source: DelaySource;
      readonly hintMs?: number | undefined;
      readonly hintFrom?: string | undefined;
      /** Number of attempts that are still allowed, including the next one. */
      readonly attemptsLeft: number;
      /** Number of tokens that the next attempt takes from the origin's retry budget (a token bucket). */
      readonly cost: number;
      /** The fallback model that the user may let continue the partial answer. */
      readonly fallbackModel?: string | undefined;
    };

/**
 * If a model is overloaded this many times in a row, the turn switches to a fallback model, or to another route if no
 * fallback model is configured.
 */
const overloadsBeforeFallback = 3;

/** Minimum deadline of a turn, in milliseconds. The deadline is longer if the settings allow a longer retry-after. */
const minDeadlineMs = 300_000;

/**
 * Returns the time without progress after which automatic retries stop, in milliseconds. It is never shorter than the
 * longest retry-after that the settings allow.
 */
export function deadlineOf({ retry }: EngineSettings): number {
  return Math.max(minDeadlineMs, retry.maxHintMs);
}

/** Decides what a turn does after a fault. */
export function decide(fault: Fault, history: RetryHistory, settings: EngineSettings, random: () => number): Decision {
  const decision = decideForModel(fault, history, settings, random);
  if (decision.type !== 'wait' && decision.type !== 'fail') return decision;
  const model = continuingModel(history, settings);
  if (model === undefined || !needsAnotherModel(fault, history, settings)) return decision;
  return settings.continueWithFallback === 'auto'
    ? { type: 'fall-back', model }
    : { ...decision, fallbackModel: model };
}

/**
 * Returns whether the current model can't continue the partial answer soon: it is overloaded, its circuit breaker is
 * open, or the resumes of the answer are spent.
 */
function needsAnotherModel(fault: Fault, history: RetryHistory, settings: EngineSettings): boolean {
  if (!isRetryable(fault.policy)) return false;
  if (isModelOverload(fault.policy) || history.breakerOpen) return true;
  return history.isResuming && attemptsAllowed(fault.policy, history, settings) <= 0;
}

/** Decides what a turn does after a fault if the current model continues the answer. */
function decideForModel(fault: Fault, history: RetryHistory, settings: EngineSettings, random: () => number): Decision {
  const { retryAfter } = fault;
  const policy = policyOn(fault, history);
  const fail: Decision = { type: 'fail', fault, resetsInMs: retryAfter?.delayMs };
  if (history.otherRoute === 'usable' && mustSwitchRoute(fault, history, settings)) return { type: 'switch-route' };
  if (!isRetryable(policy) || (history.hasText && settings.resume === 'off' && history.isResuming)) return fail;
  if (policy.retry === 'hint' && !retryAfter) return fail;
  if (retryAfter && retryAfter.delayMs > settings.retry.maxHintMs) {
    return { ...fail, fault: asEndOfTurn(fault), beyondMaxHint: true };
  }
  if (hasFreeReplay(policy, history)) return { type: 'replay' };
  const model = fallbackModel(policy, history, settings);
  if (model !== undefined) return { type: 'fall-back', model };
  const attemptsLeft = attemptsAllowed(policy, history, settings);
  const isOffline = policy.retry === 'offline';
  if (attemptsLeft <= 0 && !(isOffline && history.otherRoute === 'usable'))
    return history.emptyResumes >= 2 ? { type: 'fail', fault: faultOfRow('resumesWithoutText') } : fail;
  if (isOffline) return { type: 'offline', attemptsLeft };
  const deadlineMs = deadlineOf(settings);
  if (retryAfter) {
    const isPastDeadline = history.hasWaited && history.idleMs + retryAfter.delayMs > deadlineMs;
    if (isPastDeadline) return { ...fail, fault: asEndOfTurn(fault) };
    const delayMs = retryAfterDelay(retryAfter.delayMs, random);
    const jitterMs = delayMs - retryAfter.delayMs;
    return {
      type: 'wait',
      delayMs,
      jitterMs,
      source: 'server',
      hintMs: retryAfter.delayMs,
      hintFrom: retryAfter.field,
      attemptsLeft,
      cost: 0,
    };
  }
  const backoff = policy.retry === 'overload' ? overloadDelay : transientDelay;
  const failures = history.isResuming ? history.resumes : history.retries;
  const delayMs = backoff(settings.retry, { failures, random, previousMs: history.previousDelayMs });
  if (history.idleMs + delayMs > deadlineMs) return { type: 'fail', fault: faultOfRow('deadline') };
  const cost = costOf(policy, history);
  if (cost > history.tokens) return { type: 'fail', fault: faultOfRow('budget') };
  return { type: 'wait', delayMs, source: 'backoff', attemptsLeft, cost };
}

/**
 * Returns the number of tokens charged to the retry budget for a retry. With an open breaker, the number is 0, because
 * the breaker already limits all requests.
 */
function costOf(policy: Policy, { breakerOpen }: RetryHistory): number {
  if (policy.retry === 'overload' || breakerOpen) return 0;
  return policy.retry === 'transient' ? (policy.cost ?? 1) : 1;
}

/**
 * The policies whose faults are retried automatically. `repair` is not one of them: such a fault reaches the retry
 * policy only if the request couldn't be corrected.
 */
const retriedPolicies: ReadonlySet<Policy['retry']> = new Set(['transient', 'overload', 'hint', 'offline', 'resume']);

/** Returns whether the engine automatically retries a fault with this policy. */
export function isRetryable({ retry }: Policy): boolean {
  return retriedPolicies.has(retry);
}

/**
 * Returns the policy for a fault. A permanent fault of one route does not end a turn that can still wait for another
 * route.
 */
function policyOn({ policy, isRouteFault }: Fault, { otherRoute }: RetryHistory): Policy {
  return isRouteFault && otherRoute === 'may-recover' && !isRetryable(policy) ? { retry: 'transient' } : policy;
}

/** Returns whether the request is sent again at once. Only the first replay of a turn is free. */
function hasFreeReplay(policy: Policy, { freeReplayUsed, isResuming }: RetryHistory): boolean {
  return policy.retry === 'transient' && policy.freeReplay === true && !freeReplayUsed && !isResuming;
}

/**
 * Returns whether another route should be used: after a fault of the route, unless the request is replayed first, and
 * for an overload that lasts if no fallback model is configured and the gateway named no time.
 */
function mustSwitchRoute(fault: Fault, history: RetryHistory, { fallbackModels }: EngineSettings): boolean {
  if (fault.isRouteFault) return !hasFreeReplay(fault.policy, history);
  return fallbackModels.length === 0 && !fault.retryAfter && isOverloadedForLong(fault.policy, history);
}

/** Returns whether the model is overloaded so often in a row that the turn looks for another model or route. */
function isOverloadedForLong(policy: Policy, { overloads }: RetryHistory): boolean {
  return isModelOverload(policy) && overloads + 1 >= overloadsBeforeFallback;
}

function fallbackModel(policy: Policy, history: RetryHistory, settings: EngineSettings): string | undefined {
  return isOverloadedForLong(policy, history) || history.breakerOpen ? nextFallbackModel(history, settings) : undefined;
}

/**
 * Returns the first fallback model that this turn has not used. Returns undefined once the user sees text or reasoning.
 */
export function nextFallbackModel(
  history: Pick<RetryHistory, 'hasOutput' | 'models'>,
  { fallbackModels }: Pick<EngineSettings, 'fallbackModels'>,
): string | undefined {
  return history.hasOutput ? undefined : fallbackModels.find((model) => !history.models.includes(model));
}

/**
 * Returns the number of attempts that are still allowed. The limit that the fault table sets for a fault applies to
 * retries and to resumes.
 */
function attemptsAllowed(policy: Policy, history: RetryHistory, { retry }: EngineSettings): number {
  const limit = policy.retry === 'transient' ? (policy.limit ?? Infinity) : Infinity;
  const budget = history.isResuming ? history.resumesLeft : retry.maxRetries - history.retries;
  return Math.min(budget, limit - history.sameRowFaults);
}

/** Faults that end a turn because the limit resets too late to wait for it, by the kind of the original fault. */
const rowsAfterLongLimit: Partial<Record<FaultKind, FaultName>> = {
  'rate-limit': 'usageLimitReached',
  credit: 'outOfCredit',
};

/**
 * Returns the fault that ends a turn because the limit resets too late to wait for it. Its message says when the limit
 * resets, if the fault table has such a message.
 */
export function asEndOfTurn(fault: Fault): Fault {
  const row = rowsAfterLongLimit[fault.kind] ?? fault.row;
  const { policy, message, actions, messageWithTime }: FaultRow = faultTable[row];
  return { ...fault, row, policy, actions, message: messageWithTime ?? message };
}
