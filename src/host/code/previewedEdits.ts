import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { Disposable } from '../util/disposable';
import { UserError } from '../util/userError';

interface Replacement {
  readonly document: vscode.TextDocument;
  readonly range: vscode.Range;
  readonly text: string;
  /** What the user knows the place by, e.g. `src/app.ts:10-24`. */
  readonly label: string;
}

/** Edits that the user agrees to first, in VS Code's refactor preview and with its diff beside it. */
export class PreviewedEdits extends Disposable {
  private readonly diff = this.register(new ProposedDiff());

  /**
   * Nothing happens until the user applies it in the preview; then it is one undo step. VS Code refuses when the document
   * is not what it was when this was called.
   * @param column for the diff
   * @throws UserError when the document was changed or closed in the meantime
   */
  async replace({ document, range, text, label }: Replacement, column: vscode.ViewColumn): Promise<void> {
    const { version } = document;
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, range, text, metadata(label, false));
    requireConfirmation(edit, label);
    const whole = document.getText();
    const after = whole.slice(0, document.offsetAt(range.start)) + text + whole.slice(document.offsetAt(range.end));
    const close = await this.diff.show(document, after, vscode.l10n.t('{0} (preview)', label), column);
    try {
      // VS Code compares with the version that it is given here, and not with that of the diff.
      const applied = document.version === version && (await vscode.workspace.applyEdit(edit));
      if (applied || (document.version === version && !document.isClosed)) return;
    } finally {
      await close();
    }
    throw new UserError(
      vscode.l10n.t('{0} was changed or closed during the preview, so nothing was replaced. Apply again.', label),
    );
  }
}

/**
 * A change that needs confirmation opens the preview, but is not ticked there, and *Apply* then does nothing without a
 * word. So the replacement is one that needs none and comes ticked, beside one that does and that VS Code leaves out of
 * the preview as there is nothing to do: https://github.com/microsoft/vscode/issues/207578.
 */
function requireConfirmation(edit: vscode.WorkspaceEdit, label: string): void {
  const nothing = vscode.Uri.from({ scheme: 'vscode-userdata', path: `/${randomUUID()}` });
  edit.deleteFile(nothing, { ignoreIfNotExists: true }, metadata(label, true));
}

function metadata(label: string, needsConfirmation: boolean): vscode.WorkspaceEditEntryMetadata {
  return { needsConfirmation, label: vscode.l10n.t('Replace the code'), description: label };
}

export const proposedScheme = 'holysheep-proposed';

/** Shows in VS Code's diff editor what a document would become. */
class ProposedDiff extends Disposable {
  private readonly texts = new Map<string, string>();

  constructor() {
    super();
    const provideTextDocumentContent = (uri: vscode.Uri): string | undefined => this.texts.get(uri.toString());
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
      this.texts.delete(uri.toString());
      await vscode.window.tabGroups.close(diffTabs(uri), true);
    };
    this.texts.set(uri.toString(), text);
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

function diffTabs(uri: vscode.Uri): readonly vscode.Tab[] {
  const key = uri.toString();
  return vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.filter(({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === key),
  );
}
