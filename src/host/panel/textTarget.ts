import * as vscode from 'vscode';
import type { Exchange } from '../conversation/exchange';
import { Disposable } from '../disposable';
import { UserError } from '../userError';
import { fitReplacement } from './replacement';

/** The editor that answers go to: the last one the user was in, for the panel has the focus when a button is pressed. */
export class TextTarget extends Disposable {
  private last = vscode.window.activeTextEditor;

  constructor() {
    super();
    this.register(
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        this.last = editor ?? this.last;
      }),
    );
  }

  /** The active editor, or the last one when the panel has the focus. */
  editor(): vscode.TextEditor | undefined {
    const { last } = this;
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    if (activeTextEditor) return activeTextEditor;
    // An editor that was hidden and shown again is another object of the same document.
    return (
      visibleTextEditors.find((editor) => editor === last) ??
      visibleTextEditors.find((e) => e.document === last?.document)
    );
  }

  /** Inserts at the cursor; one undo step. @throws UserError when there is nowhere to insert. */
  async insert(text: string): Promise<void> {
    const editor = this.editor() ?? (await this.reopen());
    if (!editor) throw new UserError(vscode.l10n.t('Open the file to insert into, place the cursor, and try again.'));
    const done = await editor.edit((edit) => edit.insert(editor.selection.active, text));
    if (!done)
      throw new UserError(
        vscode.l10n.t('The text could not be inserted: the editor is read-only or has just changed.'),
      );
  }

  /** Replaces the selection that an exchange was made from. @throws UserError when it is no longer what it was. */
  async apply({ attachment, target }: Exchange, text: string): Promise<void> {
    if (!attachment || !target) {
      throw new UserError(vscode.l10n.t('This answer was not made from a selection. Use "Insert at cursor" instead.'));
    }
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(target.uri, true));
    const range = new vscode.Range(target.startLine, target.startCharacter, target.endLine, target.endCharacter);
    if (document.getText(range) !== attachment.code) {
      throw new UserError(vscode.l10n.t('{0} has changed since you asked, so nothing was replaced.', attachment.label));
    }
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, range, fitReplacement(attachment.code, text));
    if (!(await vscode.workspace.applyEdit(edit))) {
      throw new UserError(vscode.l10n.t('The edit could not be applied to {0}.', attachment.label));
    }
  }

  /** For a panel that lies over the editor. */
  private async reopen(): Promise<vscode.TextEditor | undefined> {
    if (!this.last || this.last.document.isClosed) return undefined;
    return vscode.window.showTextDocument(this.last.document, { selection: this.last.selection });
  }
}
