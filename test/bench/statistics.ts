export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Returns a percentile by the nearest-rank method. @param percent from 0 to 100 @throws if there are no values */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error('There is nothing to take a percentile of.');
  return value;
}
