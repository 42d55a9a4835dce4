import type { EngineSettings } from '../environment';
import { faultOfRow, type Fault } from '../faults/classify';
import { faultTable, type Policy } from '../faults/faultTable';
import type { BlockCause } from '../gate/cooldowns';
import type { Gateway } from '../gateway/gateway';
import { retryAfterDelay, overloadDelay, transientDelay } from './backoff';
import type { Decision } from './decision';
import { isModelOverload, type TurnHistory } from './turnHistory';

/** What a turn has received before a fault. */
export interface Progress {
  /**
   * Whether the failed attempt had streamed part of the answer. The next attempt then resumes the answer instead of
   * repeating the request.
   */
  readonly isResuming: boolean;
  readonly hasText: boolean;
  /** Whether the answer can be continued. Otherwise, it can only be restarted. */
  readonly isContinuable: boolean;
}

/** Whether and how other gateways can still answer a turn after one of its attempts has failed. */
export interface GatewayOptions {
  /** The gateway to which the turn can switch because of the fault. */
  readonly otherGateway: Gateway | undefined;
  /** Whether the fault only means that a backup gateway lacks the model. Such a fault must not end the turn. */
  readonly lacksModelAtBackup?: boolean | undefined;
  /** Fault that prevents the use of the primary gateway. */
  readonly primaryFault?: Fault | undefined;
  /**
   * Whether the current gateway uses a substitute in place of every model, so that a fallback model would change
   * nothing.
   */
  readonly isSubstituting?: boolean | undefined;
  /** The substitute: the model that another gateway uses in place of the user's model. */
  readonly substitute?: string | undefined;
  /** Whether a gateway that failed earlier could recover, so that the turn must not end yet. */
  readonly othersMayRecover: boolean;
}

/** The state of a turn after a fault, or while a gate does not admit its next attempt. */
export interface TurnSituation extends Progress, GatewayOptions {
  readonly history: TurnHistory;
  /** The fault of the last attempt, or the fault that makes the gate hold back the next attempt. */
  readonly fault: Fault;
  /** Why the gate does not admit the next attempt, or undefined if the last attempt has failed. */
  readonly block: (BlockCause & { readonly leftMs: number }) | undefined;
  readonly tokens: number;
  readonly breakerOpen: boolean;
}

/**
 * Number of overloads in a row after which the turn switches to a fallback model, or to another gateway if there is no
 * fallback model.
 */
const overloadsBeforeFallback = 3;
const minDeadlineMs = 300_000;
/**
 * Returns the time without progress after which automatic retries stop, in milliseconds. It is never shorter than the
 * longest retry-after that the settings allow.
 */
export function deadlineOf({ retry }: EngineSettings): number {
  return Math.max(minDeadlineMs, retry.maxHintMs);
}

export function decide(situation: TurnSituation, settings: EngineSettings, random: () => number): Decision {
  const decision = situation.block
    ? decideInQueue(situation, situation.block, settings)
    : decideAfterFault(situation, settings, random);
  if (decision.type !== 'wait' && decision.type !== 'wait-for-network' && decision.type !== 'fail') return decision;
  const model = continuingModel(situation, settings);
  if (model === undefined) return decision;
  return settings.continueWithFallback === 'auto'
    ? { type: 'fall-back', model }
    : { ...decision, fallbackModel: model };
}

function decideInQueue(
  situation: TurnSituation,
  { blockKind, cause, leftMs }: NonNullable<TurnSituation['block']>,
  settings: EngineSettings,
): Decision {
  const { fault, history } = situation;
  const { hasWaited, idleMs, retries, isRetryPending } = history;
  const model = blockKind === 'breaker' ? fallbackModel(situation, settings) : undefined;
  if (model !== undefined) return { type: 'fall-back', model };
  const deadlineMs = deadlineOf(settings);
  const isNamed = blockKind === 'cooldown' && cause.source === 'server';
  if (leftMs > deadlineMs) {
    // The setting `maxHintMs` (the longest retry-after to wait for) is exceeded as well, because the deadline is never
    // shorter than `maxHintMs`.
    return { type: 'fail', fault: asEndOfTurn(fault), resetsInMs: leftMs, ...(isNamed && { beyondMaxHint: true }) };
  }
  if (hasWaited && leftMs + idleMs > deadlineMs) return { type: 'fail', fault: faultOfRow('deadline') };
  return {
    type: 'wait',
    delayMs: leftMs,
    inQueue: true,
    // The duration of a probe is unknown, so the delay is an estimate.
    ...(blockKind === 'probe' ? { source: 'backoff', estimated: true } : { source: cause.source }),
    hintMs: isNamed ? cause.delayMs : undefined,
    attemptsLeft: settings.retry.maxRetries - retries + (isRetryPending ? 0 : 1),
    charge: 0,
  };
}

