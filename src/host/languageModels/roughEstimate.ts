const charactersPerToken = 4;

/** Chinese, Japanese and Korean: about a token each, where four letters of English are one. */
const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** The rule of thumb, in tokens, for want of a tokenizer. */
export function roughEstimate(text: string): number {
  const narrow = text.replace(wide, '').length;
  const characters = text.match(wide)?.length ?? 0;
  return characters + Math.ceil(narrow / charactersPerToken);
}
