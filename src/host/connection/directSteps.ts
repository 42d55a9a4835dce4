import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect as connectSocket, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

/** Result of a step of the connection test. `ms` is the duration of the step, in milliseconds. */
export type DirectStep =
  | { readonly state: 'ok'; readonly ms: number; readonly addresses?: readonly string[] }
  | { readonly state: 'failed'; readonly ms: number; readonly error: unknown }
  /**
   * The step was left out: the host is an IP address, the URL starts with `http:`, or an earlier step failed or was
   * cancelled.
   */
  | { readonly state: 'skipped'; readonly reason: 'ip-address' | 'plain-http' | 'earlier-step' };

/** The steps of a direct connection, in their order. */
export interface DirectSteps {
  readonly nameResolution: DirectStep;
  readonly connection: DirectStep;
  readonly tls: DirectStep;
}

/** Time limit for each step, in milliseconds. */
const defaultLimitMs = 10_000;

const afterFailure: DirectStep = { state: 'skipped', reason: 'earlier-step' };

/**
 * Connects to the host of a URL without a proxy and without sending a request, and closes the connection again. Never
 * rejects.
 * @param signal cancels the remaining steps
 */
export async function runDirectSteps(url: string, signal: AbortSignal, limitMs = defaultLimitMs): Promise<DirectSteps> {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isAddress = isIP(host) !== 0;
  const isSecure = protocol === 'https:';
  const limit = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const sockets: Socket[] = [];
  const own = <T extends Socket>(socket: T): T => {
    sockets.push(socket);
    // Ignores errors that occur when nothing waits for the connection any longer.
    return socket.on('error', () => undefined);
  };
  try {
    const resolved = isAddress ? undefined : await run(() => withSignal(lookup(host, { all: true }), limit()));
    const addresses = resolved?.result?.map(({ address }) => address);
    const nameResolution: DirectStep = !resolved
      ? { state: 'skipped', reason: 'ip-address' }
      : addresses && resolved.step.state === 'ok'
        ? { ...resolved.step, addresses }
        : resolved.step;
    if (nameResolution.state === 'failed') return { nameResolution, connection: afterFailure, tls: afterFailure };

    const known = resolved?.result;
    const connected = await run(async () => {
      const target = {
        host,
        port: Number(port) || (isSecure ? 443 : 80),
        ...(known && { lookup: knownLookup(known) }),
      };
      const socket = own(connectSocket(target));
      await once(socket, 'connect', { signal: limit() });
      return socket;
    });
    const connection = connected.step;
    if (!isSecure) return { nameResolution, connection, tls: { state: 'skipped', reason: 'plain-http' } };
    const socket = connected.result;
    if (!socket) return { nameResolution, connection, tls: afterFailure };

    const secured = await run(async () => {
      const secure = own(connectSecurely({ socket, host, ...(!isAddress && { servername: host }) }));
      await once(secure, 'secureConnect', { signal: limit() });
    });
    return { nameResolution, connection, tls: secured.step };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

interface RunStep<T> {
  readonly step: DirectStep;
  readonly result?: T;
}

async function run<T>(work: () => Promise<T>): Promise<RunStep<T>> {
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  try {
    const result = await work();
    return { step: { state: 'ok', ms: elapsed() }, result };
  } catch (error) {
    return { step: { state: 'failed', ms: elapsed(), error: isAbort(error) ? timeoutError() : error } };
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

/** Returns an error with the code of a connection that timed out, which the fault table knows. */
function timeoutError(): Error {
  return Object.assign(new Error('The step timed out.'), { code: 'ETIMEDOUT' });
}

/** Rejects when the signal aborts, because a name resolution itself can't be cancelled. */
async function withSignal<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  return Promise.race([result, aborted]);
}

/** Returns a lookup function that knows the addresses already, so that they are not resolved a second time. */
function knownLookup(addresses: readonly { readonly address: string; readonly family: number }[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}
