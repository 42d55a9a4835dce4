/** A row of the table with its printed cells. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly aim: string;
}

export type Bench = () => Promise<readonly Row[]>;

/** Cell for a missing peer, ratio or aim. */
export const none = '–';

export function ratioOf(ours: number, peer: number): string {
  return (ours / peer).toFixed(2);
}
