import { hintedDelay, overloadDelay, transientDelay } from './backoff';
import type { DelaySource } from './events';
import type { Fault } from './faults/classify';
import { faultTable } from './faults/table';
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
}

export type Decision =
  | { readonly do: 'fail'; readonly fault: Fault; readonly resetsInMs?: number | undefined }
  | { readonly do: 'replay' }
  | {
      readonly do: 'wait';
      readonly delayMs: number;
      readonly source: DelaySource;
      readonly hintMs?: number | undefined;
      /** Attempts still allowed, the coming one included. */
      readonly left: number;
    };

/** A cut answer is fetched again at most so often. */
export const maxResumes = 3;

export function decide(fault: Fault, history: History, settings: EngineSettings, random: () => number): Decision {
  const fail: Decision = { do: 'fail', fault, resetsInMs: fault.hint?.delayMs };
  const { policy, hint } = fault;
  const left = allowance(fault, history, settings);
  if (
    policy.retry === 'never' ||
    policy.retry === 'success' ||
    policy.retry === 'engine' ||
    policy.retry === 'repair'
  ) {
    return fail;
  }
  if (history.shown && settings.resume === 'off') return fail;
  if (hint && hint.delayMs > settings.retry.maxHintMs) return { ...fail, fault: resetLater(fault) };
  if (policy.retry === 'hint' && !hint) return fail;
  if (policy.retry === 'transient' && policy.freeFirst && !history.freeReplayUsed && !history.shown)
    return { do: 'replay' };
  if (left <= 0) return fail;
  if (hint) {
    return { do: 'wait', delayMs: hintedDelay(hint.delayMs, random), source: 'server', hintMs: hint.delayMs, left };
  }
  const backoff = policy.retry === 'overload' ? overloadDelay : transientDelay;
  const n = history.shown ? history.resumes : history.retries;
  const delayMs = backoff(settings.retry, { n, random, previousMs: history.previousDelayMs });
  return { do: 'wait', delayMs, source: 'backoff', left };
}

function allowance(fault: Fault, history: History, settings: EngineSettings): number {
  if (history.shown) return maxResumes - history.resumes;
  const limit = fault.policy.retry === 'transient' ? (fault.policy.limit ?? Infinity) : Infinity;
  return Math.min(settings.retry.maxRetries - history.retries, limit - history.sameRow);
}

/** A limit too far away to wait for: the turn ends and says when it resets. */
function resetLater(fault: Fault): Fault {
  if (fault.kind !== 'rate-limit') return fault;
  const { message, actions, policy } = faultTable[32];
  return { ...fault, row: 32, message, actions, policy };
}
