import { afterUnblocked } from '../clock';
import type { Network } from '../environment';
import type { FaultName } from '../faults/faultTable';
import { isEdgeStatus } from '../faults/statusFault';
import { transportRow } from '../faults/transportError';
import { declaredKind } from '../text/charset';

/**
 * Time limit for establishing a connection, in milliseconds, if the turn can use another gateway. It leaves time for
 * one lost packet (1 s, RFC 6298, 2.1) and for the handshakes of TCP and TLS (two round trips). Probes have the same
 * limit. Otherwise, a probe could bring back a gateway that is too slow for turns.
 */
export const connectTimeoutMs = 2_000;

export const networkCheckTimeoutMs = 5000;
/**
 * Faults that mean that the network is unreachable: no route, no name server, or no response to a connection attempt.
 */
const unreachableRows: ReadonlySet<FaultName> = new Set(['offline', 'connectTimeout']);

/** Returns whether the gateway sends any response. Never rejects. Resolves with false when `signal` is aborted. */
export function isReachable(deps: Network, baseUrl: string, signal: AbortSignal): Promise<boolean> {
  return check(deps, baseUrl, signal, {
    accepts: () => true,
    acceptsError: (error) => !unreachableRows.has(transportRow(error)),
  });
}

/**
 * Returns whether the gateway itself responds in time. Returns false for a slow connection, a web page, a redirect, and
 * an error of a proxy or of Cloudflare. Never rejects.
 */
export function respondsAsGateway(deps: Network, baseUrl: string, signal: AbortSignal): Promise<boolean> {
  return check(deps, baseUrl, signal, {
    accepts: ({ status, headers }) =>
      status < 300
        ? declaredKind(headers.get('content-type')) !== 'web-page'
        : status >= 400 && status !== 407 && !isEdgeStatus(status),
    acceptsError: () => false,
    connectLimitMs: connectTimeoutMs,
  });
}

interface CheckRules {
  readonly accepts: (response: Response) => boolean;
  readonly acceptsError: (error: unknown) => boolean;
  /** Time within which a connection must be established, in milliseconds. */
  readonly connectLimitMs?: number;
}

async function check(
  { clock, fetch, watchConnection }: Network,
  baseUrl: string,
  signal: AbortSignal,
  { accepts, acceptsError, connectLimitMs }: CheckRules,
): Promise<boolean> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const anySignal = AbortSignal.any([signal, controller.signal]);
  const cancel = clock.callAfter(networkCheckTimeoutMs, abort);
  let cancelConnectLimit = (): void => undefined;
  const send = (): Promise<Response> =>
    fetch(`${baseUrl}/models`, { method: 'HEAD', redirect: 'manual', signal: anySignal });
  try {
    if (!watchConnection || connectLimitMs === undefined) return accepts(await send());
    const onConnecting = (): void => {
      cancelConnectLimit();
      cancelConnectLimit = afterUnblocked(clock, connectLimitMs, abort);
    };
    return accepts(await watchConnection(send, { onConnecting, onSent: () => cancelConnectLimit() }));
  } catch (error) {
    return !anySignal.aborted && acceptsError(error);
  } finally {
    cancel();
    cancelConnectLimit();
    // Aborting the request closes its connection without reading the body of the response.
    abort();
  }
}
