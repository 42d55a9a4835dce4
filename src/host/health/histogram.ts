/**
 * The number of values in each bucket, by the index of the bucket. The buckets are equally wide on a logarithmic scale
 * (see {@link bucketBounds}). Buckets without values are absent.
 */
export type Histogram = ReadonlyMap<number, number>;

export const emptyHistogram: Histogram = new Map();

/** Number of buckets between a value and its double. The bounds of a bucket differ by 9 %. */
const bucketsPerOctave = 8;
/** Index of the last bucket, which also contains all larger values. Its lower bound is about one million. */
export const lastBucket = 20 * bucketsPerOctave;

/** Returns the index of the bucket that contains a value. The first bucket also contains all values below 1. */
export function bucketOf(value: number): number {
  return Math.min(lastBucket, Math.max(0, Math.floor(Math.log2(value) * bucketsPerOctave)));
}

/** Returns the lower bound of a bucket, which belongs to the bucket, and the upper bound, which does not. */
export function bucketBounds(bucket: number): readonly [lower: number, upper: number] {
  return [2 ** (bucket / bucketsPerOctave), 2 ** ((bucket + 1) / bucketsPerOctave)];
}

export function addValue(histogram: Histogram, value: number): Histogram {
  return mergeHistograms([histogram, new Map([[bucketOf(value), 1]])]);
}

export function mergeHistograms(histograms: readonly Histogram[]): Histogram {
  const sum = new Map<number, number>();
  for (const [bucket, count] of histograms.flatMap((histogram) => [...histogram])) {
    sum.set(bucket, (sum.get(bucket) ?? 0) + count);
  }
  return sum;
}

/**
 * Returns a percentile (nearest rank) as the geometric mean of the bounds of its bucket, or undefined if the histogram
 * is empty. The exact percentile is in the same bucket.
 * @param share share of the values that are at most as large as the percentile, for instance 0.95
 */
export function percentile(histogram: Histogram, share: number): number | undefined {
  const buckets = [...histogram].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(total * share));
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen < rank) continue;
    const [lower, upper] = bucketBounds(bucket);
    return Math.sqrt(lower * upper);
  }
  return undefined;
}
