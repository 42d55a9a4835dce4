import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ConnectionObserver } from '../../engine/environment';

/** A message on a diagnostics channel of undici, the HTTP client behind the `fetch` of Node.js and of VS Code. */
interface RequestMessage {
  readonly request: { readonly method: string };
}

const created = 'undici:request:create';
const sent = 'undici:client:sendHeaders';

/**
 * Calls `send`, which makes one request with `fetch`. Notifies the observer when undici looks for a connection and when
 * undici sends the request. Electron's `fetch` does not use undici, so it causes no notifications. undici reports the
 * requests of all extensions in this process, so the asynchronous context identifies this request. A CONNECT request to
 * a proxy is ignored.
 */
export async function watchConnection(send: () => Promise<Response>, observer: ConnectionObserver): Promise<Response> {
  const context = new AsyncLocalStorage<true>();
  const requests = new WeakSet<object>();
  const onCreated = (message: unknown): void => {
    const { request } = message as RequestMessage;
    if (!context.getStore() || request.method === 'CONNECT') return;
    requests.add(request);
    observer.onConnecting();
  };
  const onSent = (message: unknown): void => {
    const { request } = message as RequestMessage;
    if (!requests.has(request)) return;
    stop();
    observer.onSent();
  };
  /**
   * Stops watching the request as early as possible: while a request is watched, each `await` in this process takes
   * about 0.1 µs longer.
   */
  const stop = (): void => {
    unsubscribe(created, onCreated);
    unsubscribe(sent, onSent);
    context.disable();
  };
  subscribe(created, onCreated);
  subscribe(sent, onSent);
  try {
    return await context.run(true, send);
  } finally {
    stop();
  }
}
