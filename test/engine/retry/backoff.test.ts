import assert from 'node:assert/strict';
import fc from 'fast-check';
import { retryAfterDelay, overloadDelay, transientDelay } from '../../../src/engine/retry/backoff';
import type { JitterKind } from '../../../src/engine/environment';
import { propertyRuns } from '../../support/propertyRuns';

const minDelayMs = 250;

const jitters: readonly JitterKind[] = ['full', 'equal', 'decorrelated', 'classic', 'none'];
const defaults = { baseDelayMs: 1000, maxDelayMs: 60_000 };

/** Delays in milliseconds, by the number of failures. */
type Delays = Readonly<Record<0 | 1 | 2 | 6, number>>;

/** Backoffs after a transient fault if every random number is 0.5 and there was no previous backoff. */
const transientMs: Readonly<Record<JitterKind, Delays>> = {
  full: { 0: 500, 1: 1000, 2: 2000, 6: 30_000 },
  equal: { 0: 750, 1: 1500, 2: 3000, 6: 45_000 },
  decorrelated: { 0: 2000, 1: 2000, 2: 2000, 6: 2000 },
  classic: { 0: 1500, 1: 2500, 2: 4500, 6: 60_500 },
  none: { 0: 1000, 1: 2000, 2: 4000, 6: 60_000 },
};

/** Backoffs after an overload: the base delay is doubled, and full jitter becomes equal jitter. */
const overloadMs: Readonly<Record<JitterKind, Delays>> = {
  full: { 0: 1500, 1: 3000, 2: 6000, 6: 45_000 },
  equal: { 0: 1500, 1: 3000, 2: 6000, 6: 45_000 },
  decorrelated: { 0: 4000, 1: 4000, 2: 4000, 6: 4000 },
  classic: { 0: 2500, 1: 4500, 2: 8500, 6: 60_500 },
  none: { 0: 2000, 1: 4000, 2: 8000, 6: 60_000 },
};

const retryAfters: readonly { readonly retryAfterMs: number; readonly random: number; readonly delayMs: number }[] = [
  { retryAfterMs: 37_000, random: 0, delayMs: 37_000 },
  { retryAfterMs: 37_000, random: 0.5, delayMs: 38_850 },
  { retryAfterMs: 1000, random: 0.5, delayMs: 1125 },
  { retryAfterMs: 10, random: 0.5, delayMs: 135 },
  { retryAfterMs: 100_000, random: 0.5, delayMs: 102_500 },
  { retryAfterMs: 3_600_000, random: 0.5, delayMs: 3_602_500 },
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
      for (const failures of [0, 1, 2, 6] as const) {
        assert.equal(transientDelay(options, inputWith(failures)), transientMs[jitter][failures]);
        assert.equal(overloadDelay(options, inputWith(failures)), overloadMs[jitter][failures]);
      }
    });
  }

  it('is between the minimum and the exponential ceiling if the jitter setting is "full"', () => {
    const options = { ...defaults, jitter: 'full' } as const;
    assert.equal(transientDelay(options, { failures: 3, random: () => 0 }), minDelayMs);
    assert.equal(transientDelay(options, { failures: 3, random: () => 0.999 }), 7992);
  });

  it('grows from the previous delay if the jitter setting is "decorrelated"', () => {
    const options = { ...defaults, jitter: 'decorrelated' } as const;
    const delayAfter = (previousMs: number, random: number) =>
      transientDelay(options, { failures: 1, random: () => random, previousMs });
    assert.equal(delayAfter(5000, 0), 1000);
    assert.equal(delayAfter(5000, 0.5), 8000);
    assert.equal(delayAfter(1e9, 0.5), 30_500);
  });

  it('is at least 1 s after an overload', () => {
    assert.equal(overloadDelay({ ...defaults, jitter: 'full' }, { failures: 0, random: () => 0 }), 1000);
  });

  it('is at least 250 ms, and at most the maximum delay plus jitter', () => {
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
  for (const { retryAfterMs, random, delayMs } of retryAfters) {
    it(`is ${delayMs} ms for ${retryAfterMs} ms and the random number ${random}`, () => {
      assert.equal(
        retryAfterDelay(retryAfterMs, () => random),
        delayMs,
      );
    });
  }

  it('never exceeds the retry-after by more than 5 s', () => {
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
