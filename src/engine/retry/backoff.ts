/** Delays between attempts, as pure functions of the attempt's number. All durations in milliseconds. */

export type JitterKind = 'full' | 'equal' | 'decorrelated' | 'classic' | 'none';

interface BackoffOptions {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly jitter: JitterKind;
}

interface BackoffInput {
  /** Failures before this wait, from 0. */
  readonly failures: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The wait before this one; what `decorrelated` grows from. */
  readonly previousMs?: number | undefined;
}

/** Below this a retry is a hammer: connections are still being torn down. */
export const minDelayMs = 250;

/** A server hint is obeyed, plus a little so that a crowd told the same time does not return as one. */
const retryAfterMargin = { share: 0.1, minMs: 250, maxMs: 5000 } as const;

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

/** For a fault that is likely gone at the next try: `max(250 ms, jitter(min(cap, base·2^n)))`. */
export function transientDelay(options: BackoffOptions, input: BackoffInput): number {
  const ceiling = Math.min(options.maxDelayMs, options.baseDelayMs * 2 ** input.failures);
  return Math.max(minDelayMs, jitters[options.jitter](ceiling, options, input));
}

/**
 * For a server that has too much to do and gave no hint: twice the base, and never near zero,
 * so full jitter becomes equal jitter. A jitter that the user chose is kept.
 */
export function overloadDelay(options: BackoffOptions, input: BackoffInput): number {
  const jitter = options.jitter === 'full' ? 'equal' : options.jitter;
  return transientDelay({ ...options, jitter, baseDelayMs: 2 * options.baseDelayMs }, input);
}

/** Never earlier than the server asked for: `h + U(0, clamp(0.1·h, 250 ms, 5 s))`. */
export function retryAfterDelay(retryAfterMs: number, random: () => number): number {
  const margin = Math.min(
    retryAfterMargin.maxMs,
    Math.max(retryAfterMargin.minMs, retryAfterMargin.share * retryAfterMs),
  );
  return retryAfterMs + random() * margin;
}
