import type { PanelState, ToHost } from '../protocol';

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
