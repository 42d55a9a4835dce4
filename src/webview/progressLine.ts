import { startsAgain, type TurnState } from '../protocol';
import type { PanelStrings } from './strings';
import { fill } from './strings';

/** What a running turn is doing when its text doesn't say it; empty: nothing to add. */
export function progressText(strings: PanelStrings, state: TurnState, queued: boolean, host: string): string {
  if (queued) return strings.queued;
  switch (state.phase) {
    case 'connecting':
      return state.quiet ? strings.quiet : fill(strings.connecting, host);
    case 'resuming':
      return startsAgain(state) ? strings.restarting : strings.resuming;
    case 'streaming':
      return state.quiet ? strings.quietMore : '';
    case 'waiting':
    case 'offline':
    case 'done':
    case 'stopped':
    case 'failed':
    case 'interrupted':
      return '';
  }
}
