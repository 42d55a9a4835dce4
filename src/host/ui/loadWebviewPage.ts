import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { webviewHtml } from './webviewPage';

interface WebviewContent {
  readonly script: string;
  readonly styles: readonly string[];
  /** Data for the page's script, see {@link webviewHtml}. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly directives?: readonly string[];
  /** File names of the tab's icon for light and dark themes. */
  readonly icon?: { readonly light: string; readonly dark: string };
}

/** Loads a page into a webview panel, and sets the icon of its tab. The page can load only files of this extension. */
export function loadWebviewPage(
  panel: vscode.WebviewPanel,
  extensionUri: vscode.Uri,
  { script, styles, data, directives, icon = { light: 'icon.png', dark: 'icon.png' } }: WebviewContent,
): void {
  const { webview } = panel;
  const dist = vscode.Uri.joinPath(extensionUri, 'dist');
  const media = vscode.Uri.joinPath(extensionUri, 'media');
  const uriOf = (folder: vscode.Uri, name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const page = {
    nonce: randomBytes(16).toString('base64url'),
    cspSource: webview.cspSource,
    scriptUri: uriOf(dist, script),
    styleUris: styles.map((name) => uriOf(media, name)),
    locale: vscode.env.language,
  };
  panel.iconPath = { light: vscode.Uri.joinPath(media, icon.light), dark: vscode.Uri.joinPath(media, icon.dark) };
  webview.options = { enableScripts: true, localResourceRoots: [dist, media] };
  webview.html = webviewHtml(page, data, directives);
}
