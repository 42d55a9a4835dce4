// The functions of this file truncate text without splitting a surrogate pair, because UTF-8 can't encode half of a
// pair.

export function isHighSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800;
}

/** Returns the start of a text, at most `limit` UTF-16 code units long. */
export function firstChars(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return text.slice(0, isHighSurrogate(text, limit - 1) ? limit - 1 : limit);
}

/** Returns the end of a text, at most `limit` UTF-16 code units long. */
export function lastChars(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const start = text.length - limit;
  return text.slice(isHighSurrogate(text, start - 1) ? start + 1 : start);
}
