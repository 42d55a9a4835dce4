import assert from 'node:assert/strict';
import fc from 'fast-check';
import { retryAfterDelay, overloadDelay, transientDelay } from '../../../src/engine/retry/backoff';
import type { JitterKind } from '../../../src/engine/environment';
import { propertyRuns } from '../../support/propertyRuns';

const minDelayMs = 250;

const jitters: readonly JitterKind[] = ['full', 'equal', 'decorrelated', 'classic', 'none'];
const defaults = { baseDelayMs: 1000, maxDelayMs: 60_000 };

type Delays = readonly [n0: number, n1: number, n2: number, n6: number];

/** Backoffs after a transient fault if every random number is 0.5 and there was no previous backoff. */
const transientMs: Readonly<Record<JitterKind, Delays>> = {
  full: [500, 1000, 2000, 30_000],
  equal: [750, 1500, 3000, 45_000],
  decorrelated: [2000, 2000, 2000, 2000],
  classic: [1500, 2500, 4500, 60_500],
  none: [1000, 2000, 4000, 60_000],
};

/** Backoffs after an overload: the base delay is doubled, and full jitter becomes equal jitter. */
const overloadMs: Readonly<Record<JitterKind, Delays>> = {
  full: [1500, 3000, 6000, 45_000],
  equal: [1500, 3000, 6000, 45_000],
  decorrelated: [4000, 4000, 4000, 4000],
  classic: [2500, 4500, 8500, 60_500],
  none: [2000, 4000, 8000, 60_000],
};

const retryAfters: readonly (readonly [retryAfterMs: number, random: number, delayMs: number])[] = [
  [37_000, 0, 37_000],
  [37_000, 0.5, 38_850],
  [1000, 0.5, 1125],
  [10, 0.5, 135],
  [100_000, 0.5, 102_500],
  [3_600_000, 0.5, 3_602_500],
];

/** Maximum that a kind of jitter adds to the cap, in milliseconds. */
const maxAboveCap = (jitter: JitterKind): number => (jitter === 'classic' ? 1000 : 0);

const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anyInput = fc.record({
  jitter: fc.constantFrom(...jitters),
  baseDelayMs: fc.integer({ min: 100, max: 60_000 }),
  maxDelayMs: fc.integer({ min: 250, max: 300_000 }),
  failures: fc.integer({ min: 0, max: 1000 }),
  previousMs: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
  random: anyRandom,
});

describe('backoff', () => {
  const inputWith = (failures: number) => ({ failures, random: () => 0.5 });
  for (const jitter of jitters) {
    it(`computes the delay after 0, 1, 2 and 6 failures with the jitter setting "${jitter}"`, () => {
      const options = { ...defaults, jitter };
      const transientDelays = [0, 1, 2, 6].map((n) => transientDelay(options, inputWith(n)));
      assert.deepEqual(transientDelays, transientMs[jitter]);
      const overloadDelays = [0, 1, 2, 6].map((n) => overloadDelay(options, inputWith(n)));
      assert.deepEqual(overloadDelays, overloadMs[jitter]);
    });
  }

  it('stays between the minimum and the exponential ceiling when the jitter setting is "full"', () => {
    const options = { ...defaults, jitter: 'full' } as const;
    assert.equal(transientDelay(options, { failures: 3, random: () => 0 }), minDelayMs);
    assert.equal(transientDelay(options, { failures: 3, random: () => 0.999 }), 7992);
  });

  it('grows from the previous delay when the jitter setting is "decorrelated"', () => {
    const options = { ...defaults, jitter: 'decorrelated' } as const;
    const delayAfter = (previousMs: number, random: number) =>
      transientDelay(options, { failures: 1, random: () => random, previousMs });
    assert.equal(delayAfter(5000, 0), 1000);
    assert.equal(delayAfter(5000, 0.5), 8000);
    assert.equal(delayAfter(1e9, 0.5), 30_500);
  });

  it('never gets close to zero after an overload', () => {
    assert.equal(overloadDelay({ ...defaults, jitter: 'full' }, { failures: 0, random: () => 0 }), 1000);
  });

  it('stays between 250 ms and the cap plus the jitter after any number of failures', () => {
    fc.assert(
      fc.property(anyInput, fc.constantFrom(transientDelay, overloadDelay), ({ random, ...options }, delayOf) => {
        const delay = delayOf(options, { ...options, random: () => random });
        assert.ok(Number.isFinite(delay));
        assert.ok(delay >= minDelayMs);
        assert.ok(delay <= options.maxDelayMs + maxAboveCap(options.jitter));
      }),
      { numRuns: propertyRuns },
    );
  });
});

describe('delay for a retry-after', () => {
  for (const [retryAfterMs, random, delayMs] of retryAfters) {
    it(`is ${delayMs} ms for ${retryAfterMs} ms and the random number ${random}`, () => {
      assert.equal(
        retryAfterDelay(retryAfterMs, () => random),
        delayMs,
      );
    });
  }

  it('exceeds the retry-after by at most 10 %, or 250 ms for a short retry-after, and never by more than 5 s', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 366 * 86_400_000, noNaN: true }), anyRandom, (retryAfterMs, random) => {
        const margin = retryAfterDelay(retryAfterMs, () => random) - retryAfterMs;
        assert.ok(margin >= 0);
        assert.ok(margin <= Math.min(5000, Math.max(250, 0.1 * retryAfterMs)) + 1e-4);
      }),
      { numRuns: propertyRuns },
    );
  });
});
