import { hintedDelay, overloadDelay, transientDelay } from './backoff';
import type { DelaySource, FaultKind } from './events';
import type { Fault } from './faults/classify';
import { faultTable, type FaultRow, type Policy, type RowId } from './faults/table';
import type { EngineSettings } from './settings';

/** What a turn has been through; the decision is a pure function of it. */
export interface History {
  /** Charged retries since the last progress. */
  readonly retries: number;
  /** How often this fault's row has occurred before, in this turn. */
  readonly sameRow: number;
  readonly freeReplayUsed: boolean;
  readonly resumes: number;
  /** Whether the failed attempt, or one before it, has shown text or reasoning. */
  readonly shown: boolean;
  readonly previousDelayMs: number | undefined;
  /** Overloads of the present model before this fault, one after the other. */
  readonly overloads: number;
  /** Models of this turn, the present one last. */
  readonly models: readonly string[];
}

export type Decision =
  | { readonly do: 'fail'; readonly fault: Fault; readonly resetsInMs?: number | undefined }
  | { readonly do: 'replay' }
  | { readonly do: 'fall-back'; readonly model: string }
  | {
      readonly do: 'wait';
      readonly delayMs: number;
      readonly source: DelaySource;
      readonly hintMs?: number | undefined;
      /** Attempts still allowed, the coming one included. */
      readonly left: number;
    };

/** So many overloads in a row, and another model is asked where the user named one. */
const overloadsToFallBack = 3;

/** A cut answer is fetched again at most so often. */
export const maxResumes = 3;

export function decide(fault: Fault, history: History, settings: EngineSettings, random: () => number): Decision {
  const { policy, hint } = fault;
  const fail: Decision = { do: 'fail', fault, resetsInMs: hint?.delayMs };
  if (!isRetryable(policy) || (history.shown && settings.resume === 'off')) return fail;
  if (policy.retry === 'hint' && !hint) return fail;
  if (hint && hint.delayMs > settings.retry.maxHintMs) return { ...fail, fault: tooFarAway(fault) };
  if (policy.retry === 'transient' && policy.freeFirst && !history.freeReplayUsed && !history.shown) {
    return { do: 'replay' };
  }
  const model = fallback(policy, history, settings);
  if (model !== undefined) return { do: 'fall-back', model };
  const left = allowance(fault, history, settings);
  if (left <= 0) return fail;
  if (hint) {
    return { do: 'wait', delayMs: hintedDelay(hint.delayMs, random), source: 'server', hintMs: hint.delayMs, left };
  }
  const backoff = policy.retry === 'overload' ? overloadDelay : transientDelay;
  const n = history.shown ? history.resumes : history.retries;
  const delayMs = backoff(settings.retry, { n, random, previousMs: history.previousDelayMs });
  return { do: 'wait', delayMs, source: 'backoff', left };
}

function isRetryable({ retry }: Policy): boolean {
  switch (retry) {
    case 'transient':
    case 'overload':
    case 'hint':
    case 'offline':
    case 'resume':
      return true;
    case 'never':
    case 'success':
    case 'engine':
    // A repair that is still due here has been tried, and was not what was wrong.
    case 'repair':
      return false;
  }
}

function fallback(policy: Policy, history: History, { fallbackModels }: EngineSettings): string | undefined {
  const overloaded = policy.retry === 'overload' && policy.fallback;
  if (!overloaded || history.shown || history.overloads + 1 < overloadsToFallBack) return undefined;
  return fallbackModels.find((model) => !history.models.includes(model));
}

/** A row's own limit holds whatever was shown: an answer that is empty twice is empty the third time. */
function allowance({ policy }: Fault, history: History, { retry }: EngineSettings): number {
  const limit = policy.retry === 'transient' ? (policy.limit ?? Infinity) : Infinity;
  const budget = history.shown ? maxResumes - history.resumes : retry.maxRetries - history.retries;
  return Math.min(budget, limit - history.sameRow);
}

/** Rows that say of a limit that it is too far away to be waited for. */
const endOf: Partial<Record<FaultKind, RowId>> = { 'rate-limit': 32, credit: 22 };

/** The turn ends, and says when to come back. */
function tooFarAway(fault: Fault): Fault {
  const row = endOf[fault.kind] ?? fault.row;
  if (row === 0) return fault;
  const { policy, message, actions, timed }: FaultRow = faultTable[row];
  return { ...fault, row, policy, actions, message: timed ?? message };
}
