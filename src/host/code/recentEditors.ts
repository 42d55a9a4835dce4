import * as vscode from 'vscode';
import { promptsScheme } from '../prompts/promptConsent';
import { Disposable } from '../util/disposable';
import { proposedScheme } from './previewedEdits';

/** Text editors that show something other than text of the user's. */
const excludedSchemes: ReadonlySet<string> = new Set([
  'output',
  'debug',
  'comment',
  'search-editor',
  'vscode-scm',
  'vscode-bulkeditpreview-editor',
  proposedScheme,
  promptsScheme,
]);

/** Documents that are in no file system, and can be written to all the same. */
const writableSchemes: ReadonlySet<string> = new Set(['untitled', 'vscode-notebook-cell']);

/** Which text editor the user was in last: it has no focus when a button of the panel is pressed. */
export class RecentEditors extends Disposable {
  /** One for each document, the last one first. */
  private editors: readonly vscode.TextEditor[] = [];

  constructor() {
    super();
    this.remember(vscode.window.activeTextEditor);
    this.register(vscode.window.onDidChangeActiveTextEditor((editor) => this.remember(editor)));
    this.register(
      vscode.workspace.onDidCloseTextDocument(() => {
        // Also told of a document that changes its language, and stays open.
        this.editors = this.editors.filter(({ document }) => !document.isClosed);
      }),
    );
  }

  /** May be hidden behind another tab; then it has to be shown before it can be edited. */
  last(): vscode.TextEditor | undefined {
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    if (activeTextEditor && !excludedSchemes.has(activeTextEditor.document.uri.scheme)) return activeTextEditor;
    for (const editor of this.editors) {
      const found = currentVisibleEditor(editor) ?? (hasTab(editor.document) ? editor : undefined);
      if (found) return found;
    }
    return visibleTextEditors.find(isWritable);
  }

  private remember(editor: vscode.TextEditor | undefined): void {
    if (!editor || !isWritable(editor)) return;
    this.editors = [editor, ...this.editors.filter(({ document }) => document !== editor.document)];
  }
}

/** An editor that was hidden and shown again is another object of the same document. */
export function currentVisibleEditor(editor: vscode.TextEditor): vscode.TextEditor | undefined {
  return vscode.window.visibleTextEditors.find((visible) => visible === editor) ?? visibleEditorOf(editor.document);
}

/** The left side of a diff has a cursor of its own, where nobody has been. */
export function visibleEditorOf(document: vscode.TextDocument): vscode.TextEditor | undefined {
  const editors = vscode.window.visibleTextEditors.filter((visible) => visible.document === document);
  return (
    editors.find(({ viewColumn }) => viewColumn !== undefined) ?? (isLeftSideOfDiff(document) ? undefined : editors[0])
  );
}

function isLeftSideOfDiff({ uri }: vscode.TextDocument): boolean {
  const key = uri.toString();
  return vscode.window.tabGroups.all.some(
    ({ activeTab }) =>
      activeTab?.input instanceof vscode.TabInputTextDiff && activeTab.input.original.toString() === key,
  );
}

function isWritable({ document: { uri } }: vscode.TextEditor): boolean {
  if (excludedSchemes.has(uri.scheme)) return false;
  return writableSchemes.has(uri.scheme) || vscode.workspace.fs.isWritableFileSystem(uri.scheme) === true;
}

/** A document whose tab was closed may stay open for a while. */
function hasTab({ isClosed, uri }: vscode.TextDocument): boolean {
  if (isClosed) return false;
  const key = uri.toString();
  return vscode.window.tabGroups.all.some(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === key),
  );
}
