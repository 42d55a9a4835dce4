import { isRecord, type JsonRecord } from '../../engine/json';

/** A prompt in the settings that the user can run on selected code. */
export interface UserPrompt {
  readonly title: string;
  /** Text of the prompt about the selected code. It may contain variables. */
  readonly template: string;
  readonly model?: string | undefined;
}

/** An entry of the setting `holysheep.prompts` that can't be used. */
export interface UnusablePrompt {
  /** Position of the entry in the setting, counted from 1. */
  readonly number: number;
  /** Title of the entry, or an empty string if it has none. */
  readonly title: string;
  readonly reason: 'no-prompt' | 'no-title' | 'no-template' | 'title-taken';
}

/** Returns the prompts in a list. Entries without a title or a template are omitted. */
export function parsePrompts(value: unknown): readonly UserPrompt[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.flatMap((entry) => {
    const { title, template, model } = isRecord(entry) ? fieldsOf(entry) : {};
    if (title === undefined || template === undefined) return [];
    return [{ title, template, ...(model !== undefined && { model }) }];
  });
}

/**
 * Returns the entries of `holysheep.prompts` that are not valid prompts, or whose title a previous entry uses. If the
 * setting is not a list, it counts as one such entry.
 */
export function unusablePrompts(value: unknown): readonly UnusablePrompt[] {
  if (value === undefined || value === null) return [];
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  const titles = new Set<string>();
  return entries.flatMap((entry, index): readonly UnusablePrompt[] => {
    const number = index + 1;
    if (!Array.isArray(value) || !isRecord(entry)) return [{ number, title: '', reason: 'no-prompt' }];
    const { title, template } = fieldsOf(entry);
    if (title === undefined) return [{ number, title: '', reason: 'no-title' }];
    if (template === undefined) return [{ number, title, reason: 'no-template' }];
    if (titles.has(title)) return [{ number, title, reason: 'title-taken' }];
    titles.add(title);
    return [];
  });
}

function fieldsOf({
  title,
  template,
  model,
}: JsonRecord): Readonly<Partial<Record<keyof UserPrompt, string | undefined>>> {
  return { title: textIn(title), template: textIn(template), model: textIn(model) };
}

/** Returns the trimmed text, or undefined if the value is empty or not a string. */
export function textIn(value: unknown): string | undefined {
  return (typeof value === 'string' && value.trim()) || undefined;
}
