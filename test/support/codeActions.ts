import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** Returns all code actions for the selection in the active editor. */
export async function codeActions(): Promise<readonly vscode.CodeAction[]> {
  const { activeTextEditor: editor } = vscode.window;
  assert.ok(editor);
  const { document, selection } = editor;
  return vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, selection);
}
