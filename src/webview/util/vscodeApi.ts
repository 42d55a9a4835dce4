import type { PanelState, ToHost, ToWebview } from '../../shared/protocol';

/** What VS Code gives a webview, narrowed to this panel's messages and state. */
export interface VsCodeApi {
  postMessage(message: ToHost): void;
  getState(): PanelState | undefined;
  setState(state: PanelState): void;
}

declare global {
  /** Defined by VS Code in every webview; may be called once. */
  function acquireVsCodeApi(): VsCodeApi;
}

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
