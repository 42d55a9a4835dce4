import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorBody } from './replies';
import type { ChatBody } from './script';

/** Maximum size of a request body, in bytes. The prompts of the demo are far shorter. */
const maxBodyBytes = 1_000_000;

/** Time for which a refused connection stays half open, in milliseconds, so that the client can read the reply. */
const lingerMs = 1000;

/**
 * Reads the body of a request. Resolves with `disconnected` if the client disconnects before the end of the body, and
 * with `too-large` as soon as the body exceeds the maximum size.
 */
export function readBody(incoming: IncomingMessage): Promise<{ readonly text: string } | 'disconnected' | 'too-large'> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBodyBytes) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const onData = (part: Buffer): void => {
      bytes += part.length;
      if (bytes <= maxBodyBytes) {
        parts.push(part);
      } else {
        incoming.off('data', onData);
        resolve('too-large');
      }
    };
    incoming.on('data', onData);
    incoming.once('end', () => resolve({ text: Buffer.concat(parts).toString('utf8') }));
    incoming.once('error', () => resolve('disconnected'));
  });
}

/**
 * Returns the error for a request that is refused because of its headers, or undefined if the request is accepted.
 * Checks the `Host` header too, because a web page can make its own host name resolve to the address of this gateway
 * (DNS rebinding). Requests from such a page have its host name in their `Host` header, and its GET requests have no
 * `Origin` header.
 */
export function headerFault({ origin }: IncomingHttpHeaders, acceptsHost: boolean): ErrorBody | undefined {
  const isPage = origin !== undefined;
  if (!isPage && acceptsHost) return undefined;
  const message = isPage ? 'Web pages may not use this gateway.' : 'The request is for another host.';
  return { message, type: 'invalid_request_error', code: 'forbidden' };
}

/** Sends an error and closes the connection without waiting for the remaining body of the request. */
export function refuse(incoming: IncomingMessage, response: ServerResponse, status: number, error: ErrorBody): void {
  const { socket } = incoming;
  const body = JSON.stringify({ error });
  const length = Buffer.byteLength(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, connection: 'close' });
  response.write(body);
  // Closes only the sending direction. Closing both directions while data arrives would reset the connection, and the
  // client could lose the reply.
  socket.end();
  incoming.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}

/**
 * Parses the body of a chat completion request.
 * @returns undefined if the body is not an object with a model and messages
 */
export function parseChatBody(body: string): ChatBody | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  return isChatBody(value) ? value : undefined;
}

function isChatBody(value: unknown): value is ChatBody {
  if (typeof value !== 'object' || value === null) return false;
  return 'model' in value && typeof value.model === 'string' && 'messages' in value && Array.isArray(value.messages);
}
