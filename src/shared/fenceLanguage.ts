/**
 * The language that the word behind a fence names, in lower case; also ```ts:app.ts, ```{.python} and ```rust,ignore.
 * For both sides of the protocol. @returns '' for none
 */
export function fenceWord(word: string): string {
  return /[^\s{},:.][^\s{},:]*/.exec(word.toLowerCase())?.[0] ?? '';
}
