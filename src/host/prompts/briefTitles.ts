import { visibleText } from '../../core/visibleText';
import type { UserPrompt } from '../settingValues';

const limits = { titles: 5, characters: 40 } as const;

/** Returns titles that fit into a sentence, each cut to a short line. */
export function briefTitles(prompts: readonly UserPrompt[]): string {
  const quoted = prompts.slice(0, limits.titles).map(({ title }) => `“${briefTitle(title)}”`);
  return [...quoted, ...(prompts.length > limits.titles ? ['…'] : [])].join(', ');
}

export function briefTitle(title: string): string {
  return visibleText(title, limits.characters);
}
