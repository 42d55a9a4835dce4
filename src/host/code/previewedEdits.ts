import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { showVirtualDocument } from '../ui/virtualDocument';
import { UserError } from '../util/userError';
import { languageWithoutCommands } from './markdownLinks';

interface Replacement {
  readonly document: vscode.TextDocument;
  readonly range: vscode.Range;
  readonly text: string;
  /** Label of the replaced code in messages, for example `src/app.ts:10-24`. */
  readonly label: string;
}

/**
 * Shows a replacement in VS Code's refactor preview, with a diff beside the preview. When the user confirms, the
 * replacement is applied in one undo step.
 * @param column the editor column in which the diff is shown
 * @throws UserError if the document was changed or closed during the preview
 */
export async function replaceAfterPreview(
  { document, range, text, label }: Replacement,
  column: vscode.ViewColumn,
): Promise<void> {
  const { version } = document;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, range, text, metadata(label, false));
  requireConfirmation(edit, label);
  const current = document.getText();
  const proposed =
    current.slice(0, document.offsetAt(range.start)) + text + current.slice(document.offsetAt(range.end));
  const close = await showDiff(document, proposed, vscode.l10n.t('{0} (preview)', label), column);
  try {
    // The edit is not applied if the document has changed since the edit was created. VS Code itself detects only
    // changes that are made after the call of `applyEdit`.
    const applied = document.version === version && (await vscode.workspace.applyEdit(edit));
    if (applied || (document.version === version && !document.isClosed)) return;
  } finally {
    await close();
  }
  throw new UserError(
    vscode.l10n.t('{0} was changed or closed during the preview, so nothing was replaced. Apply again.', label),
  );
}

/**
 * Makes VS Code show an edit in the refactor preview before the edit is applied. VS Code opens this preview only if a
 * change is marked as needing confirmation. But the preview shows a marked change unchecked, so *Apply* would skip it.
 * Therefore another change is added and marked: the deletion of a file that does not exist, which the preview does not
 * list. Source: https://github.com/microsoft/vscode/issues/207578.
 */
function requireConfirmation(edit: vscode.WorkspaceEdit, label: string): void {
  const missingFile = vscode.Uri.from({ scheme: 'vscode-userdata', path: `/${randomUUID()}` });
  edit.deleteFile(missingFile, { ignoreIfNotExists: true }, metadata(label, true));
}

function metadata(label: string, needsConfirmation: boolean): vscode.WorkspaceEditEntryMetadata {
  return { needsConfirmation, label: vscode.l10n.t('Replace the code'), description: label };
}

/** URI scheme of the virtual document with the proposed text in the diff editor. */
export const proposedScheme = 'holysheep-proposed';

/**
 * Shows a document and its proposed text in VS Code's diff editor.
 * @returns a function that closes the diff editor
 */
async function showDiff(
  original: vscode.TextDocument,
  text: string,
  title: string,
  viewColumn: vscode.ViewColumn,
): Promise<() => Promise<void>> {
  const uri = original.uri.with({ scheme: proposedScheme, authority: '', fragment: '' });
  return showVirtualDocument(uri, text, async (proposed) => {
    await vscode.languages.setTextDocumentLanguage(proposed, languageWithoutCommands(original.languageId, text));
    // The diff opens in a permanent tab. As a preview tab, the diff could replace the tab of the document.
    const options: vscode.TextDocumentShowOptions = { viewColumn, preserveFocus: true, preview: false };
    await vscode.commands.executeCommand('vscode.diff', original.uri, proposed.uri, title, options);
  });
}
