import type { Ledger } from './ledger';

/** Number of characters that arrived during one particular second of a turn's segment. */
interface ThroughputSecond {
  /** Whole seconds since the segment began. */
  readonly second: number;
  readonly chars: number;
}

/** The numbers of characters of an answer that arrived in each second. Seconds without characters are omitted. */
export interface Throughput {
  /** All seconds in which characters arrived, except the latest second, in ascending order. */
  readonly completedSeconds: readonly ThroughputSecond[];
  /** The latest second in which characters arrived. */
  readonly second: number;
  /** Number of characters that arrived in the latest second. */
  readonly chars: number;
}

export const noThroughput: Throughput = { completedSeconds: [], second: 0, chars: 0 };

/**
 * Maximum number of seconds that are recorded separately. Characters that arrive later are added to the last recorded
 * second.
 */
const maxSeconds = 10_000;

/**
 * Adds characters to the throughput. This function runs for every token, so it copies the list of completed seconds
 * only when a second has ended.
 * @param ms time since the segment began, in milliseconds
 */
export function addToThroughput(throughput: Throughput, ms: number, newChars: number): Throughput {
  const { completedSeconds, second, chars } = throughput;
  const now = Math.floor(ms / 1000);
  if (now === second || chars === 0 || completedSeconds.length >= maxSeconds)
    return { completedSeconds, second: now, chars: chars + newChars };
  return { completedSeconds: [...completedSeconds, { second, chars }], second: now, chars: newChars };
}

/** Returns all seconds in which characters arrived, including the latest second. */
export function throughputSeconds({ completedSeconds, second, chars }: Throughput): readonly ThroughputSecond[] {
  return chars === 0 ? completedSeconds : [...completedSeconds, { second, chars }];
}

/** A period without a token in an attempt whose answer has begun, in monotonic milliseconds. */
export interface Silence {
  readonly from: number;
  readonly to: number;
}

interface SilenceSource {
  readonly silences: readonly Silence[];
  readonly ledger: Ledger;
  readonly lastTokenAt?: number | undefined;
}

/** Shortest silence that the user sees, in milliseconds. A healthy model rarely pauses for longer. */
export const minSilenceMs = 3000;

/**
 * Returns the silences of a segment that have ended. If the current attempt has received a token, but none for at least
 * `minSilenceMs`, adds the silence from the last token to `now`.
 */
export function silencesUntil(
  { silences, ledger, lastTokenAt = Infinity }: SilenceSource,
  now: number,
): readonly Silence[] {
  if (now - lastTokenAt < minSilenceMs || lastTokenAt < (ledger.entries.at(-1)?.at ?? 0)) return silences;
  return [...silences, { from: lastTokenAt, to: now }];
}
