import type { EffortChoice } from '../engine/request';
import { fill } from './format';
import type { PanelStrings } from './panelStrings';
import type { EffortView, LedgerEntry } from './protocol';

/** Returns the name of a level and what it does, in a few words each. */
export function effortText(
  strings: PanelStrings,
  { isToggle }: Pick<EffortView, 'isToggle'>,
  level: EffortChoice,
): { readonly caption: string; readonly detail: string } {
  const name = !isToggle ? level : level === 'none' ? 'off' : level === 'high' ? 'on' : level;
  return { caption: strings[`effort.${name}`], detail: strings[`effortHint.${name}`] };
}

export function effortLabel(strings: PanelStrings, view: Pick<EffortView, 'isToggle'>, level: EffortChoice): string {
  return effortText(strings, view, level).caption;
}

export function describeEffort(strings: PanelStrings, effort: EffortChoice): string {
  return fill(strings.effortIs, effortLabel(strings, {}, effort));
}

/** Returns what was sent instead of the effort that the gateway refused, or an empty text if it refused none. */
export function describeRefusedEffort(
  strings: PanelStrings,
  { effort, refusedEffort }: Partial<Pick<LedgerEntry, 'effort' | 'refusedEffort'>> = {},
): string {
  if (!refusedEffort) return '';
  const refused = effortLabel(strings, {}, refusedEffort);
  return effort
    ? fill(strings.effortReplaced, refused, effortLabel(strings, {}, effort))
    : fill(strings.effortRefused, refused);
}
