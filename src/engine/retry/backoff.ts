import type { JitterKind } from '../environment';

interface BackoffOptions {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly jitter: JitterKind;
}

interface BackoffInput {
  /** Number of earlier failures, without the current failure. */
  readonly failures: number;
  readonly random: () => number;
  /** Previous delay in milliseconds. With `decorrelated` jitter, the next delay depends on the previous delay. */
  readonly previousMs?: number | undefined;
}

/** Minimum backoff in milliseconds. A retry that starts sooner could use a connection that is still being closed. */
const minDelayMs = 250;

/**
 * Fraction and bounds of the random time that is added to a retry-after, so that clients with the same retry-after do
 * not retry at the same moment.
 */
const retryAfterMargin = { fraction: 0.1, minMs: 250, maxMs: 5000 } as const;

/** Returns a backoff in milliseconds. Some types of jitter can exceed the exponential ceiling. */
type Jitter = (ceilingMs: number, options: BackoffOptions, input: BackoffInput) => number;

const jitters: Readonly<Record<JitterKind, Jitter>> = {
  full: (ceiling, _, { random }) => random() * ceiling,
  equal: (ceiling, _, { random }) => ceiling / 2 + (random() * ceiling) / 2,
  decorrelated: (ceiling, { baseDelayMs, maxDelayMs }, { random, previousMs }) => {
    const from = Math.min(baseDelayMs, ceiling);
    const to = Math.max(from, Math.min(maxDelayMs, 3 * (previousMs ?? baseDelayMs)));
    return from + random() * (to - from);
  },
  classic: (ceiling, _, { random }) => ceiling + random() * 1000,
  none: (ceiling) => ceiling,
};

/**
 * Returns the backoff after a transient fault, in milliseconds:
 * `max(250 ms, jitter(min(maxDelayMs, baseDelayMs · 2^failures)))`.
 */
export function transientDelay(options: BackoffOptions, input: BackoffInput): number {
  const ceiling = Math.min(options.maxDelayMs, options.baseDelayMs * 2 ** input.failures);
  return Math.max(minDelayMs, jitters[options.jitter](ceiling, options, input));
}

/**
 * Returns the backoff after an overload without a retry-after, in milliseconds. The base delay is doubled. Full jitter,
 * the default, is replaced by equal jitter, so that the backoff is never close to zero.
 */
export function overloadDelay(options: BackoffOptions, input: BackoffInput): number {
  const jitter = options.jitter === 'full' ? 'equal' : options.jitter;
  return transientDelay({ ...options, jitter, baseDelayMs: 2 * options.baseDelayMs }, input);
}

/**
 * Returns the delay for a retry-after `h`, in milliseconds: `h + U(0, clamp(0.1·h, 250 ms, 5 s))`, where `U` is a
 * uniformly distributed random number. The delay is never less than `h`.
 */
export function retryAfterDelay(retryAfterMs: number, random: () => number): number {
  const margin = Math.min(
    retryAfterMargin.maxMs,
    Math.max(retryAfterMargin.minMs, retryAfterMargin.fraction * retryAfterMs),
  );
  return retryAfterMs + random() * margin;
}
