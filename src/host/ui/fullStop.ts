/** For words that are quoted within a sentence, which has a full stop of its own. Three of them are no full stop. */
export function withoutFullStop(words: string): string {
  return words.replace(/(?<!\.)\.$|。$/, '');
}
