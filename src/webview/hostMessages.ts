import type { ToWebview } from '../protocol';

/**
 * Calls `receive` with each message of the extension host. VS Code hands them on from a frame of the page's own origin;
 * messages of other origins are dropped. `window.parent` can't be compared: VS Code deletes it in webviews.
 */
export function listenToHost(page: Window, receive: (message: ToWebview) => void): void {
  page.addEventListener('message', ({ data, origin }: MessageEvent<ToWebview>) => {
    if (origin === page.origin) receive(data);
  });
}
