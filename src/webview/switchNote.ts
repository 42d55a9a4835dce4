import type { ModelSwitch, TurnState } from '../protocol';
import type { PanelStrings } from './strings';
import { fill } from './strings';

/** That another model answers than the one that was asked, and why. Empty: it is the same, or none has answered. */
export function switchText(strings: PanelStrings, { switches, phase, text }: TurnState): string {
  if (phase === 'failed' && text === '') return '';
  return switches.map(({ from, to, reason }) => fill(template(strings, reason), from, to)).join(' ');
}

function template(strings: PanelStrings, reason: ModelSwitch['reason']): string {
  switch (reason) {
    case 'user':
      return strings.switchedByHand;
    case 'overloaded':
      return strings.switchedOverloaded;
    default:
      return strings.switchedFailing;
  }
}
