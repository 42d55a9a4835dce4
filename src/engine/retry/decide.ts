import type { EngineSettings } from '../engine';
import type { DelaySource, FaultKind } from '../events';
import { faultOfRow, type Fault } from '../faults/classify';
import { faultTable, type FaultName, type FaultRow, type Policy } from '../faults/faultTable';
import type { GateBlock } from '../gate/cooldowns';
import type { Route } from '../request';
import { retryAfterDelay, overloadDelay, transientDelay } from './backoff';

/** The state of a turn after a fault, or while a gate does not admit its next attempt. */
export interface Situation {
  /** The fault of the last attempt, or the fault that explains `block`. */
  readonly fault: Fault;
  /** Why the gate does not admit the next attempt. Undefined if the last attempt has failed. */
  readonly block: (Pick<GateBlock, 'blockKind' | 'cause'> & { readonly leftMs: number }) | undefined;
  /** Number of automatic retries since the last progress, limited by `holysheep.retry.maxRetries`. */
  readonly retries: number;
  /** Whether the next attempt is a retry that `retries` does not include yet. */
  readonly isRetryPending: boolean;
  /** Number of previous occurrences of the same fault in this turn. */
  readonly sameRowFaults: number;
  /** Whether this turn has used its one immediate retry, which does not count against the retry budget. */
  readonly freeReplayUsed: boolean;
  /** The previous backoff of this turn, in milliseconds. */
  readonly previousDelayMs: number | undefined;
  /** Number of consecutive overloads of the current model before this fault. */
  readonly overloads: number;
  /** Models that this turn has used, the current one last. */
  readonly models: readonly string[];
  /**
   * Whether the stream of the failed attempt had started, so that a further attempt counts as a resume and not as a
   * retry.
   */
  readonly isResuming: boolean;
  /** Number of resumes that the turn may still make. */
  readonly resumesLeft: number;
  readonly resumes: number;
  /** Number of resumes so far that added no text. */
  readonly emptyResumes: number;
  /** Whether the user already sees text of the answer. */
  readonly hasText: boolean;
  /** Whether the user already sees text, reasoning or a tool call of the answer. */
  readonly hasOutput: boolean;
  /** Whether the partial answer can be continued instead of restarted. */
  readonly isContinuable: boolean;
  /**
   * Time in which the turn made no progress, in milliseconds. Time while the answer streams, or while the computer
   * sleeps or is offline, does not count.
   */
  readonly idleMs: number;
  /** Whether the turn has waited during the time without progress. */
  readonly hasWaited: boolean;
  /** Number of tokens in the retry budget of the origin. */
  readonly tokens: number;
  readonly breakerOpen: boolean;
  /** The route to which the turn can switch because of the fault. */
  readonly otherRoute: Route | undefined;
  /** Whether another route that has failed may recover, so that the turn must not end yet. */
  readonly othersMayRecover: boolean;
  /** The route that has responded after the decision `probe-routes`, if any. Undefined before that decision. */
  readonly probeResult?: { readonly route: Route | undefined } | undefined;
}

/** The decision to wait before the next attempt. */
export interface WaitDecision {
  readonly type: 'wait';
  readonly delayMs: number;
  /**
   * Whether the turn waits in the queue of its gate, until the gate admits it. `delayMs` is then the expected duration.
   */
  readonly inQueue: boolean;
  readonly source: DelaySource;
  readonly estimated?: true | undefined;
  /** The random part of `delayMs`, in milliseconds. */
  readonly jitterMs?: number | undefined;
  readonly hintMs?: number | undefined;
  readonly hintFrom?: string | undefined;
  /** Number of attempts that are still allowed, including the next one. */
  readonly attemptsLeft: number;
  /** Number of tokens that the next attempt takes from the origin's retry budget (a token bucket). */
  readonly cost: number;
  /** The fallback model that the user may let continue the partial answer. */
  readonly fallbackModel?: string | undefined;
}

/** The decision to end the turn. */
export interface FailDecision {
  readonly type: 'fail';
  readonly fault: Fault;
  /** Milliseconds until the rate limit resets, if the gateway named a time. */
  readonly resetsInMs?: number | undefined;
  /** Whether the retry-after is longer than the settings allow. */
  readonly beyondMaxHint?: true;
  /** The fallback model that the user may let continue the partial answer. */
  readonly fallbackModel?: string | undefined;
}

export type Decision =
  | WaitDecision
  | FailDecision
  | { readonly type: 'replay' }
  | { readonly type: 'fall-back'; readonly model: string }
  | { readonly type: 'switch-route'; readonly to: Route }
  /** Send a probe over every route that is left, and decide again with the result. */
  | { readonly type: 'probe-routes' }
  | { readonly type: 'wait-for-network'; readonly attemptsLeft: number };

/**
 * If a model is overloaded this many times in a row, the turn switches to a fallback model, or to another route if no
 * fallback model is configured.
 */
const overloadsBeforeFallback = 3;
/** Minimum deadline of a turn, in milliseconds. The deadline is longer if the settings allow a longer retry-after. */
const minDeadlineMs = 300_000;
/**
 * Longest cooldown that a backoff of one turn can impose on other requests, in milliseconds. The backoff itself is
 * often longer, but it does not show when the gateway will accept requests again.
 */
