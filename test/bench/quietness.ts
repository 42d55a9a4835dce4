import type { Row } from './row';
import { median } from './statistics';

/** On a quiet machine, the median of the peer's rounds is at most this many times its fastest round. */
const maxSlowdown = 4 / 3;

/**
 * Returns why the rows must not be published, or undefined if the machine was quiet. The peer does the same work in each
 * round, so only other processes explain why most of its rounds were much slower than the fastest one.
 */
export function disturbance(rows: readonly Row[]): string | undefined {
  for (const { what, peerRounds } of rows) {
    if (!peerRounds) continue;
    const slowdown = median(peerRounds) / Math.min(...peerRounds);
    if (slowdown <= maxSlowdown) continue;
    return (
      `The tables were not written, because the machine was not quiet: in “${what}”, the median round of the peer was ` +
      `${Math.round((slowdown - 1) * 100)} % slower than its fastest round. Close all other programs and run all ` +
      'benchmarks again.'
    );
  }
  return undefined;
}
