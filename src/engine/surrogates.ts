/** Cutting text at a code unit must not leave half of a surrogate pair, which UTF-8 has no form for. */

export function isHighSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800;
}

export function isLowSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xdc00;
}

/** Returns at most `limit` code units from the beginning of a text. */
export function beginning(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return text.slice(0, isHighSurrogate(text, limit - 1) ? limit - 1 : limit);
}

/** Returns at most `limit` code units from the end of a text. */
export function ending(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const start = text.length - limit;
  return text.slice(isHighSurrogate(text, start - 1) ? start + 1 : start);
}

/** Makes text valid for a request. The other half of a pair that is cut at the end may still arrive, so its first half is left out. */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '').replace(/\p{Surrogate}/gu, '\ufffd');
}
