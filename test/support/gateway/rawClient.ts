import { connect, type Socket } from 'node:net';
import type { Gateway } from '../testGateway';

/** A connection that has ended, as the client saw it. */
interface EndedConnection {
  readonly bytes: Buffer;
  /** `fin` if the stream ended; otherwise the code of the socket error. */
  readonly ending: string;
}

/** A client that uses a socket without an HTTP library. */
interface RawClient {
  readonly socket: Socket;
  readonly ended: Promise<EndedConnection>;
  /** Resolves when this number of bytes, or this text, has arrived. */
  received(expected: number | string): Promise<void>;
}

/** Sends a chat completion request over a socket, with `connection: close`. */
export function post(gateway: Gateway): RawClient {
  const text = JSON.stringify({ model: 'm', messages: [], stream: true });
  const { host, hostname, port } = new URL(gateway.origin);
  const socket = connect(Number(port), hostname);
  const head = ['POST /v1/chat/completions HTTP/1.1', `host: ${host}`, 'connection: close'];
  socket.write([...head, `content-length: ${Buffer.byteLength(text)}`, '', text].join('\r\n'));
  return watch(socket);
}

function watch(socket: Socket): RawClient {
  let bytes = Buffer.alloc(0);
  let failed: NodeJS.ErrnoException | undefined;
  const pendingChecks: (() => void)[] = [];
  socket.on('data', (part) => {
    bytes = Buffer.concat([bytes, part]);
    for (const check of pendingChecks) check();
  });
  socket.on('error', (error) => (failed = error));
  const ended = new Promise<EndedConnection>((resolve) => {
    socket.on('close', () => resolve({ bytes, ending: failed ? (failed.code ?? failed.message) : 'fin' }));
  });
  const hasReceived = (expected: number | string): boolean =>
    typeof expected === 'number' ? bytes.length >= expected : bytes.includes(expected);
  const received = (expected: number | string): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (hasReceived(expected)) resolve();
      };
      pendingChecks.push(check);
      check();
    });
  return { socket, ended, received };
}

/** A parsed HTTP reply. */
interface RawReply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** The HTTP chunks of the body. */
  readonly chunks: readonly string[];
  /** Whether the end of the body was sent. */
  readonly isComplete: boolean;
}

/** Parses an HTTP reply with a chunked body. */
export function parseReply(bytes: Buffer): RawReply {
  const [head = '', ...rest] = bytes.toString('latin1').split('\r\n\r\n');
  let body = rest.join('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Map(lines.map((line) => [line.split(': ')[0]!.toLowerCase(), line.split(': ')[1]!]));
  const chunks: string[] = [];
  for (;;) {
    const [size] = /^([0-9a-f]+)\r\n/i.exec(body) ?? [];
    if (size === undefined) break;
    const length = parseInt(size, 16);
    if (length > 0) chunks.push(Buffer.from(body.slice(size.length, size.length + length), 'latin1').toString('utf8'));
    body = body.slice(size.length + length + 2);
    if (length === 0) return { status: Number(statusLine.split(' ')[1]), headers, chunks, isComplete: true };
  }
  return { status: Number(statusLine.split(' ')[1]), headers, chunks, isComplete: false };
}
