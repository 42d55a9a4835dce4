import * as vscode from 'vscode';
import { openTabs } from '../ui/editorTabs';
import { Disposable } from '../util/disposable';
import { proposedScheme } from './previewedEdits';

/** URI scheme of the read-only document in which the user can read the workspace prompts. */
export const promptsScheme = 'holysheep-prompts';

/** URI schemes of text editors that don't contain a document of the user, for example the log in the *Output* view. */
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

/** URI schemes of documents that the user can edit although no file system contains them. */
const writableSchemes: ReadonlySet<string> = new Set(['untitled', 'vscode-notebook-cell']);

/**
 * Remembers which text editor was active last. When the user presses a button of the panel, the panel has the focus,
 * and VS Code reports no active text editor.
 */
export class RecentEditors extends Disposable {
  /** The last active text editor of each document, most recent first. */
  private editors: readonly vscode.TextEditor[] = [];

  constructor() {
    super();
    this.remember(vscode.window.activeTextEditor);
    this.register(vscode.window.onDidChangeActiveTextEditor((editor) => this.remember(editor)));
    this.register(
      vscode.workspace.onDidCloseTextDocument(() => {
        // VS Code also fires this event when the language of an open document changes. Only documents that are really
        // closed are removed.
        this.editors = this.editors.filter(({ document }) => !document.isClosed);
      }),
    );
  }

  /**
   * Returns the text editor that was active last. Another tab can hide this editor. A hidden editor must be shown
   * before it can be edited.
   */
  last(): vscode.TextEditor | undefined {
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    if (activeTextEditor && !excludedSchemes.has(activeTextEditor.document.uri.scheme)) return activeTextEditor;
    for (const editor of this.editors) {
      const { document } = editor;
      const visible = visibleTextEditors.includes(editor) ? editor : visibleEditorOf(document);
      const available = visible ?? (hasTab(document) ? editor : undefined);
      if (available) return available;
    }
    return visibleTextEditors.find(isWritable);
  }

  /** Returns the files of all open text editors, most recently active first. */
  files(): readonly vscode.Uri[] {
    return this.editors.map(({ document }) => document.uri);
  }

  private remember(editor: vscode.TextEditor | undefined): void {
    if (!editor || !isWritable(editor)) return;
    this.editors = [editor, ...this.editors.filter(({ document }) => document !== editor.document)];
  }
}

/**
 * Returns a visible text editor of the document. An earlier editor object can't be used, because VS Code creates a new
 * object when it shows a hidden editor again. The left side of a diff is skipped, because it does not contain the
 * user's cursor.
 */
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

/**
 * Returns whether a tab shows the document. `isClosed` does not suffice, because VS Code can keep a document open for a
 * while after its tab was closed.
 */
function hasTab({ isClosed, uri }: vscode.TextDocument): boolean {
  if (isClosed) return false;
  const key = uri.toString();
  return openTabs().some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === key);
}
