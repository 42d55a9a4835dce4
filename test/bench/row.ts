/** A line of the table: cells as they are printed. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly aim: string;
}

export type Bench = () => Promise<readonly Row[]>;

/** For what has no peer, no ratio or no aim. */
export const none = '–';

export function ratioOf(ours: number, peer: number): string {
  return (ours / peer).toFixed(2);
}
