import { isRecord, textIn } from '../../engine/json';
import { effortChoiceIn, type EffortChoice } from '../../engine/request';

export interface UserPrompt {
  readonly title: string;
  /** Text of the prompt. The text can contain variables, for example for the selected code. */
  readonly template: string;
  readonly model?: string | undefined;
  readonly reasoningEffort?: EffortChoice | undefined;
}

/** An entry of the setting `holysheep.prompts` that can't be used. */
export interface UnusablePrompt {
  /** Position of the entry in the setting, counted from 1. */
  readonly number: number;
  readonly title: string;
  readonly reason: 'no-prompt' | 'no-title' | 'no-template' | 'no-effort' | 'title-taken';
}

/**
 * Splits the prompts in the setting into prompts that can be used and prompts that can't. If several prompts have the
 * same title, only the first can be used, because the title identifies a prompt. A setting that is not a list is
 * reported as a single prompt that can't be used.
 */
export function readPrompts(value: unknown): {
  readonly usablePrompts: readonly UserPrompt[];
  readonly unusablePrompts: readonly UnusablePrompt[];
} {
  if (value === undefined || value === null) return { usablePrompts: [], unusablePrompts: [] };
  const usablePrompts = new Map<string, UserPrompt>();
  const unusablePrompts: UnusablePrompt[] = [];
  const entries: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  for (const [index, entry] of entries.entries()) {
    const reject = (reason: UnusablePrompt['reason'], title = ''): void => {
      unusablePrompts.push({ number: index + 1, title, reason });
    };
    const fields = isRecord(entry) ? entry : undefined;
    const title = textIn(fields?.title);
    const template = textIn(fields?.template);
    const model = textIn(fields?.model);
    const reasoningEffort = effortChoiceIn(fields?.reasoningEffort);
    const hasUnknownEffort = fields?.reasoningEffort !== undefined && !reasoningEffort;
    if (!fields) reject('no-prompt');
    else if (title === undefined) reject('no-title');
    else if (template === undefined) reject('no-template', title);
    else if (hasUnknownEffort) reject('no-effort', title);
    else if (usablePrompts.has(title)) reject('title-taken', title);
    else
      usablePrompts.set(title, {
        title,
        template,
        ...(model !== undefined && { model }),
        ...(reasoningEffort && { reasoningEffort }),
      });
  }
  return { usablePrompts: [...usablePrompts.values()], unusablePrompts };
}
