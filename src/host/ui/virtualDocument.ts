import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { documentUriOf, openTabs } from './editorTabs';

type ShowDocument = (document: vscode.TextDocument) => PromiseLike<unknown>;

/**
 * Shows a read-only document that exists only in memory. VS Code never asks the user to save it. If the text comes from
 * a model or a workspace, the path must not end with `.md`: VS Code would run commands from links in a Markdown
 * document. The URI gets a unique query, because VS Code might have cached an earlier text.
 * @param show opens an editor for the document; by default, in the preview tab
 * @returns a function that closes the editor
 */
export async function showVirtualDocument(
  uri: vscode.Uri,
  text: string,
  show: ShowDocument = (document) => vscode.window.showTextDocument(document),
): Promise<() => Promise<void>> {
  const unique = uri.with({ query: randomUUID() });
  const key = unique.toString();
  const close = async (): Promise<void> => {
    const tabs = openTabs().filter((tab) => documentUriOf(tab)?.toString() === key);
    await vscode.window.tabGroups.close(tabs, true);
  };
  const provider = vscode.workspace.registerTextDocumentContentProvider(uri.scheme, {
    provideTextDocumentContent: (requested) => (requested.toString() === key ? text : undefined),
  });
  try {
    await show(await vscode.workspace.openTextDocument(unique));
  } catch (error) {
    await close();
    throw error;
  } finally {
    // The open editor keeps the text of the document, so the provider of the text is no longer needed.
    provider.dispose();
  }
  return close;
}
