import type { Step } from './script';

/** About one token: a short word, two ideographs or a bit of punctuation, with the space before it. */
const TOKEN = /\s*(?:\p{Script=Han}{1,2}|[\p{L}\p{N}]{1,7}|[^\s\p{L}\p{N}]{1,3})|\s+/gu;

/** Milliseconds between two deltas of a recorded stream. */
const FASTEST = 8;
const SLOWEST = 40;

/** Deltas with the rhythm of a provider's stream, the same for the same seed. */
export function* likeRecorded(text: string, kind: 'delta' | 'reasoning', seed: number): Iterable<Step> {
  const random = mulberry32(seed);
  for (const [token] of text.matchAll(TOKEN)) {
    yield kind === 'delta' ? { delta: token } : { reasoning: token };
    yield { waitMs: Math.round(FASTEST + random() * (SLOWEST - FASTEST)) };
  }
}

/** Uniform in [0, 1). Source: Tommy Ettinger's Mulberry32, public domain. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
