import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { errorCode } from '../util/files';

/**
 * A step of a direct connection (a connection without a proxy): name resolution, TCP connection or TLS. `ms` is the
 * duration of the step in milliseconds.
 */
export interface DirectStep {
  readonly name: 'nameResolution' | 'connection' | 'tls';
  readonly ms: number;
  readonly addresses?: readonly string[];
  readonly error?: string;
}

const stepLimitMs = 10_000;

/**
 * Connects to a URL without a proxy and without sending a request. Returns the steps up to the first step that failed.
 * Never rejects.
 */
export async function runDirectSteps(
  url: string,
  signal: AbortSignal,
  limitMs = stepLimitMs,
): Promise<readonly DirectStep[]> {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isAddress = isIP(host) !== 0;
  const isSecure = protocol === 'https:';
  const steps: DirectStep[] = [];
  const addresses: string[] = [];
  let name: DirectStep['name'] = isAddress ? 'connection' : 'nameResolution';
  let startedAt = performance.now();
  const end = (details: Partial<DirectStep>, next: DirectStep['name'] = 'tls'): void => {
    steps.push({ name, ms: Math.round(performance.now() - startedAt), ...details });
    name = next;
    startedAt = performance.now();
  };
  const sockets: Socket[] = [];
  const waitFor = (event: string, socket: Socket): Promise<unknown> => {
    // A socket can fail after its step has ended. Without this error handler, Node.js would throw the error as an
    // uncaught exception.
    sockets.push(socket.on('error', () => undefined));
    return once(socket, event, { signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]) });
  };
  const socket = connect({ host, port: Number(port) || (isSecure ? 443 : 80) });
  socket.on('lookup', (error: Error | null, address: string) => {
    if (error) return;
    addresses.push(address);
    if (name === 'nameResolution') end({ addresses }, 'connection');
  });
  try {
    await waitFor('connect', socket);
    end({});
    if (!isSecure) return steps;
    await waitFor('secureConnect', connectSecurely({ socket, host, ...(!isAddress && { servername: host }) }));
    end({});
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'AbortError';
    end({ error: isTimeout ? 'ETIMEDOUT' : errorCode(error) });
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  return steps;
}
