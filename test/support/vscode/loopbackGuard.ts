import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';

/** Query parameter with the token in the address. VS Code's own server uses the same name. */
const parameter = 'tkn';

/** Headers that describe a single connection, so they must not be forwarded to another. */
const connectionHeaders = ['connection', 'keep-alive', 'transfer-encoding'];

export interface LoopbackGuard {
  /** Origin of the guarded server: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /**
   * Returns the address of the start page. The address contains the token, and a browser that opens it gets the cookie.
   */
  address(query: Readonly<Record<string, string>>): string;
  close(): Promise<void>;
}

/**
 * Makes a server that listens on a Unix socket available on the loopback address, which every user of the machine can
 * reach. Pages, resources and WebSockets therefore need a random token. The first page reads it from its address, and
 * all other requests carry it in a cookie.
 * @param port port to listen on; 0 chooses a free port
 */
export async function startLoopbackGuard(socketPath: string, port = 0): Promise<LoopbackGuard> {
  const token = randomBytes(32).toString('base64url');
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: actualPort } = server.address() as AddressInfo;
  // Browsers send cookies to all ports of a host, so each server needs its own name.
  const cookieName = `vscode-${parameter}-${actualPort}`;
  const isAdmitted = ({ headers }: IncomingMessage): boolean =>
    (headers.cookie ?? '').split(';').some((cookie) => isEqual(cookie.trim(), `${cookieName}=${token}`));

  server.on('request', (request, response) => {
    const start = startPage(request);
    if (start && isEqual(start.get(parameter) ?? '', token)) {
      start.delete(parameter);
      response.writeHead(302, {
        location: `/?${start.toString()}`,
        'set-cookie': `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Lax`,
      });
      response.end();
    } else if (isAdmitted(request)) {
      forward(request, response, socketPath);
    } else {
      response.writeHead(403, { 'content-type': 'text/plain' }).end('Forbidden: the address lacks its token.\n');
    }
  });
  const url = `http://127.0.0.1:${actualPort}`;
  server.on('upgrade', (request, client, head) => {
    // Checks the origin too, because browsers also send the cookie for pages of other servers on this machine, and such
    // pages may open WebSockets to any address.
    const { origin = url } = request.headers;
    if (isAdmitted(request) && origin === url) {
      forwardUpgrade(request, client, head, socketPath);
    } else {
      client.on('error', () => client.destroy());
      client.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
  });

  return {
    url,
    address: (query) => `${url}/?${new URLSearchParams({ ...query, [parameter]: token }).toString()}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Returns the query of a request for the start page, undefined for any other request. */
function startPage({ method, url = '' }: IncomingMessage): URLSearchParams | undefined {
  const [path, query] = url.split('?', 2);
  return method === 'GET' && path === '/' ? new URLSearchParams(query) : undefined;
}

/** Compares two texts in constant time, so that the duration does not reveal where they differ. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function forward(request: IncomingMessage, response: ServerResponse, socketPath: string): void {
  const { method, url, headers } = request;
  const upstream = sendRequest({
    socketPath,
    method,
    path: url,
    agent: false,
    headers: withoutConnectionHeaders(headers),
  });
  upstream.once('response', (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, withoutConnectionHeaders(incoming.headers));
    pipeline(incoming, response, () => undefined);
  });
  pipeline(request, upstream, (error) => error && response.destroy());
  response.once('close', () => upstream.destroy());
}

function withoutConnectionHeaders<T>(headers: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !connectionHeaders.includes(name)));
}

function forwardUpgrade(request: IncomingMessage, client: Duplex, head: Buffer, socketPath: string): void {
  const upstream = connect(socketPath);
  const { method, url, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  upstream.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  upstream.write(head);
  // Destroys both sockets when one of them fails or ends.
  pipeline(client, upstream, client, () => undefined);
}
