import type { EngineSettings } from '../engine';
import type { DelaySource, FaultKind } from '../events';
import { faultOfRow, localFault, type Fault } from '../faults/classify';
import { faultRows, faultTable, localFaults, type FaultRow, type Policy, type RowId } from '../faults/faultTable';
import { retryAfterDelay, overloadDelay, transientDelay } from './backoff';

/** What a turn has been through, and what is left of its budgets; the decision is a pure function of it. */
export interface History {
  /** Charged retries since the last progress. */
  readonly retries: number;
  /** How often this fault's row has occurred before, in this turn. */
  readonly sameRow: number;
  readonly freeReplayUsed: boolean;
  readonly previousDelayMs: number | undefined;
  /** Overloads of the present model before this fault, one after the other. */
  readonly overloads: number;
  /** Models of this turn, the present one last. */
  readonly models: readonly string[];
  /** The failed attempt's stream had begun: to go on is charged as a resume, not as a retry. */
  readonly resuming: boolean;
  readonly resumesLeft: number;
  /** Resumes that are behind, whatever they yielded. */
  readonly resumes: number;
  /** Resumes that yielded nothing. */
  readonly emptyResumes: number;
  /** The reader has text of the answer. */
  readonly hasText: boolean;
  /** The reader has text or reasoning of the answer. */
  readonly shown: boolean;
  /** Milliseconds without progress so far; streaming, sleep and being offline do not count. */
  readonly idleMs: number;
  /** Some of that was a wait. */
  readonly waited: boolean;
  /** Tokens of the origin's retry budget. */
  readonly tokens: number;
  /** The provider of the present model has failed so often that nobody should ask. */
  readonly breakerOpen: boolean;
}

export type Decision =
  | {
      readonly do: 'fail';
      readonly fault: Fault;
      readonly resetsInMs?: number | undefined;
      /** The server asks for longer than the settings wait for one. */
      readonly beyondMaxHint?: true;
    }
  | { readonly do: 'replay' }
  | { readonly do: 'fall-back'; readonly model: string }
  /** Until the network is back. */
  | { readonly do: 'offline'; readonly left: number }
  | {
      readonly do: 'wait';
      readonly delayMs: number;
      /** The part of it that chance has added to what the server, or the formula, named. */
      readonly jitterMs?: number | undefined;
      readonly source: DelaySource;
      readonly hintMs?: number | undefined;
      readonly hintFrom?: string | undefined;
      /** Attempts still allowed, the coming one included. */
      readonly left: number;
      /** Tokens of the origin's retry budget. */
      readonly cost: number;
    };

/** So many overloads in a row, and another model is asked where the user named one. */
const overloadsBeforeFallback = 3;

const minDeadlineMs = 300_000;

/** Longer without progress, in milliseconds, and only the user goes on; a hint the settings allow is waited for. */
export function deadlineOf({ retry }: EngineSettings): number {
  return Math.max(minDeadlineMs, retry.maxHintMs);
}

export function decide(fault: Fault, history: History, settings: EngineSettings, random: () => number): Decision {
  const { policy, retryAfter } = fault;
  const fail: Decision = { do: 'fail', fault, resetsInMs: retryAfter?.delayMs };
  if (!isRetryable(policy) || (history.hasText && settings.resume === 'off' && history.resuming)) return fail;
  if (policy.retry === 'hint' && !retryAfter) return fail;
  if (retryAfter && retryAfter.delayMs > settings.retry.maxHintMs) {
    return { ...fail, fault: asEndOfTurn(fault), beyondMaxHint: true };
  }
  if (policy.retry === 'transient' && policy.freeReplay && !history.freeReplayUsed && !history.resuming) {
    return { do: 'replay' };
  }
  const model = fallbackModel(policy, history, settings);
  if (model !== undefined) return { do: 'fall-back', model };
  const left = attemptsAllowed(fault, history, settings);
  if (left <= 0)
    return history.emptyResumes >= 2 ? { do: 'fail', fault: faultOfRow(faultRows.resumesWithoutText) } : fail;
  if (policy.retry === 'offline') return { do: 'offline', left };
  const deadline = deadlineOf(settings);
  if (retryAfter) {
    const isPastDeadline = history.waited && history.idleMs + retryAfter.delayMs > deadline;
    if (isPastDeadline) return { ...fail, fault: asEndOfTurn(fault) };
    const delayMs = retryAfterDelay(retryAfter.delayMs, random);
    const jitterMs = delayMs - retryAfter.delayMs;
    const { delayMs: hintMs, field: hintFrom } = retryAfter;
    return { do: 'wait', delayMs, jitterMs, source: 'server', hintMs, hintFrom, left, cost: 0 };
  }
  const backoff = policy.retry === 'overload' ? overloadDelay : transientDelay;
  const failures = history.resuming ? history.resumes : history.retries;
  const delayMs = backoff(settings.retry, { failures, random, previousMs: history.previousDelayMs });
  if (history.idleMs + delayMs > deadline) return { do: 'fail', fault: localFault(localFaults.deadline) };
  const cost = costOf(policy, history);
  if (cost > history.tokens) return { do: 'fail', fault: localFault(localFaults.budget) };
  return { do: 'wait', delayMs, source: 'backoff', left, cost };
}

/** Where the gate holds all requests back there is nothing left for the retry budget to spare. */
function costOf(policy: Policy, { breakerOpen }: History): number {
  if (policy.retry === 'overload' || breakerOpen) return 0;
  return policy.retry === 'transient' ? (policy.cost ?? 1) : 1;
}

/** A row of `repair` is not among them: when its fault gets here, the request can't be repaired any further. */
const retriedPolicies: ReadonlySet<Policy['retry']> = new Set(['transient', 'overload', 'hint', 'offline', 'resume']);

/** Whether the engine does something about a fault with this policy without being asked. */
export function isRetryable({ retry }: Policy): boolean {
  return retriedPolicies.has(retry);
}

function fallbackModel(policy: Policy, history: History, settings: EngineSettings): string | undefined {
  const isOverloaded =
    policy.retry === 'overload' && policy.fallback && history.overloads + 1 >= overloadsBeforeFallback;
  return isOverloaded || history.breakerOpen ? nextFallbackModel(history, settings) : undefined;
}

/** The model to fall back to, before the first text: the first of the user's that this turn has not asked. */
export function nextFallbackModel(
  { shown, models }: Pick<History, 'shown' | 'models'>,
  { fallbackModels }: Pick<EngineSettings, 'fallbackModels'>,
): string | undefined {
  return shown ? undefined : fallbackModels.find((model) => !models.includes(model));
}

/** A row's own limit holds whatever was shown: an answer that is empty twice is empty the third time. */
function attemptsAllowed({ policy }: Fault, history: History, { retry }: EngineSettings): number {
  const limit = policy.retry === 'transient' ? (policy.limit ?? Infinity) : Infinity;
  const budget = history.resuming ? history.resumesLeft : retry.maxRetries - history.retries;
  return Math.min(budget, limit - history.sameRow);
}

/** Rows that say of a limit that it is too far away to be waited for. */
const rowsAfterLongLimit: Partial<Record<FaultKind, RowId>> = {
  'rate-limit': faultRows.usageLimitReached,
  credit: faultRows.outOfCredit,
};

/** The turn ends, and says when to come back. */
export function asEndOfTurn(fault: Fault): Fault {
  const row = rowsAfterLongLimit[fault.kind] ?? fault.row;
  if (row === 0) return fault;
  const { policy, message, actions, messageWithTime }: FaultRow = faultTable[row];
  return { ...fault, row, policy, actions, message: messageWithTime ?? message };
}
