import { isDeepStrictEqual } from 'node:util';
import type { WaitingEvent } from '../../engine/events';
import type { ModelCooldown } from '../../engine/gate/networkState';
import type { Conversation } from '../conversation/conversation';

export type Activity =
  | { readonly kind: 'idle' }
  /** `others`: turns of other conversations that run as well. */
  | { readonly kind: 'streaming'; readonly others: number }
  /** `until`: epoch milliseconds at which the next attempt goes out; `estimated`: that time is not known exactly. */
  | {
      readonly kind: 'waiting';
      readonly until: number;
      readonly estimated?: true | undefined;
      readonly others: number;
    }
  /** Goes on by itself when the network is back. */
  | { readonly kind: 'offline'; readonly others: number }
  /** `partial`: a part of the answer is there. */
  | { readonly kind: 'failed'; readonly partial: boolean }
  /** Nothing runs, and what is asked now would have to wait. */
  | ({ readonly kind: 'cooling' } & ModelCooldown);

/** As `Conversations` has them. */
export interface Turns {
  readonly current: Pick<Conversation, 'active' | 'last'> | undefined;
  readonly running: Pick<Conversation, 'active' | 'last'> | undefined;
  /** How many conversations have one that runs. */
  readonly runningCount: number;
}

/** What the status bar says of the running turn, or of how the last one ended. */
export function activityOf({ running, current, runningCount }: Turns): Activity {
  const exchange = running?.active ?? current?.last;
  const others = Math.max(0, runningCount - 1);
  switch (exchange?.state.phase) {
    case 'offline':
      return { kind: 'offline', others };
    case 'waiting':
      return exchange.state.wait ? waiting(exchange.state.wait, others) : { kind: 'streaming', others };
    case 'connecting':
    case 'streaming':
    case 'resuming':
      return { kind: 'streaming', others };
    case 'failed':
      return { kind: 'failed', partial: exchange.state.text !== '' };
    case 'done':
    case 'stopped':
    case 'interrupted':
    case undefined:
      return { kind: 'idle' };
  }
}

function waiting({ until, estimated }: WaitingEvent, others: number): Activity {
  return { kind: 'waiting', until, ...(estimated && { estimated }), others };
}

/** A pause says more than how the last turn ended, and less than a turn that runs, which waits for it or asks elsewhere. */
export function withPause(activity: Activity, pause: ModelCooldown | undefined): Activity {
  if (!pause) return activity;
  return activity.kind === 'idle' || activity.kind === 'failed' ? { kind: 'cooling', ...pause } : activity;
}

/**
 * The conversation whose turn is shown, stopped and retried where several run: the current one's, else one that can't go
 * on, else any.
 */
export function foremost<Any extends Pick<Conversation, 'active'>>(
  current: Any | undefined,
  all: readonly Any[],
): Any | undefined {
  if (current?.active) return current;
  const running = all.filter(({ active }) => active);
  return running.find(({ active }) => isHeldUp(active)) ?? running[0];
}

/** Passes an activity on only when it is another: events come sixty times a second. */
export class DistinctActivity {
  private last: Activity = { kind: 'idle' };

  constructor(private readonly show: (activity: Activity) => void) {}

  update(activity: Activity): void {
    if (isDeepStrictEqual(activity, this.last)) return;
    this.last = activity;
    this.show(activity);
  }
}

function isHeldUp(active: Conversation['active']): boolean {
  const phase = active?.state.phase;
  return phase === 'waiting' || phase === 'offline';
}
