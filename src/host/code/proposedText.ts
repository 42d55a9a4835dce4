import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { Disposable } from '../util/disposable';

export const proposedScheme = 'holysheep-proposed';

/** Shows in VS Code's diff editor what a document would become. */
export class ProposedText extends Disposable {
  private readonly proposed = new Map<string, string>();

  constructor() {
    super();
    const provideTextDocumentContent = (uri: vscode.Uri): string | undefined => this.proposed.get(uri.toString());
    this.register(vscode.workspace.registerTextDocumentContentProvider(proposedScheme, { provideTextDocumentContent }));
  }

  /** @returns what closes the diff again, if the user has not */
  async show(
    document: vscode.TextDocument,
    text: string,
    title: string,
    viewColumn: vscode.ViewColumn,
  ): Promise<() => Promise<void>> {
    const uri = document.uri.with({ scheme: proposedScheme, authority: '', query: randomUUID(), fragment: '' });
    const close = async (): Promise<void> => {
      this.proposed.delete(uri.toString());
      await vscode.window.tabGroups.close(tabsOf(uri), true);
    };
    this.proposed.set(uri.toString(), text);
    try {
      const right = await vscode.workspace.openTextDocument(uri);
      await vscode.languages.setTextDocumentLanguage(right, document.languageId);
      // A tab that does not stay would take the place of the document's own.
      const options: vscode.TextDocumentShowOptions = { viewColumn, preserveFocus: true, preview: false };
      await vscode.commands.executeCommand('vscode.diff', document.uri, uri, title, options);
    } catch (error) {
      await close();
      throw error;
    }
    return close;
  }
}

function tabsOf(uri: vscode.Uri): readonly vscode.Tab[] {
  const key = uri.toString();
  return vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.filter(({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === key),
  );
}
