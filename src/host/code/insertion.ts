import * as vscode from 'vscode';
import { UserError } from '../util/userError';
import { indentInsertion, withLineEnds } from './codeLines';

interface Insertion {
  readonly position: vscode.Position;
  readonly offset: number;
  readonly text: string;
}

/**
 * Inserts at every cursor in one undo step; what is selected stays. The cursors end up behind what was inserted.
 * @throws UserError when the editor can't be written to
 */
export async function insertAtCursors(editor: vscode.TextEditor, text: string): Promise<void> {
  const { document } = editor;
  const { version } = document;
  const insertions = uniqueCursors(editor).map((at) => insertion(document, at, text));
  const done = await editor.edit((edit) => {
    for (const { position: at, text: fitted } of insertions) edit.insert(at, fitted);
  });
  const name = vscode.workspace.asRelativePath(document.uri);
  if (!done) throw new UserError(vscode.l10n.t('{0} has just changed, so nothing was inserted. Try again.', name));
  // VS Code says that it is done where the editor is read-only, too.
  if (text && document.version === version) {
    throw new UserError(
      vscode.l10n.t(
        '{0} is read-only, so nothing was inserted. Place the cursor in another editor and try again, or use "New file".',
        name,
      ),
    );
  }
  const ends = insertions.map((one) => document.positionAt(cursorOffsetAfter(one, insertions)));
  editor.selections = ends.map((end) => new vscode.Selection(end, end));
  const [primary] = editor.selections;
  if (primary) editor.revealRange(primary, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** The primary one first; two selections may touch at their active ends. */
function uniqueCursors({ document, selections }: vscode.TextEditor): readonly vscode.Position[] {
  const cursors = selections.map(({ active }) => document.validatePosition(active));
  return cursors.filter((cursor, index) => cursors.findIndex((other) => other.isEqual(cursor)) === index);
}

function insertion(document: vscode.TextDocument, at: vscode.Position, text: string): Insertion {
  const lead = document.lineAt(at.line).text.slice(0, at.character);
  const lineEnd = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  return { position: at, offset: document.offsetAt(at), text: withLineEnds(indentInsertion(text, lead), lineEnd) };
}

/** The offset after all of them were inserted. */
function cursorOffsetAfter({ offset }: Insertion, all: readonly Insertion[]): number {
  return all.filter((each) => each.offset <= offset).reduce((end, { text }) => end + text.length, offset);
}
