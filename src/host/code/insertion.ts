import * as vscode from 'vscode';
import { UserError } from '../util/userError';
import { indentInsertion, withLineEnds } from './codeLines';

interface Insertion {
  readonly position: vscode.Position;
  readonly offset: number;
  readonly text: string;
}

/**
 * Inserts a text at every cursor in one undo step. Selected text is not replaced. Each cursor moves to the end of the
 * text that was inserted there.
 * @throws UserError if the editor is read-only, or if its document changes during the insertion
 */
export async function insertAtCursors(editor: vscode.TextEditor, text: string): Promise<void> {
  const { document } = editor;
  const { version } = document;
  const insertions = uniqueCursors(editor).map((position) => createInsertion(document, position, text));
  const wasApplied = await editor.edit((edit) => {
    for (const { position, text: indented } of insertions) edit.insert(position, indented);
  });
  const name = vscode.workspace.asRelativePath(document.uri);
  if (!wasApplied)
    throw new UserError(vscode.l10n.t('{0} has just changed, so nothing was inserted. Try again.', name));
  // VS Code reports success even if the editor is read-only. The version of the document shows whether the text was
  // really inserted.
  if (text && document.version === version) {
    throw new UserError(
      vscode.l10n.t(
        '{0} is read-only, so nothing was inserted. Place the cursor in another editor and try again, or choose “New file”.',
        name,
      ),
    );
  }
  const ends = cursorOffsetsAfter(insertions).map((offset) => document.positionAt(offset));
  editor.selections = ends.map((end) => new vscode.Selection(end, end));
  const [primary] = editor.selections;
  if (primary) editor.revealRange(primary, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/**
 * Returns the positions of the cursors, the primary cursor first. Duplicates are removed, because two selections can
 * have their cursor at the same position.
 */
function uniqueCursors({ document, selections }: vscode.TextEditor): readonly vscode.Position[] {
  const cursors = selections.map(({ active }) => document.validatePosition(active));
  return [...new Map(cursors.map((cursor) => [document.offsetAt(cursor), cursor])).values()];
}

function createInsertion(document: vscode.TextDocument, position: vscode.Position, text: string): Insertion {
  const linePrefix = document.lineAt(position.line).text.slice(0, position.character);
  const lineEnd = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  return {
    position,
    offset: document.offsetAt(position),
    text: withLineEnds(indentInsertion(text, linePrefix), lineEnd),
  };
}

/** Returns the offset of each cursor after the text has been inserted at all cursors. */
function cursorOffsetsAfter(insertions: readonly Insertion[]): readonly number[] {
  const ends = new Map<Insertion, number>();
  let insertedChars = 0;
  for (const insertion of insertions.toSorted((a, b) => a.offset - b.offset)) {
    insertedChars += insertion.text.length;
    ends.set(insertion, insertion.offset + insertedChars);
  }
  return insertions.map((insertion) => ends.get(insertion) ?? insertion.offset);
}
