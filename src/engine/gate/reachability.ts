import type { EngineDeps } from '../engine';
import { faultRows } from '../faults/faultTable';
import { transportRow } from '../faults/transportError';

/** A probe that has no answer by then has none. */
const probeMs = 5000;
/** Rows of the fault table that mean that nothing is reachable: no route, no name server, no answer to a connect. */
const unreachableRows: ReadonlySet<number> = new Set([faultRows.offline, faultRows.connectTimeout]);

/** From one probe of the network to the next: 1, 2, 4, 8, then 15 s, and up to a tenth more. @param n from 0 */
export function probeDelayMs(n: number, random: () => number): number {
  return Math.min(15_000, 1000 * 2 ** n) * (1 + 0.1 * random());
}

/**
 * Whether anything answers at the gateway, whatever it says: a request without the key, whose answer is thrown away.
 * Never rejects; false once `signal` is aborted.
 */
export async function isReachable(
  { clock, fetch }: Pick<EngineDeps, 'clock' | 'fetch'>,
  baseUrl: string,
  signal: AbortSignal,
): Promise<boolean> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal.addEventListener('abort', abort, { once: true });
  const cancel = clock.after(probeMs, abort);
  try {
    await fetch(`${baseUrl}/models`, { method: 'HEAD', redirect: 'manual', signal: controller.signal });
    return true;
  } catch (error) {
    return !controller.signal.aborted && !unreachableRows.has(transportRow(error));
  } finally {
    cancel();
    // Whatever came with the answer is not read.
    controller.abort();
    signal.removeEventListener('abort', abort);
  }
}
