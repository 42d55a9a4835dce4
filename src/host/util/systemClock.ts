import type { Clock } from '../../engine/clock';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  callAfter: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Returns the result of a promise, or the string `late` if the promise takes longer than `ms` milliseconds. */
export async function resultWithin<T>(ms: number, result: Promise<T>, clock = systemClock): Promise<T | 'late'> {
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const cancel = clock.callAfter(ms, () => resolve('late'));
  try {
    return await Promise.race([result, late]);
  } finally {
    cancel();
  }
}
