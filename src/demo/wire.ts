import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ClosedBy } from './script';

/** The server's side of one exchange: an HTTP reply, or bare bytes on its socket. */
export class Wire {
  /** Fires when the exchange is over, whoever ended it. */
  readonly signal: AbortSignal;
  readonly closed: Promise<ClosedBy>;
  private mode: 'untouched' | 'http' | 'raw' = 'untouched';
  private resolveClosed: (by: ClosedBy) => void = () => undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly socket: Socket,
    private readonly requestId: string,
  ) {
    const over = new AbortController();
    this.signal = over.signal;
    this.closed = new Promise((resolve) => (this.resolveClosed = resolve));
    response.once('close', () => {
      this.resolveClosed(response.writableFinished ? 'server' : 'client');
      over.abort();
    });
  }

  get hasStarted(): boolean {
    return this.mode !== 'untouched';
  }

  /** @throws when bytes have been sent. */
  sendHead(status: number, headers: Readonly<Record<string, string>> = {}): void {
    if (this.hasStarted) throw new Error('The head of a reply comes before its bytes, and once.');
    this.mode = 'http';
    const all = new Map([
      ['content-type', status < 300 ? 'text/event-stream; charset=utf-8' : 'application/json'],
      ['x-request-id', this.requestId],
    ]);
    for (const [name, value] of Object.entries(headers)) all.set(name.toLowerCase(), value);
    if (all.get('content-type') === '') all.delete('content-type');
    this.response.writeHead(status, Object.fromEntries(all));
    this.response.flushHeaders();
  }

  /** Bytes of the body; of the socket after `bare`. Resolves when the kernel has them. */
  async write(bytes: string | Uint8Array): Promise<void> {
    if (!this.hasStarted) this.sendHead(200);
    const target = this.mode === 'raw' ? this.socket : this.response;
    if (bytes.length === 0 || this.signal.aborted) return;
    const written = new Promise<void>((resolve) => target.write(bytes, () => resolve()));
    await unlessAborted(written, this.signal);
  }

  /** From here on bytes go to the socket as they are. @throws when an HTTP reply has begun. */
  switchToRaw(): void {
    if (this.mode === 'http') throw new Error('Raw bytes replace a reply that has begun.');
    this.mode = 'raw';
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

  /** FIN without the end of the body. */
  endSocket(): void {
    if (!this.hasStarted) this.sendHead(200);
    this.resolveClosed('server');
    this.socket.end();
  }

  /** RST. */
  reset(): void {
    this.resolveClosed('server');
    this.socket.resetAndDestroy();
  }

  /** The gateway goes down. */
  destroy(): void {
    this.resolveClosed('server');
    this.socket.destroy();
  }
}

/** @returns when the time is up or the signal fires; no timer is left behind. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

/** Resolves with the value of the promise, or with undefined as soon as the signal fires. After that, a rejection is ignored. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(undefined);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
