import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { webviewHtml } from './webviewPage';

interface WebviewContent {
  readonly script: string;
  readonly styles: readonly string[];
  /** Data for the page's script, see {@link webviewHtml}. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly directives?: readonly string[];
  /** Folder with the images of prompts. The script gets the URI of this folder as `images`. */
  readonly imageFolder?: vscode.Uri;
}

/** Loads a page into a webview. The page can load only files of this extension, and images of prompts. */
export function loadWebviewPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  { script, styles, data, directives, imageFolder }: WebviewContent,
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
  const images = imageFolder && webview.asWebviewUri(imageFolder).toString();
  webview.options = { enableScripts: true, localResourceRoots: [dist, media, ...(imageFolder ? [imageFolder] : [])] };
  webview.html = webviewHtml(page, { ...data, ...(images !== undefined && { images }) }, directives);
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
