import * as vscode from 'vscode';
import { viewType } from '../contributions';
import type { ApplyTarget, Prompt } from '../../shared/exchanges';
import { Disposable } from '../util/disposable';
import { UserError } from '../util/userError';
import { locateCode, fitReplacement } from './codeLines';
import { fenceLanguage } from './fenceLanguages';
import { insertAtCursors } from './insertion';
import { languageWithoutCommands } from './markdownLinks';
import { replaceAfterPreview } from './previewedEdits';
import { RecentEditors, visibleEditorOf } from './recentEditors';

/** Inserts code from an answer into the last active text editor, or replaces the editor's selection with the code. */
export class EditorTarget extends Disposable {
  private readonly recentEditors = this.register(new RecentEditors());

  /** Returns the active text editor. While the panel has the focus, returns the text editor that was active last. */
  editor(): vscode.TextEditor | undefined {
    return this.recentEditors.last();
  }

  /** Returns the files of all open text editors, most recently active first. */
  recentFiles(): readonly vscode.Uri[] {
    return this.recentEditors.files();
  }

  /**
   * Inserts a text at all cursors of the last active text editor, in one undo step.
   * @throws UserError if no text editor is open, or the editor is read-only
   */
  async insert(text: string): Promise<void> {
    const last = this.recentEditors.last();
    if (!last) throw new UserError(vscode.l10n.t('Open the file to insert into, place the cursor, and try again.'));
    await insertAtCursors(await this.showLast(last), text);
  }

  /**
   * Replaces the code that the prompt was about. If the prompt was not about code, replaces the selection in the last
   * active text editor. The user confirms the change in a preview.
   * @throws UserError if nothing is selected, or the code has changed since the prompt was sent
   */
  async apply({ attachments: [attachment] = [], target }: Prompt, text: string): Promise<void> {
    if (attachment && target) return this.replaceOriginal(attachment.code, attachment.label, target, text);
    const last = this.recentEditors.last();
    if (!last || last.selection.isEmpty) {
      throw new UserError(vscode.l10n.t('Select the code to replace, then choose “Apply to selection” again.'));
    }
    const { document, selection } = await this.showLast(last);
    const label = vscode.workspace.asRelativePath(document.uri);
    await this.replace(document, document.validateRange(selection), text, label);
  }

  /**
   * Opens a text from an answer as a new, unsaved document.
   * @param language the language named after the code block's opening fence, or an empty string
   */
  async newFile(text: string, language: string): Promise<void> {
    const languageIds = await vscode.languages.getLanguages();
    const content = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    const document = await vscode.workspace.openTextDocument({
      language: languageWithoutCommands(fenceLanguage(language, languageIds), content),
      content,
    });
    await vscode.window.showTextDocument(document, { viewColumn: this.column(), preview: false });
  }

  private async replaceOriginal(code: string, label: string, target: ApplyTarget, text: string): Promise<void> {
    const document = await openTarget(vscode.Uri.parse(target.uri, true), label);
    // The editor is shown even if the code can't be replaced, because the user then has to look at the document. The
    // refactor preview also needs a visible editor: VS Code could unload a document that no editor shows, and would
    // then not report its changes.
    const editor = await this.showEditor(document);
    const offset = document.offsetAt(new vscode.Position(target.startLine, target.startCharacter));
    const location = locateCode(document.getText(), code, offset);
    if (location.type !== 'found') throw new UserError(cannotReplaceMessage(location.type, label));
    const range = new vscode.Range(document.positionAt(location.start), document.positionAt(location.end));
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
      throw new UserError(
        vscode.l10n.t('{0} is read-only, so nothing was replaced. Choose “New file” instead.', label),
      );
    }
    const linePrefix = document.lineAt(range.start.line).text.slice(0, range.start.character);
    const original = document.getText(range);
    const fitted = fitReplacement(original, text, linePrefix.trim() ? '' : linePrefix);
    if (fitted === original.replaceAll('\r\n', '\n')) {
      throw new UserError(vscode.l10n.t('{0} already contains this code, so nothing was replaced.', label));
    }
    await replaceAfterPreview({ document, range, text: fitted, label }, this.column());
  }

  /**
   * Returns the last active text editor. If the editor is hidden by another tab, shows its document again with the same
   * cursors.
   */
  private async showLast(last: vscode.TextEditor): Promise<vscode.TextEditor> {
    if (vscode.window.visibleTextEditors.includes(last)) return last;
    const editor = await this.showEditor(last.document);
    editor.selections = last.selections;
    return editor;
  }

  private async showEditor(document: vscode.TextDocument): Promise<vscode.TextEditor> {
    const options = { viewColumn: this.column(), preserveFocus: true };
    return visibleEditorOf(document) ?? (await vscode.window.showTextDocument(document, options));
  }

  /**
   * Returns the editor column in which a document is opened: the column of the last active text editor, or another
   * column if a conversation is visible there.
   */
  private column(): vscode.ViewColumn {
    const free = vscode.window.tabGroups.all.filter(({ activeTab }) => !isPanel(activeTab));
    const ofEditor = free.find(({ viewColumn }) => viewColumn === this.recentEditors.last()?.viewColumn);
    return (ofEditor ?? free[0])?.viewColumn ?? vscode.ViewColumn.Beside;
  }
}

function isPanel(tab: vscode.Tab | undefined): boolean {
  // VS Code adds a prefix to the view type of a panel, so only the end of the view type is compared.
  return tab?.input instanceof vscode.TabInputWebview && tab.input.viewType.endsWith(viewType);
}

/**
 * Opens the document with the code that a prompt was about.
 * @throws UserError if the document can no longer be opened
 */
async function openTarget(uri: vscode.Uri, label: string): Promise<vscode.TextDocument> {
  const key = uri.toString();
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === key);
  if (open) return open;
  try {
    // An untitled document that was closed can't be opened again. VS Code would open a new, empty document with the
    // same URI.
    if (uri.scheme === 'untitled') throw new Error('The untitled document was closed.');
    return await vscode.workspace.openTextDocument(uri);
  } catch (cause) {
    const message = vscode.l10n.t(
      "{0} can't be opened because it was closed, renamed, moved, or deleted. Place the cursor where the code belongs and choose “Insert at cursor”.",
      label,
    );
    throw new UserError(message, { cause });
  }
}

function cannotReplaceMessage(reason: 'changed' | 'ambiguous', label: string): string {
  switch (reason) {
    case 'changed':
      return vscode.l10n.t(
        '{0} has changed since you asked, so nothing was replaced. Select the current code and ask again, or place the cursor and choose “Insert at cursor”.',
        label,
      );
    case 'ambiguous':
      return vscode.l10n.t(
        '{0} has moved, and the same code appears more than once, so nothing was replaced. Select the code to replace and ask again, or place the cursor and choose “Insert at cursor”.',
        label,
      );
  }
}
