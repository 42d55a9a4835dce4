import type { EngineDeps } from '../engine';
import type { FaultName } from '../faults/faultTable';
import { isEdgeStatus } from '../faults/statusFault';
import { transportRow } from '../faults/transportError';
import { declaredKind } from '../text/charset';

type CheckDeps = Pick<EngineDeps, 'clock' | 'fetch'>;

/** Timeout of a network check, in milliseconds. */
const networkCheckTimeoutMs = 5000;
/** Fault rows that mean that the network is down: no route, no name server, no response to a connection attempt. */
const unreachableRows: ReadonlySet<FaultName> = new Set<FaultName>(['offline', 'connectTimeout']);

/**
 * Returns whether the gateway can be reached: sends a request without the key and accepts any response. The returned
 * promise never rejects. When `signal` is aborted, the promise resolves with false.
 */
export function isReachable(deps: CheckDeps, baseUrl: string, signal: AbortSignal): Promise<boolean> {
  return check(deps, baseUrl, signal, {
    accepts: () => true,
    acceptsError: (error) => !unreachableRows.has(transportRow(error)),
  });
}

/**
 * Returns whether a gateway responds to a request without the key. A web page, a redirect, and an error of a proxy or of
 * Cloudflare in front of the gateway do not count. The returned promise never rejects. When `signal` is aborted, the
 * promise resolves with false.
 */
export function respondsAsGateway(deps: CheckDeps, baseUrl: string, signal: AbortSignal): Promise<boolean> {
  return check(deps, baseUrl, signal, {
    accepts: ({ status, headers }) =>
      status < 300
        ? declaredKind(headers.get('content-type')) !== 'web-page'
        : status >= 400 && status !== 407 && !isEdgeStatus(status),
    acceptsError: () => false,
  });
}

interface CheckRules {
  readonly accepts: (response: Response) => boolean;
  readonly acceptsError: (error: unknown) => boolean;
}

async function check(
  { clock, fetch }: CheckDeps,
  baseUrl: string,
  signal: AbortSignal,
  { accepts, acceptsError }: CheckRules,
): Promise<boolean> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal.addEventListener('abort', abort, { once: true });
  const cancel = clock.after(networkCheckTimeoutMs, abort);
  try {
    return accepts(await fetch(`${baseUrl}/models`, { method: 'HEAD', redirect: 'manual', signal: controller.signal }));
  } catch (error) {
    return !controller.signal.aborted && acceptsError(error);
  } finally {
    cancel();
    // Releases the connection without reading the body of the response.
    controller.abort();
    signal.removeEventListener('abort', abort);
  }
}
