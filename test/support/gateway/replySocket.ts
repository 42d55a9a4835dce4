import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ClosedBy } from './script';

/** The gateway's side of a connection: an HTTP reply, or raw bytes on the socket. */
export class ReplySocket {
  /** Signal that is aborted when either side closes the connection. */
  readonly signal: AbortSignal;
  readonly closed: Promise<ClosedBy>;
  private mode: 'untouched' | 'http' | 'raw' = 'untouched';
  private resolveClosed: (by: ClosedBy) => void = () => undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly socket: Socket,
    private readonly requestId: string,
  ) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.closed = new Promise((resolve) => (this.resolveClosed = resolve));
    response.once('close', () => {
      this.resolveClosed(response.writableFinished ? 'server' : 'client');
      controller.abort();
    });
  }

  get hasStarted(): boolean {
    return this.mode !== 'untouched';
  }

  /** Sends the status and the headers. @throws if the reply has already started */
  sendHead(status: number, headers: Readonly<Record<string, string>> = {}): void {
    if (this.hasStarted) throw new Error('The head of a reply must be sent once, before its body.');
    this.mode = 'http';
    const usualType = status < 300 ? 'text/event-stream; charset=utf-8' : 'application/json';
    const { 'content-type': type = usualType, ...others } = headers;
    // A script asks for a reply without a content type by an empty one.
    if (type !== '') this.response.setHeader('content-type', type);
    this.response.setHeader('x-request-id', this.requestId);
    this.response.writeHead(status, others);
    this.response.flushHeaders();
  }

  /**
   * Writes bytes to the body, or to the socket in raw mode. Resolves when the operating system has accepted the bytes.
   */
  async write(bytes: string | Uint8Array): Promise<void> {
    if (!this.hasStarted) this.sendHead(200);
    const target = this.mode === 'raw' ? this.socket : this.response;
    if (bytes.length === 0 || this.signal.aborted) return;
    const written = new Promise<void>((resolve) => target.write(bytes, () => resolve()));
    await unlessAborted(written, this.signal);
  }

  /** Sends these bytes and all further ones to the socket unchanged. @throws if an HTTP reply has already started */
  async writeRaw(bytes: string | Uint8Array): Promise<void> {
    if (this.mode === 'http') throw new Error('Raw bytes can not follow the start of an HTTP reply.');
    this.mode = 'raw';
    await this.write(bytes);
  }

  async finish(): Promise<void> {
    if (this.signal.aborted) return;
    if (this.mode === 'raw') {
      this.endSocket();
      return;
    }
    if (!this.hasStarted) this.sendHead(200);
    const finished = new Promise<void>((resolve) => this.response.end(resolve));
    await unlessAborted(finished, this.signal);
  }

  /** Closes the sending direction of the connection (TCP FIN) without ending the HTTP body. */
  endSocket(): void {
    if (!this.hasStarted) this.sendHead(200);
    this.resolveClosed('server');
    this.socket.end();
  }

  reset(): void {
    this.resolveClosed('server');
    this.socket.resetAndDestroy();
  }

  destroy(): void {
    this.resolveClosed('server');
    this.socket.destroy();
  }
}

/**
 * Resolves with the value of the promise, or with undefined when the signal is aborted. Later rejections are ignored.
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
