import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { webviewHtml } from './webviewPage';

interface WebviewContent {
  readonly script: string;
  readonly styles: readonly string[];
  /** Data for the page's script, see {@link webviewHtml}. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly directives?: readonly string[];
  /** Other files and folders that the page can load. The script gets their URIs as data with these names. */
  readonly resources?: Readonly<Record<string, vscode.Uri>>;
}

/** Loads a page into a webview. The page can load only files of this extension, and the given resources. */
export function loadWebviewPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  { script, styles, data, directives, resources = {} }: WebviewContent,
): void {
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
  const uris = Object.entries(resources).map(([name, uri]) => [name, webview.asWebviewUri(uri).toString()] as const);
  webview.options = { enableScripts: true, localResourceRoots: [dist, media, ...Object.values(resources)] };
  webview.html = webviewHtml(page, { ...data, ...Object.fromEntries(uris) }, directives);
}

/**
 * Sets the icon of a tab.
 * @param light file name of the icon for light themes
 * @param dark file name of the icon for dark themes
 */
export function setTabIcon(panel: vscode.WebviewPanel, extensionUri: vscode.Uri, light: string, dark = light): void {
  const uriOf = (name: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'media', name);
  panel.iconPath = { light: uriOf(light), dark: uriOf(dark) };
}
