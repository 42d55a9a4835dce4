import type { EffortChoice } from '../engine/request';
import { fill } from './format';
import type { PanelStrings } from './panelStrings';
import type { EffortView, LedgerEntry } from './protocol';

/** Returns the name of a level and what it does, in a few words each. */
export function effortText(
  strings: PanelStrings,
  level: EffortChoice,
  { isToggle }: Partial<EffortView> = {},
): { readonly caption: string; readonly detail: string } {
  const name = !isToggle ? level : level === 'none' ? 'off' : level === 'high' ? 'on' : level;
  return { caption: strings[`effort.${name}`], detail: strings[`effortHint.${name}`] };
}

/** Returns what was sent instead of the effort that the gateway refused, or an empty text if it refused none. */
export function describeRefusedEffort(
  strings: PanelStrings,
  { effort, refusedEffort }: Partial<LedgerEntry> = {},
): string {
  if (!refusedEffort) return '';
  const refused = effortText(strings, refusedEffort).caption;
  return effort
    ? fill(strings.effortReplaced, refused, effortText(strings, effort).caption)
    : fill(strings.effortRefused, refused);
}
