import { percentile } from './statistics';

/** A row of the table with its printed cells. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly aim: string;
  /** The figures of the peer, one for each round. They show whether other processes disturbed the measurement. */
  readonly peerRounds?: readonly number[];
}

export type Bench = () => Promise<readonly Row[]>;

/** Cell for a missing peer, ratio or aim. */
export const none = '–';

/** Returns the median of the values with their 10th and 90th percentile, for example `0.25 (0.22–0.28)`. */
export function withSpread(values: readonly number[]): string {
  const [low, middle, high] = [10, 50, 90].map((percent) => percentile(values, percent).toFixed(2));
  return `${middle} (${low}–${high})`;
}

export function ratioOf(ours: number, peer: number): string {
  return (ours / peer).toFixed(2);
}
