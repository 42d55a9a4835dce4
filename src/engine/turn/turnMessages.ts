import type { EngineDeps } from '../engine';
import type { FailedEvent, FaultAction, FaultKind } from '../events';
import { faultOfRow, type Fault } from '../faults/classify';
import { faultRows, type RowId } from '../faults/faultTable';
import { wordsFor, type Circumstances, type Wording } from '../faults/wording';
import type { GateBlock } from '../gate/cooldowns';
import type { KnownKeys } from '../gateway/knownKeys';
import type { Attempt } from '../http/attempt';
import type { Connection } from '../request';
import { deadlineOf, type Decision } from '../retry/retryPolicy';
import type { WaitDescription } from './waits';

/** Where a turn is when something has to be said. */
export interface Situation {
  readonly connection: Connection;
  readonly model: string;
  /** The last one; undefined: there was none. */
  readonly attempt: Pick<Attempt, 'status' | 'requestId'> | undefined;
  /** Its number. */
  readonly number: number;
  /** What the reader has. */
  readonly text: string;
}

/** Why a turn ends, and the fault that was seen, which may be another. */
export interface Failure {
  readonly decision: Decision & { do: 'fail' };
  readonly seen: Fault;
}

type Origin = Pick<WaitDescription, 'source' | 'estimated' | 'jitterMs' | 'hintMs' | 'hintFrom' | 'told'>;

/** Puts what a turn does into events for people: why it waits, and why it is over. */
export class TurnMessages {
  constructor(
    private readonly deps: Pick<EngineDeps, 'localize' | 'formatTime' | 'clock' | 'settings'>,
    private readonly keys: KnownKeys,
  ) {}

  /** @param left attempts still allowed */
  wait(fault: Fault, left: number, origin: Origin, situation: Situation): WaitDescription {
    const { attempt: last, number } = situation;
    const { status, requestId } = last ?? {};
    const { kind: reason, actions } = fault;
    const { message } = this.describe(fault, situation);
    const [next, most] = [number + 1, number + left];
    const hintFrom = origin.hintFrom && this.keys.redact(origin.hintFrom);
    const wait = { attempt: next, maxAttempts: most, reason, message, status, requestId, actions };
    return { ...wait, told: 'turn', ...origin, hintFrom };
  }

  /** In the queue of a gate. */
  waitAtGate({ why, cause, origin: told }: GateBlock, left: number, situation: Situation): WaitDescription {
    const { source, delayMs } = cause;
    const hintMs = source === 'server' && why === 'cooldown' ? delayMs : undefined;
    // Nobody knows how long a probe takes: the server has named no time for that.
    const origin: Origin = why === 'probe' ? { source: 'backoff', estimated: true, told } : { source, hintMs, told };
    return this.wait(faultOfBlock({ why, cause }), left, origin, { ...situation, attempt: undefined });
  }

  failure({ decision, seen }: Failure, situation: Situation): Omit<FailedEvent, 'at' | 'attempt'> {
    const { fault, resetsInMs, beyondMaxHint } = decision;
    const { attempt, text } = situation;
    const resetsAt = resetsInMs === undefined ? undefined : this.deps.clock.now() + resetsInMs;
    const last = fault === seen ? undefined : this.describe(seen, situation).message;
    const minutes = Math.round(deadlineOf(this.deps.settings()) / 60_000);
    const { message, detail } = this.describe(fault, situation, { resetsAt, last, minutes });
    const { kind } = fault;
    const { status, requestId } = attempt ?? {};
    const actions = text === '' ? fault.actions : withRest(fault);
    const more = beyondMaxHint && { beyondMaxHint };
    return { type: 'failed', kind, status, requestId, message, text, actions, detail, resetsAt, ...more };
  }

  describe(
    fault: Fault,
    { connection, model, attempt }: Situation,
    more: Pick<Circumstances, 'last' | 'minutes' | 'resetsAt'> = {},
  ): Wording {
    return wordsFor(fault, { connection, model, status: attempt?.status, ...more }, this.deps, this.keys);
  }
}

/**
 * Adds the actions for a partial answer, `continue` and `restart`. They come first if the stream itself failed. A turn
 * that is too large can't be continued, because a request for the rest would be larger still.
 */
function withRest({ kind, policy, actions }: Fault): readonly FaultAction[] {
  const rest = kind === 'too-large' ? (['restart'] as const) : (['continue', 'restart'] as const);
  return [...new Set(policy.retry === 'resume' ? [...rest, ...actions] : [...actions, ...rest])];
}

/** Returns the fault for which a gate is closed. */
export function faultOfBlock({ why, cause }: Pick<GateBlock, 'why' | 'cause'>): Fault {
  if (why === 'breaker' || cause.reason === 'breaker') return faultOfRow(faultRows.breakerOpen);
  return faultOfRow(limitRows[cause.reason] ?? faultRows.rateLimited);
}

const limitRows: Partial<Record<FaultKind, RowId>> = {
  overloaded: faultRows.overloaded,
  credit: faultRows.creditResets,
};
