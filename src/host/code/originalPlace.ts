import { withLineEnds } from './lineEnds';

export type OriginalPlace =
  { readonly type: 'there'; readonly start: number; readonly end: number } | { readonly type: 'changed' | 'ambiguous' };

/**
 * Where code is now that was somewhere when it was asked about: where it was, else the only other place that has it.
 * @param text of the whole document
 * @param at offset it was at, or anything else when there is no such place any more
 */
export function originalPlace(text: string, original: string, at: number): OriginalPlace {
  const code = withLineEnds(original, text.includes('\r\n') ? '\r\n' : '\n');
  if (text.startsWith(code, at)) return { type: 'there', start: at, end: at + code.length };
  const start = text.indexOf(code);
  if (start < 0) return { type: 'changed' };
  if (text.includes(code, start + 1)) return { type: 'ambiguous' };
  return { type: 'there', start, end: start + code.length };
}
