import type { EffortChoice } from '../engine/request';
import { fillTemplate } from './format';
import type { PanelStrings } from './panelStrings';
import type { EffortView, LedgerEntry } from './protocol';

/** Returns the name of a level of reasoning effort and its effect, in a few words each. */
export function effortText(
  strings: PanelStrings,
  level: EffortChoice,
  { isToggle }: Partial<EffortView> = {},
): { readonly caption: string; readonly detail: string } {
  const name = !isToggle ? level : level === 'none' ? 'off' : level === 'high' ? 'on' : level;
  return { caption: strings[`effort.${name}`], detail: strings[`effortHint.${name}`] };
}

/**
 * Describes what was sent instead of the reasoning effort that the gateway refused. Returns an empty text if the
 * gateway refused none.
 */
export function describeRefusedEffort(
  strings: PanelStrings,
  { effort, refusedEffort }: Partial<LedgerEntry> = {},
): string {
  if (!refusedEffort) return '';
  const refused = effortText(strings, refusedEffort).caption;
  return effort
    ? fillTemplate(strings.effortReplaced, refused, effortText(strings, effort).caption)
    : fillTemplate(strings.effortRefused, refused);
}
