import type { Ledger } from './ledger';

/** Number of characters that arrived in one second of a segment (a part of a turn). */
interface ThroughputSecond {
  /** Whole seconds since the start of the segment (the part of the turn). */
  readonly second: number;
  readonly chars: number;
}

/** For each second, the number of characters of the answer that arrived. Seconds without characters are omitted. */
export interface Throughput {
  /** The seconds before the latest second, oldest first. Seconds without characters are omitted. */
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
 * Adds characters to the throughput. The list of completed seconds is copied only when a second has ended, because this
 * function runs for every token.
 * @param ms time since the start of the segment, in milliseconds
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

/** A period in which an attempt received no token although its answer had begun. Times are monotonic milliseconds. */
export interface Silence {
  readonly from: number;
  readonly to: number;
}

interface SilenceSource {
  readonly silences: readonly Silence[];
  readonly ledger: Ledger;
  readonly lastTokenAt?: number | undefined;
}

/**
 * Shortest silence (period without a token) that the user sees, in milliseconds. A healthy model rarely pauses for
 * longer.
 */
export const minSilenceMs = 3000;

/**
 * Returns the silences (periods without a token) that have ended. If the current silence has lasted at least
 * `minSilenceMs`, it is included and ends at `now`.
 */
export function silencesUntil(
  { silences, ledger, lastTokenAt = Infinity }: SilenceSource,
  now: number,
): readonly Silence[] {
  if (now - lastTokenAt < minSilenceMs || lastTokenAt < (ledger.entries.at(-1)?.at ?? 0)) return silences;
  return [...silences, { from: lastTokenAt, to: now }];
}
