import { beginning } from '../code/codeExcerpt';
import type { UserPrompt } from '../settingValues';

const limits = { titles: 5, characters: 40 } as const;

/** For a sentence: nobody's title may be longer than what it is in, or look like more than a title. */
export function briefTitles(prompts: readonly UserPrompt[]): string {
  const quoted = prompts.slice(0, limits.titles).map(({ title }) => `“${briefTitle(title)}”`);
  return [...quoted, ...(prompts.length > limits.titles ? ['…'] : [])].join(', ');
}

export function briefTitle(title: string): string {
  const line = title.replace(/[\s\p{C}]+/gu, ' ').trim();
  return line.length > limits.characters ? `${beginning(line, limits.characters)}…` : line;
}