const maxGuessMs = 2_800;

/**
 * Returns the time without progress after which automatic retries stop, in milliseconds. It is never shorter than the
 * longest retry-after that the settings allow.
 */
export function deadlineOf({ retry }: EngineSettings): number {
  return Math.max(minDeadlineMs, retry.maxHintMs);
}

/** Decides what a turn does after a fault, or while a gate does not admit its next attempt. */
export function decide(situation: Situation, settings: EngineSettings, random: () => number): Decision {
  const decision = situation.block
    ? decideInQueue(situation, situation.block, settings)
    : decideAfterFault(situation, settings, random);
  if (decision.type !== 'wait' && decision.type !== 'fail') return decision;
  const model = continuingModel(situation, settings);
  if (model === undefined || !needsAnotherModel(situation, settings)) return decision;
  return settings.continueWithFallback === 'auto'
    ? { type: 'fall-back', model }
    : { ...decision, fallbackModel: model };
}

/** Returns the cooldown that a fault imposes on all requests of its gate, in milliseconds. */
export function cooldownAfter({ policy, retryAfter }: Fault, decision: Decision): number | undefined {
  if (policy.retry !== 'hint' && policy.retry !== 'overload') return undefined;
  if (retryAfter) return retryAfter.delayMs;
  return decision.type === 'wait' ? Math.min(maxGuessMs, decision.delayMs) : undefined;
}

/** Returns the fault that explains why a gate admits no requests. */
export function faultOfBlock({ blockKind, cause }: Pick<GateBlock, 'blockKind' | 'cause'>): Fault {
  if (blockKind === 'breaker' || cause.reason === 'breaker') return faultOfRow('breakerOpen');
  return faultOfRow(limitRows[cause.reason] ?? 'rateLimited');
}

/** Fault rows for the kinds of rate limits that have their own message. All other kinds use the row `rateLimited`. */
const limitRows: Partial<Record<FaultKind, FaultName>> = {
  overloaded: 'overloaded',
  credit: 'creditResets',
};

function decideInQueue(
  situation: Situation,
  { blockKind, cause, leftMs }: NonNullable<Situation['block']>,
  settings: EngineSettings,
): Decision {
  const { fault, hasWaited, idleMs, retries, isRetryPending } = situation;
  const model = blockKind === 'breaker' ? fallbackModel(situation, settings) : undefined;
  if (model !== undefined) return { type: 'fall-back', model };
  const deadlineMs = deadlineOf(settings);
  const isNamed = blockKind === 'cooldown' && cause.source === 'server';
  if (leftMs > deadlineMs) {
    const limit = isNamed && cause.delayMs > settings.retry.maxHintMs && ({ beyondMaxHint: true } as const);
    return { type: 'fail', fault: asEndOfTurn(fault), resetsInMs: leftMs, ...limit };
  }
  if (hasWaited && leftMs + idleMs > deadlineMs) return { type: 'fail', fault: faultOfRow('deadline') };
  return {
    type: 'wait',
    delayMs: leftMs,
    inQueue: true,
    // The duration of a probe is unknown.
    ...(blockKind === 'probe' ? { source: 'backoff', estimated: true } : { source: cause.source }),
    hintMs: isNamed ? cause.delayMs : undefined,
    attemptsLeft: settings.retry.maxRetries - retries + (isRetryPending ? 0 : 1),
    cost: 0,
  };
}

function decideAfterFault(situation: Situation, settings: EngineSettings, random: () => number): Decision {
  const { fault, otherRoute, isResuming, idleMs, breakerOpen, probeResult } = situation;
  const { retryAfter } = fault;
  const policy = policyOf(situation);
  const fail: Decision = { type: 'fail', fault, resetsInMs: retryAfter?.delayMs };
  if (otherRoute && mustSwitchRoute(situation, settings)) return { type: 'switch-route', to: otherRoute };
  if (!isRetryable(policy) || (situation.hasText && settings.resume === 'off' && isResuming)) return fail;
  if (policy.retry === 'hint' && !retryAfter) return fail;
  if (retryAfter && retryAfter.delayMs > settings.retry.maxHintMs) {
    return { ...fail, fault: asEndOfTurn(fault), beyondMaxHint: true };
  }
  if (hasFreeReplay(policy, situation)) return { type: 'replay' };
  const model = isOverloadedForLong(situation) || breakerOpen ? fallbackModel(situation, settings) : undefined;
  if (model !== undefined) return { type: 'fall-back', model };
  const isOffline = policy.retry === 'offline';
  // A switch is not a retry, so the other routes are tried even if no attempts are left.
  if (isOffline && otherRoute && !probeResult) return { type: 'probe-routes' };
  if (probeResult?.route) return { type: 'switch-route', to: probeResult.route };
  const attemptsLeft = attemptsAllowed(policy, situation, settings);
  if (attemptsLeft <= 0)
    return situation.emptyResumes >= 2 ? { type: 'fail', fault: faultOfRow('resumesWithoutText') } : fail;
  if (isOffline) return { type: 'wait-for-network', attemptsLeft };
  const wait = { type: 'wait', inQueue: breakerOpen, attemptsLeft } as const;
  const deadlineMs = deadlineOf(settings);
  if (retryAfter) {
    const { delayMs: hintMs, field: hintFrom } = retryAfter;
    if (situation.hasWaited && idleMs + hintMs > deadlineMs) return { ...fail, fault: asEndOfTurn(fault) };
    const delayMs = retryAfterDelay(hintMs, random);
    return { ...wait, delayMs, jitterMs: delayMs - hintMs, source: 'server', hintMs, hintFrom, cost: 0 };
  }
  const backoff = policy.retry === 'overload' ? overloadDelay : transientDelay;
  const failures = isResuming ? situation.resumes : situation.retries;
  const delayMs = backoff(settings.retry, { failures, random, previousMs: situation.previousDelayMs });
  if (idleMs + delayMs > deadlineMs) return { type: 'fail', fault: faultOfRow('deadline') };
  const cost = costOf(policy, situation);
  if (cost > situation.tokens) return { type: 'fail', fault: faultOfRow('budget') };
  return { ...wait, delayMs, source: 'backoff', cost };
}

