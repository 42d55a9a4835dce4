import { isRecord, type JsonRecord } from '../../engine/json';

export interface UserPrompt {
  readonly title: string;
  /** May contain variables, such as the selected code. */
  readonly template: string;
  readonly model?: string | undefined;
}

/** An entry of the setting `holysheep.prompts` that can't be used. */
export interface UnusablePrompt {
  /** Position of the entry in the setting, counted from 1. */
  readonly number: number;
  readonly title: string;
  readonly reason: 'no-prompt' | 'no-title' | 'no-template' | 'title-taken';
}

/** Leaves out entries without a title or a template. */
export function parsePrompts(value: unknown): readonly UserPrompt[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.flatMap((entry) => {
    const { title, template, model } = isRecord(entry) ? fieldsOf(entry) : {};
    if (title === undefined || template === undefined) return [];
    return [{ title, template, ...(model !== undefined && { model }) }];
  });
}

/** Includes entries whose title a previous entry uses. A setting that is not a list counts as one entry. */
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

export function textIn(value: unknown): string | undefined {
  return (typeof value === 'string' && value.trim()) || undefined;
}
