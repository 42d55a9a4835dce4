import type { ToWebview } from '../protocol';

/**
 * Calls `receive` with each message of the extension host. VS Code forwards these messages from a frame of the page's
 * own origin, so messages from other origins are dropped. The sender can't be compared with `window.parent`, which VS
 * Code deletes in webviews.
 */
export function listenToHost(page: Window, receive: (message: ToWebview) => void): void {
  page.addEventListener('message', ({ data, origin }: MessageEvent<ToWebview>) => {
    if (origin === page.origin) receive(data);
  });
}
