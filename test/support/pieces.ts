/**
 * Splits `bytes` at each offset in `cuts`. Offsets may be unordered and beyond the end. A repeated offset makes an
 * empty piece.
 */
export function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, n) => bytes.subarray(at[n], end));
}

/** Splits the text into pieces of `length` UTF-16 code units. */
export function textPieces(text: string, length: number): readonly string[] {
  return text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [];
}