function decideAfterFault(situation: TurnSituation, settings: EngineSettings, random: () => number): Decision {
  const { fault, history, otherGateway, isResuming, breakerOpen } = situation;
  const { idleMs, resumes, retries, previousDelayMs: previousMs } = history;
  const { retryAfter } = fault;
  const policy = policyOf(situation);
  const cause = situation.lacksModelAtBackup ? (situation.primaryFault ?? fault) : fault;
  const fail: Decision = { type: 'fail', fault: cause, resetsInMs: retryAfter?.delayMs };
  if (otherGateway && mustSwitchGateway(situation, settings)) return { type: 'switch-gateway', to: otherGateway };
  if (!isRetryable(policy) || (situation.hasText && settings.resume === 'off' && isResuming)) return fail;
  if (policy.retry === 'hint' && !retryAfter) return fail;
  if (retryAfter && retryAfter.delayMs > settings.retry.maxHintMs) {
    return { ...fail, fault: asEndOfTurn(fault), beyondMaxHint: true };
  }
  if (hasFreeReplay(policy, situation)) return { type: 'replay' };
  const model = isOverloadedForLong(situation) || breakerOpen ? fallbackModel(situation, settings) : undefined;
  if (model !== undefined) return { type: 'fall-back', model };
  const isOffline = policy.retry === 'offline';
  // Switching to another gateway is not a retry, so the other gateways are tried even if no attempts are left.
  if (isOffline && otherGateway) return { type: 'probe-gateways' };
  const attemptsLeft = attemptsAllowed(policy, situation, settings);
  if (attemptsLeft <= 0) return resumes.empty >= 2 ? { type: 'fail', fault: faultOfRow('resumesWithoutText') } : fail;
  if (isOffline) return { type: 'wait-for-network', attemptsLeft };
  const wait = { type: 'wait', inQueue: breakerOpen, attemptsLeft } as const;
  const deadlineMs = deadlineOf(settings);
  if (retryAfter) {
    const { delayMs: hintMs, field: hintFrom } = retryAfter;
    if (history.hasWaited && idleMs + hintMs > deadlineMs) return { ...fail, fault: asEndOfTurn(fault) };
    const delayMs = retryAfterDelay(hintMs, random);
    return { ...wait, delayMs, jitterMs: delayMs - hintMs, source: 'server', hintMs, hintFrom, charge: 0 };
  }
  const backoff = policy.retry === 'overload' ? overloadDelay : transientDelay;
  const failures = isResuming ? resumes.started : retries;
  const delayMs = backoff(settings.retry, { failures, random, previousMs });
  if (idleMs + delayMs > deadlineMs) return { type: 'fail', fault: faultOfRow('deadline') };
  const charge = chargeOf(policy, situation);
  if (charge > situation.tokens) return { type: 'fail', fault: faultOfRow('budget') };
  return { ...wait, delayMs, source: 'backoff', charge };
}

/**
 * Returns whether only another model can help: the current model is overloaded, its circuit breaker is open, or the
 * answer has used up its resumes.
 */
function needsAnotherModel(situation: TurnSituation, settings: EngineSettings): boolean {
  const { fault, breakerOpen, isResuming } = situation;
  if (fault.row === 'breakerOpen') return true;
  if (!isRetryable(fault.policy)) return false;
  if (isModelOverload(fault.policy) || breakerOpen) return true;
  return isResuming && attemptsAllowed(fault.policy, situation, settings) <= 0;
}

