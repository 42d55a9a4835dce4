/** A server's wish for when to come back. */
export interface Hint {
  /** From now, more than 0 and finite. */
  readonly delayMs: number;
  /** The header or body field it came from. */
  readonly from: string;
}

const longestMs = 366 * 24 * 3600 * 1000;

/** Zero, a time in the past and nonsense are no hint; centuries are cut to what a date can show. */
export function hint(delayMs: number | undefined, from: string): Hint | undefined {
  if (delayMs === undefined || Number.isNaN(delayMs) || delayMs <= 0) return undefined;
  return { delayMs: Math.min(longestMs, Math.ceil(delayMs)), from };
}
