import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ConnectionObserver } from '../../engine/environment';

/** A message on a diagnostics channel of undici, on which the `fetch` of Node and of VS Code is based. */
interface RequestMessage {
  readonly request: { readonly method: string };
}

const created = 'undici:request:create';
const sent = 'undici:client:sendHeaders';

/**
 * Calls `send`, which sends one request with `fetch`, and tells the observer when undici looks for a connection
 * and when the request leaves. The observer learns nothing if `fetch` does not use undici, as with Electron's.
 *
 * The channels report the requests of all extensions in this process. The asynchronous context
 * identifies the request that `send` started. The HTTP method distinguishes it from the CONNECT request to a proxy.
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
  /** Ends the watch. While it runs, each `await` in this process takes about 0.1 µs longer. */
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
