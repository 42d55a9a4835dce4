/** Returns a generator of uniform random numbers in [0, 1) that depend on the seed only. Source: Mulberry32, public domain. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns a uniform random number in [from, to). */
export function between(random: () => number, [from, to]: readonly [from: number, to: number]): number {
  return from + random() * (to - from);
}
