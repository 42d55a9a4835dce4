import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { faultHelp } from './faultHelp';
import { panelHtml } from './html';
import { translatePanelStrings } from './panelText';

const styles = ['markdown.css', 'panel.css', 'network.css', 'composer.css'];

/** Gives a webview our page, and what it may load: nothing but our own files. */
export function loadPage(webview: vscode.Webview, extensionUri: vscode.Uri): void {
  const dist = vscode.Uri.joinPath(extensionUri, 'dist');
  const media = vscode.Uri.joinPath(extensionUri, 'media');
  const uriOf = (folder: vscode.Uri, name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const locale = vscode.env.language;
  const translate = (english: string): string => vscode.l10n.t(english);
  webview.options = { enableScripts: true, localResourceRoots: [dist, media] };
  webview.html = panelHtml({
    nonce: randomBytes(16).toString('base64url'),
    cspSource: webview.cspSource,
    scriptUri: uriOf(dist, 'webview.js'),
    styleUris: styles.map((name) => uriOf(media, name)),
    strings: translatePanelStrings(translate),
    help: faultHelp(translate, locale),
    locale,
  });
}
