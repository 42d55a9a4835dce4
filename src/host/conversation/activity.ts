import { isDeepStrictEqual } from 'node:util';
import type { Activity } from '../statusBar';
import type { Conversation } from './conversation';

/** As `Conversations` has them. */
export interface Turns {
  readonly current: Pick<Conversation, 'active' | 'last'> | undefined;
  readonly running: Pick<Conversation, 'active' | 'last'> | undefined;
}

/** What the status bar says of the running turn, or of how the last one ended. */
export function activityOf({ running, current }: Turns): Activity {
  const exchange = running?.active ?? current?.last;
  switch (exchange?.state.phase) {
    case 'offline':
      return { kind: 'offline' };
    case 'waiting':
      return exchange.state.wait ? { kind: 'waiting', until: exchange.state.wait.until } : { kind: 'streaming' };
    case 'connecting':
    case 'streaming':
    case 'resuming':
      return { kind: 'streaming' };
    case 'failed':
      return { kind: 'failed', partial: exchange.state.text !== '' };
    case 'done':
    case 'stopped':
    case 'interrupted':
    case undefined:
      return { kind: 'idle' };
  }
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
