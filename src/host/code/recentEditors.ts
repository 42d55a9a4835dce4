import * as vscode from 'vscode';
import { openTabs } from '../ui/editorTabs';
import { Disposable } from '../util/disposable';
import { proposedScheme } from './previewedEdits';

/** URI scheme of the document that shows workspace prompts. */
export const promptsScheme = 'holysheep-prompts';

/** URI schemes of text editors that show no document of the user, for example logs. */
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

/** URI schemes of editable documents that are not in a file system. */
const writableSchemes: ReadonlySet<string> = new Set(['untitled', 'vscode-notebook-cell']);

/** Remembers the last active text editor, because the panel has the focus when the user presses one of its buttons. */
export class RecentEditors extends Disposable {
  /** The last active editor of each document, most recent first. */
  private editors: readonly vscode.TextEditor[] = [];

  constructor() {
    super();
    this.remember(vscode.window.activeTextEditor);
    this.register(vscode.window.onDidChangeActiveTextEditor((editor) => this.remember(editor)));
    this.register(
      vscode.workspace.onDidCloseTextDocument(() => {
        // Removes an editor only if its document is really closed, because VS Code reports a document as closed even
        // when only its language has changed.
        this.editors = this.editors.filter(({ document }) => !document.isClosed);
      }),
    );
  }

  /**
   * Returns the last active editor. It may be hidden behind another tab, and must then be shown before it can be
   * edited.
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

  /** Returns the files that are still open, the last active one first. */
  files(): readonly vscode.Uri[] {
    return this.editors.map(({ document }) => document.uri);
  }

  private remember(editor: vscode.TextEditor | undefined): void {
    if (!editor || !isWritable(editor)) return;
    this.editors = [editor, ...this.editors.filter(({ document }) => document !== editor.document)];
  }
}

/**
 * Returns a visible editor of the document, because VS Code creates a new editor object when it shows a hidden editor
 * again. Skips the left side of a diff, because the user has not placed the cursor there.
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
 * Returns whether a tab shows the document. `isClosed` is not enough, because VS Code may keep a document open for a
 * while after its tab has been closed.
 */
function hasTab({ isClosed, uri }: vscode.TextDocument): boolean {
  if (isClosed) return false;
  const key = uri.toString();
  return openTabs().some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === key);
}
