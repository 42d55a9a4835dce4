import * as v from 'valibot';
import { isRecord } from '../../engine/json';
import { parseText, userPrompt } from './settingValues';

/** An entry of the setting `holysheep.prompts` that can't be used. */
export interface UnusablePrompt {
  /** Position of the entry in the setting, counted from 1. */
  readonly number: number;
  /** Title of the entry, or an empty string if it has none. */
  readonly title: string;
  readonly reason: 'no-prompt' | 'no-title' | 'no-template' | 'title-taken';
}

/**
 * Returns the entries of `holysheep.prompts` that can't be used. If the setting is not a list, it counts as one such
 * entry.
 */
export function unusablePrompts(value: unknown): readonly UnusablePrompt[] {
  if (value === undefined || value === null) return [];
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  const titles = new Set<string>();
  return entries.flatMap((entry, index): readonly UnusablePrompt[] => {
    const number = index + 1;
    if (!Array.isArray(value) || !isRecord(entry)) return [{ number, title: '', reason: 'no-prompt' }];
    const title = parseText(entry.title, '');
    const { issues } = v.safeParse(userPrompt, entry, { abortEarly: true });
    if (issues) return [{ number, title, reason: title === '' ? 'no-title' : 'no-template' }];
    if (titles.has(title)) return [{ number, title, reason: 'title-taken' }];
    titles.add(title);
    return [];
  });
}
