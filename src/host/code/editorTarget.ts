import * as vscode from 'vscode';
import { viewType } from '../contributions';
import type { ApplyTarget, Exchange } from '../conversation/exchange';
import { Disposable } from '../util/disposable';
import { UserError } from '../util/userError';
import { locateCode, fitReplacement } from './codeLines';
import { textColumn } from './editorLocations';
import { fenceLanguage } from './fenceLanguages';
import { insertAtCursors } from './insertion';
import { PreviewedEdits } from './previewedEdits';
import { RecentEditors, currentVisibleEditor, visibleEditorOf } from './recentEditors';

/** Where the code of an answer goes: to the editor in which the user worked last, because the panel has the focus. */
export class TextTarget extends Disposable {
  private readonly recentEditors = this.register(new RecentEditors());
  private readonly previewedEdits = this.register(new PreviewedEdits());

  /** The active editor, or the last one when the panel has the focus; it may be hidden behind another tab. */
  editor(): vscode.TextEditor | undefined {
    return this.recentEditors.last();
  }

  /** Inserts at the cursors; one undo step. @throws UserError when there is nowhere to insert. */
  async insert(text: string): Promise<void> {
    const last = this.recentEditors.last();
    if (!last) throw new UserError(vscode.l10n.t('Open the file to insert into, place the cursor, and try again.'));
    const editor = currentVisibleEditor(last) ?? (await this.showEditor(last.document, last.selections));
    await insertAtCursors(editor, text);
  }

  /**
   * Replaces the selection that an exchange was made from, or else the one in the last editor, once the user has agreed
   * in a preview. @throws UserError when there is nothing to replace, or it is no longer what it was.
   */
  async apply({ attachments: [attachment] = [], target }: Exchange, text: string): Promise<void> {
    if (attachment && target) return this.replaceOriginal(attachment.code, attachment.label, target, text);
    const last = this.recentEditors.last();
    if (!last || last.selection.isEmpty) {
      throw new UserError(vscode.l10n.t('Select the code to replace, then choose Apply to selection again.'));
    }
    const { document, selection } =
      currentVisibleEditor(last) ?? (await this.showEditor(last.document, last.selections));
    await this.replace(
      document,
      document.validateRange(selection),
      text,
      vscode.workspace.asRelativePath(document.uri),
    );
  }

  /** Opens a document of its own. @param language the word behind the fence; may be empty */
  async newFile(text: string, language: string): Promise<void> {
    const known = await vscode.languages.getLanguages();
    const content = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    const document = await vscode.workspace.openTextDocument({ language: fenceLanguage(language, known), content });
    await vscode.window.showTextDocument(document, { viewColumn: this.column(), preview: false });
  }

  private async replaceOriginal(code: string, label: string, target: ApplyTarget, text: string): Promise<void> {
    const document = await openTarget(vscode.Uri.parse(target.uri, true), label);
    // Also when nothing can be replaced: it is where the user has to look. And a document that is shown stays loaded, so
    // that VS Code notices when it changes under the preview.
    const editor = await this.showEditor(document);
    const at = document.offsetAt(new vscode.Position(target.startLine, target.startCharacter));
    const place = locateCode(document.getText(), code, at);
    if (place.type !== 'found') throw new UserError(cannotReplaceMessage(place.type, label));
    const range = new vscode.Range(document.positionAt(place.start), document.positionAt(place.end));
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    await this.replace(document, range, text, label);
  }

  private async replace(
    document: vscode.TextDocument,
    range: vscode.Range,
    text: string,
    label: string,
  ): Promise<void> {
    if (vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) === false) {
      throw new UserError(vscode.l10n.t('{0} is read-only, so nothing was replaced. Use "New file" instead.', label));
    }
    const lead = document.lineAt(range.start.line).text.slice(0, range.start.character);
    const original = document.getText(range);
    const fitted = fitReplacement(original, text, lead.trim() ? '' : lead);
    if (fitted === original.replaceAll('\r\n', '\n')) {
      throw new UserError(vscode.l10n.t('{0} already contains this code; there is nothing to replace.', label));
    }
    await this.previewedEdits.replace({ document, range, text: fitted, label }, this.column());
  }

  private async showEditor(
    document: vscode.TextDocument,
    selections?: readonly vscode.Selection[],
  ): Promise<vscode.TextEditor> {
    const visible = visibleEditorOf(document);
    if (visible) return visible;
    const editor = await vscode.window.showTextDocument(document, { viewColumn: this.column(), preserveFocus: true });
    if (selections) editor.selections = selections;
    return editor;
  }

  private column(): vscode.ViewColumn {
    return textColumn(this.recentEditors.last(), viewType);
  }
}

/** @throws UserError when the file is gone */
async function openTarget(uri: vscode.Uri, label: string): Promise<vscode.TextDocument> {
  const key = uri.toString();
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === key);
  if (open) return open;
  try {
    // An untitled document that was closed would be opened as a new, empty one.
    if (uri.scheme !== 'untitled') return await vscode.workspace.openTextDocument(uri);
  } catch (cause) {
    throw new UserError(cannotOpenMessage(label), { cause });
  }
  throw new UserError(cannotOpenMessage(label));
}

function cannotOpenMessage(label: string): string {
  return vscode.l10n.t(
    '{0} can\'t be opened: it was closed, renamed, moved or deleted. Place the cursor where the code belongs and use "Insert at cursor".',
    label,
  );
}

function cannotReplaceMessage(why: 'changed' | 'ambiguous', label: string): string {
  switch (why) {
    case 'changed':
      return vscode.l10n.t(
        '{0} has changed since you asked, so nothing was replaced. Select the current code and ask again, or place the cursor and use "Insert at cursor".',
        label,
      );
    case 'ambiguous':
      return vscode.l10n.t(
        '{0} has moved, and the same code appears more than once, so nothing was replaced. Select the right one and ask again, or place the cursor and use "Insert at cursor".',
        label,
      );
  }
}
