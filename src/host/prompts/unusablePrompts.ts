import * as v from 'valibot';
import { isRecord } from '../../engine/json';
import { textFrom, userPrompt } from '../settings/settingValues';

/** An entry of `holysheep.prompts` that is not listed. */
export interface UnusablePrompt {
  /** Its place in the list, from 1. */
  readonly number: number;
  /** Empty: it has none. */
  readonly title: string;
  readonly reason: 'no-prompt' | 'no-title' | 'no-template' | 'title-taken';
}

/** What is left out of the user's prompts, and why; a value that is no list counts as one entry that is no prompt. */
export function unusablePrompts(value: unknown): readonly UnusablePrompt[] {
  if (value === undefined || value === null) return [];
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  const titles = new Set<string>();
  return entries.flatMap((entry, index): readonly UnusablePrompt[] => {
    const number = index + 1;
    if (!Array.isArray(value) || !isRecord(entry)) return [{ number, title: '', reason: 'no-prompt' }];
    const title = textFrom(entry.title, '');
    const { issues } = v.safeParse(userPrompt, entry, { abortEarly: true });
    if (issues) return [{ number, title, reason: title === '' ? 'no-title' : 'no-template' }];
    if (titles.has(title)) return [{ number, title, reason: 'title-taken' }];
    titles.add(title);
    return [];
  });
}
