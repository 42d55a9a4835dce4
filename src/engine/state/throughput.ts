/** Characters of one second of a run. */
interface ThroughputSecond {
  /** Whole seconds since the run began. */
  readonly second: number;
  readonly chars: number;
}

/** How fast an answer has come in; seconds in which nothing came are not there. */
export interface Throughput {
  /** Those that are over, in their order. */
  readonly before: readonly ThroughputSecond[];
  /** The one that is being filled. */
  readonly second: number;
  readonly chars: number;
}

export const noThroughput: Throughput = { before: [], second: 0, chars: 0 };

/** The throughput is counted separately for this many seconds. Later deltas are added to the last of them. */
const mostSeconds = 10_000;

/** Called for each token, so the earlier seconds are copied only when a second has ended. */
export function addToThroughput({ before, second, chars }: Throughput, ms: number, more: number): Throughput {
  const now = Math.floor(ms / 1000);
  if (now === second || chars === 0 || before.length >= mostSeconds)
    return { before, second: now, chars: chars + more };
  return { before: [...before, { second, chars }], second: now, chars: more };
}

/** An answer that took longer to arrive is spread over the last hour only. */
const longestSpreadMs = 3_600_000;

/** Evenly over the time in which it came. */
export function spread(throughput: Throughput, start: number, to: number, chars: number): Throughput {
  const from = Math.max(start, to - longestSpreadMs);
  const seconds = Math.max(1, Math.floor(to / 1000) - Math.floor(from / 1000) + 1);
  const share = (second: number): number => Math.round((chars * second) / seconds);
  return Array.from({ length: seconds }, (_, second) => second).reduce(
    (sum, second) => addToThroughput(sum, from + second * 1000, share(second + 1) - share(second)),
    throughput,
  );
}

export function throughputSeconds({ before, second, chars }: Throughput): readonly ThroughputSecond[] {
  return chars === 0 ? before : [...before, { second, chars }];
}
