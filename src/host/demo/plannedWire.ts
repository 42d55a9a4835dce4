import type { ReplyWire } from '../../demo/demo';

/** The server's side of an exchange of which the client is a `fetch` in the same process: no socket, no time. */
export class PlannedWire implements ReplyWire {
  readonly over: AbortSignal;
  readonly closed: Promise<'client' | 'server'>;
  /** What `fetch` gives. */
  readonly response: Promise<Response>;
  touched = false;
  private answer!: (response: Response) => void;
  private refuse!: (error: unknown) => void;
  private close!: (by: 'client' | 'server') => void;
  private body!: ReadableStreamDefaultController<Uint8Array>;
  private readonly ending = new AbortController();

  constructor(signal: AbortSignal | null | undefined) {
    this.over = this.ending.signal;
    this.closed = new Promise((resolve) => (this.close = resolve));
    this.response = new Promise((resolve, reject) => {
      this.answer = resolve;
      this.refuse = reject;
    });
    const leave = (): void => this.fail(new DOMException('This operation was aborted', 'AbortError'), 'client');
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave, { once: true });
  }

  head(status: number, headers: Readonly<Record<string, string>> = {}): void {
    this.touched = true;
    const stream = new ReadableStream<Uint8Array>({
      start: (body) => {
        this.body = body;
      },
      cancel: () => this.end('client'),
    });
    const type = status < 300 ? 'text/event-stream' : 'application/json';
    this.answer(new Response(stream, { status, headers: { 'content-type': type, ...headers } }));
  }

  async write(bytes: string | Uint8Array): Promise<void> {
    if (this.over.aborted) return;
    if (!this.touched) this.head(200);
    this.body.enqueue(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
    return Promise.resolve();
  }

  bare(): void {
    throw new Error('Bytes on the socket have no place in a plan.');
  }

  async finish(): Promise<void> {
    if (this.over.aborted) return;
    if (!this.touched) this.head(200);
    this.body.close();
    this.end('server');
    return Promise.resolve();
  }

  hangUp(): void {
    if (!this.touched) this.head(200);
    this.fail(broken(), 'server');
  }

  reset(): void {
    this.fail(broken(), 'server');
  }

  /** With an error as Node's own `fetch` has it. */
  fail(error: unknown, by: 'client' | 'server'): void {
    if (this.over.aborted) return;
    if (this.touched) this.body.error(error);
    else this.refuse(error);
    this.end(by);
  }

  private end(by: 'client' | 'server'): void {
    this.close(by);
    this.ending.abort();
  }
}

function broken(): TypeError {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  return new TypeError('fetch failed', { cause });
}