/**
 * Returns the model that can continue the partial answer. If the current gateway can't be reached, this is the
 * substitute at another gateway.
 */
function continuingModel(situation: TurnSituation, settings: EngineSettings): string | undefined {
  const { fault, isContinuable, substitute } = situation;
  if (!isContinuable || settings.continueWithFallback === 'off' || settings.resume === 'off') return undefined;
  const isOffline = fault.policy.retry === 'offline';
  if (!isOffline && needsAnotherModel(situation, settings)) return unusedFallback(situation, settings) ?? substitute;
  return fault.leavesGateway || isOffline ? substitute : undefined;
}

function fallbackModel(situation: TurnSituation, settings: EngineSettings): string | undefined {
  return situation.history.hasOutput ? undefined : unusedFallback(situation, settings);
}

function unusedFallback({ history, isSubstituting }: TurnSituation, settings: EngineSettings): string | undefined {
  return isSubstituting ? undefined : settings.fallbackModels.find((model) => !history.models.includes(model));
}

/**
 * Returns how many tokens of the retry budget a retry costs. While the circuit breaker is open, a retry costs nothing,
 * because the circuit breaker already limits all requests.
 */
function chargeOf(policy: Policy, { breakerOpen }: TurnSituation): number {
  if (policy.retry === 'overload' || breakerOpen) return 0;
  return policy.retry === 'transient' ? (policy.charge ?? 1) : 1;
}

/**
 * Policies with automatic retries. `repair` is excluded, because a request that can be corrected is corrected before a
 * retry is considered.
 */
const retriedPolicies: ReadonlySet<Policy['retry']> = new Set(['transient', 'overload', 'hint', 'offline', 'resume']);

export function isRetryable({ retry }: Policy): boolean {
  return retriedPolicies.has(retry);
}

/**
 * Returns the policy that applies to a fault. A permanent fault of one gateway does not end a turn that can still wait
 * for another gateway.
 */
function policyOf({
  fault: { policy, leavesGateway },
  otherGateway,
  othersMayRecover,
  lacksModelAtBackup,
}: TurnSituation): Policy {
  const canWait = (leavesGateway === true || lacksModelAtBackup === true) && !otherGateway && othersMayRecover;
  return canWait && !isRetryable(policy) ? { retry: 'transient' } : policy;
}

function hasFreeReplay(policy: Policy, { history, isResuming }: TurnSituation): boolean {
  return policy.retry === 'transient' && policy.freeReplay === true && !history.freeReplayUsed && !isResuming;
}

/**
 * Returns whether the turn must switch to another gateway. It must do so after a gateway fault that allows no immediate
 * replay. It must also do so after several overloads without a retry-after if there is no fallback model.
 */
function mustSwitchGateway(situation: TurnSituation, { fallbackModels }: EngineSettings): boolean {
  const { fault, lacksModelAtBackup } = situation;
  if (fault.leavesGateway || lacksModelAtBackup) return !hasFreeReplay(fault.policy, situation);
  return fallbackModels.length === 0 && !fault.retryAfter && isOverloadedForLong(situation);
}

function isOverloadedForLong({ fault, history }: TurnSituation): boolean {
  return isModelOverload(fault.policy) && history.overloads + 1 >= overloadsBeforeFallback;
}

/** Returns how many attempts are left. The limit in the fault table applies to retries and to resumes. */
function attemptsAllowed(
  policy: Policy,
  { history, isResuming, fault }: TurnSituation,
  { retry }: EngineSettings,
): number {
  const limit = policy.retry === 'transient' ? (policy.limit ?? Infinity) : Infinity;
  const left = isResuming ? history.resumes.remaining : retry.maxRetries - history.retries;
  return Math.min(left, limit - history.faultsOf(fault.row));
}

/**
 * Returns the fault with which a turn ends because the limit resets too late to wait for it. The message contains the
 * reset time if the fault table has such a message.
 */
function asEndOfTurn(fault: Fault): Fault {
  const row = fault.limit?.endsAs ?? fault.row;
  const { message, ...end } = faultTable[row];
  return { ...fault, ...end, row, message: end.limit?.messageWithTime ?? message };
}
