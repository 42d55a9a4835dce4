import type { ReadConversation } from './conversationSummary';

/** Characters before a match, and in all. */
const before = 40;
const excerptLength = 160;

/** What a search looks into: prompts and answers as they are shown, and the title. */
export function textsOf({ exchanges, title }: Pick<ReadConversation, 'title' | 'exchanges'>): readonly string[] {
  const all = exchanges.flatMap(({ prompt, state }) => [prompt, state.text]);
  return title === undefined ? all : [...all, title];
}

export function wordsOf(query: string): readonly string[] {
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/**
 * All words must occur, wherever it is.
 * @param words in lower case
 * @returns text around the first match; undefined where there is none
 */
export function excerptOf(texts: readonly string[], words: readonly string[]): string | undefined {
  const lower = texts.map((text) => text.toLowerCase());
  if (!words.every((word) => lower.some((text) => text.includes(word)))) return undefined;
  if (!words.length) return '';
  const found = lower.findIndex((text) => words.some((word) => text.includes(word)));
  const places = words.map((word) => lower[found]?.indexOf(word) ?? -1).filter((place) => place >= 0);
  return excerpt(texts[found] ?? '', Math.min(...places));
}

function excerpt(text: string, place: number): string {
  const start = Math.max(0, place - before);
  const end = start + excerptLength;
  const part = text.slice(start, end).replace(/\s+/g, ' ').trim();
  // Half of a surrogate pair is shown as a question mark.
  const whole = part.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
  return `${start > 0 ? '…' : ''}${whole}${end < text.length ? '…' : ''}`;
}
