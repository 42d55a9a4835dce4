/** What is being typed behind a `#`. */
export interface ContextQuery {
  /** Where the `#` is. */
  readonly start: number;
  readonly text: string;
}

/** No name of a file is longer. */
const reach = 260;

/**
 * Not behind a letter or a digit (`C#`, `page#part`), but behind brackets, marks and scripts that put no spaces between
 * words; an input method may make the sign a full-width one.
 */
const typed =
  /(?:^|[\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}([{<"'“‘「『（【《，。、；：！？,;:!?])[#＃]([^\s#＃]*)$/u;

/** @returns undefined when the caret is not in a query. */
export function contextQueryAt(text: string, caret: number): ContextQuery | undefined {
  const from = Math.max(0, caret - reach);
  const match = typed.exec(text.slice(from, caret));
  const query = match?.[1];
  // The number of an issue is no context.
  if (query === undefined || /^\d+$/.test(query)) return undefined;
  const start = caret - query.length - 1;
  // What was cut off to look at the rest is no white space.
  return start === from && start > 0 ? undefined : { start, text: query };
}