/**
 * Returns whether the current model can't continue the partial answer soon: it is overloaded, its circuit breaker is
 * open, or the resumes of the answer are spent.
 */
function needsAnotherModel(situation: Situation, settings: EngineSettings): boolean {
  const { fault, breakerOpen, isResuming } = situation;
  if (fault.row === 'breakerOpen') return true;
  if (!isRetryable(fault.policy)) return false;
  if (isModelOverload(fault.policy) || breakerOpen) return true;
  return isResuming && attemptsAllowed(fault.policy, situation, settings) <= 0;
}

/** Returns the fallback model that may continue the partial answer, or undefined if the settings do not allow it. */
function continuingModel({ isContinuable, models }: Situation, settings: EngineSettings): string | undefined {
  const isAllowed = isContinuable && settings.continueWithFallback !== 'off' && settings.resume !== 'off';
  return isAllowed ? settings.fallbackModels.find((model) => !models.includes(model)) : undefined;
}

/** Returns the fallback model that answers in place of the current one. There is none once the user sees any output. */
function fallbackModel({ hasOutput, models }: Situation, { fallbackModels }: EngineSettings): string | undefined {
  return hasOutput ? undefined : fallbackModels.find((model) => !models.includes(model));
}

/**
 * Returns the number of tokens charged to the retry budget for a retry. With an open breaker, the number is 0, because
 * the breaker already limits all requests.
 */
function costOf(policy: Policy, { breakerOpen }: Situation): number {
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

/** Returns whether a fault with this policy means that the model is overloaded, so that another model may help. */
export function isModelOverload(policy: Policy): boolean {
  return policy.retry === 'overload' && policy.fallback === true;
}

/** A permanent fault of one route does not end a turn that can still wait for another route. */
function policyOf({ fault: { policy, isRouteFault }, otherRoute, othersMayRecover }: Situation): Policy {
  const canWait = isRouteFault && !otherRoute && othersMayRecover;
  return canWait && !isRetryable(policy) ? { retry: 'transient' } : policy;
}

/** Returns whether the request is sent again at once. Only the first replay of a turn is free. */
function hasFreeReplay(policy: Policy, { freeReplayUsed, isResuming }: Situation): boolean {
  return policy.retry === 'transient' && policy.freeReplay === true && !freeReplayUsed && !isResuming;
}

/**
 * Returns whether another route should be used: after a fault of the route, unless the request is replayed first, and
 * for an overload that lasts if no fallback model is configured and the gateway named no time.
 */
function mustSwitchRoute(situation: Situation, { fallbackModels }: EngineSettings): boolean {
  const { fault } = situation;
  if (fault.isRouteFault) return !hasFreeReplay(fault.policy, situation);
  return fallbackModels.length === 0 && !fault.retryAfter && isOverloadedForLong(situation);
}

/** Returns whether the model is overloaded so often in a row that the turn looks for another model or route. */
function isOverloadedForLong({ fault, overloads }: Situation): boolean {
  return isModelOverload(fault.policy) && overloads + 1 >= overloadsBeforeFallback;
}

/**
 * Returns the number of attempts that are still allowed. The limit that the fault table sets for a fault applies to
 * retries and to resumes.
 */
function attemptsAllowed(policy: Policy, situation: Situation, { retry }: EngineSettings): number {
  const limit = policy.retry === 'transient' ? (policy.limit ?? Infinity) : Infinity;
  const budget = situation.isResuming ? situation.resumesLeft : retry.maxRetries - situation.retries;
  return Math.min(budget, limit - situation.sameRowFaults);
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
function asEndOfTurn(fault: Fault): Fault {
  const row = rowsAfterLongLimit[fault.kind] ?? fault.row;
  const { policy, message, actions, messageWithTime }: FaultRow = faultTable[row];
  return { ...fault, row, policy, actions, message: messageWithTime ?? message };
}
