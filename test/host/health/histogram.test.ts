import assert from 'node:assert/strict';
import {
  addValue,
  bucketBounds,
  bucketOf,
  emptyHistogram,
  lastBucket,
  mergeHistograms,
  percentile,
} from '../../../src/host/health/histogram';
import { randomNumbers } from '../../simulate/randomNumbers';

const histogramOf = (values: readonly number[]) => values.reduce(addValue, emptyHistogram);

describe('histogram', () => {
  it('puts each value into the bucket whose bounds contain the value', () => {
    const random = randomNumbers(1);
    for (let times = 0; times < 1000; times++) {
      const value = 2 ** (random() * 20);
      const [lower, upper] = bucketBounds(bucketOf(value));
      assert.ok(lower <= value * (1 + 1e-12) && value < upper * (1 + 1e-12), `${lower} ≤ ${value} < ${upper}`);
    }
  });

  it('puts values beyond its range into the first and the last bucket', () => {
    assert.deepEqual([0, 0.5, 1, 2 ** 25, Infinity].map(bucketOf), [0, 0, 0, lastBucket, lastBucket]);
  });

  for (const seed of [1, 2, 3]) {
    it(`returns percentiles in the bucket of the exact percentile (seed ${seed})`, () => {
      const random = randomNumbers(seed);
      const values = Array.from({ length: 997 }, () => Math.exp(5 + 3 * random()));
      const ascending = values.toSorted((a, b) => a - b);
      for (const share of [0.01, 0.5, 0.9, 0.95, 0.99, 1]) {
        const exact = ascending[Math.ceil(ascending.length * share) - 1] ?? NaN;
        const estimate = percentile(histogramOf(values), share) ?? NaN;
        assert.equal(bucketOf(estimate), bucketOf(exact), `${share}: ${estimate} instead of ${exact}`);
      }
    });
  }

  it('uses the nearest rank for the percentiles of a few values', () => {
    const histogram = histogramOf([10, 100, 1000]);
    const bucketsAt = [0.3, 0.5, 0.95].map((share) => bucketOf(percentile(histogram, share) ?? NaN));
    assert.deepEqual(bucketsAt, [10, 100, 1000].map(bucketOf));
  });

  it('has no percentile without values', () => {
    assert.equal(percentile(emptyHistogram, 0.5), undefined);
  });

  it('is the same whether values are added to one histogram or to several that are merged', () => {
    const [some, others] = [
      [1, 5, 900],
      [5, 7000],
    ];
    assert.deepEqual(mergeHistograms([histogramOf(some), histogramOf(others)]), histogramOf([...some, ...others]));
  });
});
