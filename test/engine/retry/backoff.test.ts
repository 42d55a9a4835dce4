import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  retryAfterDelay,
  minDelayMs,
  overloadDelay,
  transientDelay,
  type JitterKind,
} from '../../../src/engine/retry/backoff';
import { propertyRuns } from '../../support/propertyRuns';

const jitters: readonly JitterKind[] = ['full', 'equal', 'decorrelated', 'classic', 'none'];
const usual = { baseDelayMs: 1000, maxDelayMs: 60_000 };

type Delays = readonly [n0: number, n1: number, n2: number, n6: number];

/** With random numbers that are all 0.5; `decorrelated` without a wait before. */
const transientMs: Readonly<Record<JitterKind, Delays>> = {
  full: [500, 1000, 2000, 30_000],
  equal: [750, 1500, 3000, 45_000],
  decorrelated: [2000, 2000, 2000, 2000],
  classic: [1500, 2500, 4500, 60_500],
  none: [1000, 2000, 4000, 60_000],
};

/** Twice the base; full jitter becomes equal jitter. */
const overloadMs: Readonly<Record<JitterKind, Delays>> = {
  full: [1500, 3000, 6000, 45_000],
  equal: [1500, 3000, 6000, 45_000],
  decorrelated: [4000, 4000, 4000, 4000],
  classic: [2500, 4500, 8500, 60_500],
  none: [2000, 4000, 8000, 60_000],
};

const hints: readonly (readonly [hintMs: number, random: number, delayMs: number])[] = [
  [37_000, 0, 37_000],
  [37_000, 0.5, 38_850],
  [1000, 0.5, 1125],
  [10, 0.5, 135],
  [100_000, 0.5, 102_500],
  [3_600_000, 0.5, 3_602_500],
];

/** The most that a kind of jitter adds to the cap. */
const above = (jitter: JitterKind): number => (jitter === 'classic' ? 1000 : 0);

const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anyInput = fc.record({
  jitter: fc.constantFrom(...jitters),
  baseDelayMs: fc.integer({ min: 100, max: 60_000 }),
  maxDelayMs: fc.integer({ min: 250, max: 300_000 }),
  failures: fc.integer({ min: 0, max: 1000 }),
  previousMs: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
  random: anyRandom,
});

describe('a backoff delay', () => {
  const half = (failures: number) => ({ failures, random: () => 0.5 });
  for (const jitter of jitters) {
    it(`with ${jitter} jitter is exact after 0, 1, 2 and 6 failures`, () => {
      const options = { ...usual, jitter };
      assert.deepEqual(
        [0, 1, 2, 6].map((n) => transientDelay(options, half(n))),
        transientMs[jitter],
      );
      assert.deepEqual(
        [0, 1, 2, 6].map((n) => overloadDelay(options, half(n))),
        overloadMs[jitter],
      );
    });
  }

  it('with full jitter goes up to the exponential ceiling and down to the floor', () => {
    const options = { ...usual, jitter: 'full' } as const;
    assert.equal(transientDelay(options, { failures: 3, random: () => 0 }), minDelayMs);
    assert.equal(transientDelay(options, { failures: 3, random: () => 0.999 }), 7992);
  });

  it('with equal jitter is never below half of the ceiling', () => {
    assert.equal(transientDelay({ ...usual, jitter: 'equal' }, { failures: 3, random: () => 0 }), 4000);
  });

  it('with decorrelated jitter grows from the wait before', () => {
    const options = { ...usual, jitter: 'decorrelated' } as const;
    const after = (previousMs: number, random: number) =>
      transientDelay(options, { failures: 1, random: () => random, previousMs });
    assert.equal(after(5000, 0), 1000);
    assert.equal(after(5000, 0.5), 8000);
    assert.equal(after(1e9, 0.5), 30_500);
  });

  it('after an overload is never near zero', () => {
    assert.equal(overloadDelay({ ...usual, jitter: 'full' }, { failures: 0, random: () => 0 }), 1000);
  });

  it('is finite, at least 250 ms and at most the cap plus its jitter, after any number of failures', () => {
    fc.assert(
      fc.property(anyInput, fc.constantFrom(transientDelay, overloadDelay), ({ random, ...options }, delayOf) => {
        const delay = delayOf(options, { ...options, random: () => random });
        assert.ok(Number.isFinite(delay));
        assert.ok(delay >= minDelayMs);
        assert.ok(delay <= options.maxDelayMs + above(options.jitter));
      }),
      { numRuns: propertyRuns },
    );
  });
});

describe('a hinted delay', () => {
  for (const [hintMs, random, delayMs] of hints) {
    it(`of ${hintMs} ms becomes ${delayMs} ms at ${random}`, () => {
      assert.equal(
        retryAfterDelay(hintMs, () => random),
        delayMs,
      );
    });
  }

  it('is never under the hint, and over it by at most a tenth, kept between 250 ms and 5 s', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 366 * 86_400_000, noNaN: true }), anyRandom, (hintMs, random) => {
        const margin = retryAfterDelay(hintMs, () => random) - hintMs;
        assert.ok(margin >= 0);
        assert.ok(margin <= Math.min(5000, Math.max(250, 0.1 * hintMs)) + 1e-4);
      }),
      { numRuns: propertyRuns },
    );
  });
});
