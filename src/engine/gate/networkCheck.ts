import type { EngineEnvironment } from '../environment';
import type { FaultName } from '../faults/faultTable';
import { isEdgeStatus } from '../faults/statusFault';
import { transportRow } from '../faults/transportError';
import { declaredKind } from '../text/charset';

type CheckDeps = Pick<EngineEnvironment, 'clock' | 'fetch'>;

const networkCheckTimeoutMs = 5000;
/** No route, no name server, no response to a connection attempt. */
const unreachableRows: ReadonlySet<FaultName> = new Set<FaultName>(['offline', 'connectTimeout']);

/** Accepts any response. Never rejects, and resolves with false when `signal` is aborted. */
export function isReachable(deps: CheckDeps, baseUrl: string, signal: AbortSignal): Promise<boolean> {
  return check(deps, baseUrl, signal, {
    accepts: () => true,
    acceptsError: (error) => !unreachableRows.has(transportRow(error)),
  });
}

/** A web page, a redirect, and an error of a proxy or of Cloudflare do not count. Never rejects. */
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
  signal.addEventListener('abort', abort);
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
