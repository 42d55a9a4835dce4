import { connect, type Socket } from 'node:net';
import type { Gateway } from '../../src/demo/gateway';

/** What a client sees of a connection that has ended. */
export interface EndedConnection {
  readonly bytes: Buffer;
  /** `fin`: the stream ended; otherwise the code of the socket's error. */
  readonly ending: string;
}

export interface RawClient {
  readonly socket: Socket;
  readonly ended: Promise<EndedConnection>;
  /** Resolves when so many bytes, or this text, have arrived. */
  received(what: number | string): Promise<void>;
}

/** Posts a chat completion over a bare socket and asks for no further use of the connection. */
export function post(gateway: Gateway, body: unknown = { model: 'm', messages: [], stream: true }): RawClient {
  const text = JSON.stringify(body);
  const { host, hostname, port } = new URL(gateway.origin);
  const socket = connect(Number(port), hostname);
  const head = ['POST /v1/chat/completions HTTP/1.1', `host: ${host}`, 'connection: close'];
  socket.write([...head, `content-length: ${Buffer.byteLength(text)}`, '', text].join('\r\n'));
  return watch(socket);
}

function watch(socket: Socket): RawClient {
  let bytes = Buffer.alloc(0);
  let failed: NodeJS.ErrnoException | undefined;
  const waiting: (() => void)[] = [];
  socket.on('data', (part) => {
    bytes = Buffer.concat([bytes, part]);
    for (const check of waiting) check();
  });
  socket.on('error', (error) => (failed = error));
  const ended = new Promise<EndedConnection>((resolve) => {
    socket.on('close', () => resolve({ bytes, ending: failed ? (failed.code ?? failed.message) : 'fin' }));
  });
  const has = (what: number | string): boolean =>
    typeof what === 'number' ? bytes.length >= what : bytes.includes(what);
  const received = (what: number | string): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (has(what)) resolve();
      };
      waiting.push(check);
      check();
    });
  return { socket, ended, received };
}

export interface RawReply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** The chunks of the body, as they were cut on the wire. */
  readonly chunks: readonly string[];
  /** The body's end was sent. */
  readonly isComplete: boolean;
}

/** Takes a chunked HTTP reply apart. */
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
