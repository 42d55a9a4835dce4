import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorBody } from './replies';
import type { ChatBody } from './script';

/** Bytes. The prompts of the demo are far shorter. */
const maxBodyBytes = 1_000_000;

/** How long the connection of a refused request stays half open, so that the client can read the reply. */
const lingerMs = 1000;

/**
 * Resolves with `left` when the client leaves before the end of its body, and with `too-large` as soon as the body
 * exceeds the limit.
 */
export function readBody(incoming: IncomingMessage): Promise<{ readonly text: string } | 'left' | 'too-large'> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBodyBytes) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const take = (part: Buffer): void => {
      bytes += part.length;
      if (bytes <= maxBodyBytes) {
        parts.push(part);
      } else {
        incoming.off('data', take);
        resolve('too-large');
      }
    };
    incoming.on('data', take);
    incoming.once('end', () => resolve({ text: Buffer.concat(parts).toString('utf8') }));
    incoming.once('error', () => resolve('left'));
  });
}

/**
 * Returns why a request is refused because of its headers, or undefined when it is accepted.
 * @param ownHosts the accepted values of the `Host` header; undefined: all
 */
export function headerFault(
  { host = '', origin }: IncomingHttpHeaders,
  ownHosts: readonly string[] | undefined,
): ErrorBody | undefined {
  // A web page can make its own host name resolve to this address (DNS rebinding). Its requests then name another host,
  // and have no `Origin` if they only read.
  const isPage = origin !== undefined;
  if (!isPage && (ownHosts?.includes(host.toLowerCase()) ?? true)) return undefined;
  const message = isPage ? 'Web pages may not use this gateway.' : 'The request is for another host.';
  return { message, type: 'invalid_request_error', code: 'forbidden' };
}

/** Replies and closes the connection without waiting for the rest of the request. */
export function refuse(incoming: IncomingMessage, response: ServerResponse, status: number, error: ErrorBody): void {
  const { socket } = incoming;
  const body = JSON.stringify({ error });
  const length = Buffer.byteLength(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, connection: 'close' });
  response.write(body);
  // Closing the whole connection while data comes in would reset it, and the client could lose the reply.
  socket.end();
  incoming.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}

/** @returns undefined unless it is JSON, an object, with a model and messages. */
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

/** @returns what is wrong with the `Authorization` header. */
export function bearerFault(authorization: string | undefined, required: boolean | string): ErrorBody | undefined {
  if (required === false) return undefined;
  const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (key === undefined) {
    return { message: "You didn't provide an API key.", type: 'invalid_request_error', code: 'missing_api_key' };
  }
  if (required === true || key === required) return undefined;
  return { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' };
}
