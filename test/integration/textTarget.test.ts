import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { proposedScheme } from '../../src/host/code/previewedEdits';
import type { ApplyTarget, Prompt } from '../../src/shared/exchanges';
import { viewType } from '../../src/host/contributions';
import { EditorTarget } from '../../src/host/code/editorTarget';

const source = 'before\n  first();\n  second();\nafter\n';
const original = '  first();\n  second();\n';
const answered = '  third();\n';
const replaced = `before\n${answered}after\n`;
let openedFileCount = 0;

describe('code from an answer', function () {
  // In each test the workbench opens and closes several of its parts.
  this.timeout(60_000);
  let target: EditorTarget;
  let panel: vscode.WebviewPanel;
  beforeEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    target = new EditorTarget();
  });
  afterEach(async () => {
    target.dispose();
    // Saves the changed files, so that VS Code has no unsaved changes to discard or back up when it closes the editors.
    await vscode.workspace.saveAll();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  /** Gives the panel the focus, as a click on its buttons does. */
  const focusPanel = async (column = vscode.ViewColumn.Two): Promise<void> => {
    panel = vscode.window.createWebviewPanel(viewType, 'Conversation', column);
    await until(() => vscode.window.activeTextEditor === undefined && panel.active);
  };

  describe('with Insert at cursor', () => {
    const insert = async (text: string, ...selections: vscode.Selection[]): Promise<vscode.TextEditor> => {
      const editor = await open(source);
      editor.selections = selections;
      await focusPanel();
      await target.insert(text);
      return editor;
    };

    it('is inserted at the cursor in one undo step while the panel keeps the focus', async () => {
      const { document } = await insert('one();\ntwo();\n', cursor(3, 0));
      assert.equal(document.getText(), 'before\n  first();\n  second();\none();\ntwo();\nafter\n');
      assert.ok(panel.active);
      await undo(document);
      assert.equal(document.getText(), source);
    });

    it('is inserted at every cursor with the indentation of that line', async () => {
      const editor = await insert('a {\n}', cursor(1, 2), new vscode.Selection(3, 0, 3, 5));
      assert.equal(editor.document.getText(), 'before\n  a {\n  }first();\n  second();\naftera {\n}\n');
      assert.deepEqual(
        editor.selections.map(({ active, isEmpty }) => [active.line, active.character, isEmpty]),
        [
          [2, 3, true],
          [5, 1, true],
        ],
      );
      await undo(editor.document);
      assert.equal(editor.document.getText(), source);
    });

    it('is converted to the line endings of the document', async () => {
      const editor = await open('x\r\n');
      await editor.edit((edit) => edit.setEndOfLine(vscode.EndOfLine.CRLF));
      editor.selections = [cursor(0, 0), cursor(1, 0)];
      await target.insert('a\nb\n');
      assert.equal(editor.document.getText(), 'a\r\nb\r\nx\r\na\r\nb\r\n');
      const lines = editor.selections.map(({ active }) => active.line);
      assert.deepEqual(lines, [2, 5]);
    });

    it('is rejected when the editor is read-only', async () => {
      const { document } = await vscode.window.showTextDocument(await file('readonly.ts', source));
      await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
      await assert.rejects(target.insert('x'), /readonly\.ts is read-only/);
      assert.equal(document.getText(), source);
      await vscode.commands.executeCommand('workbench.action.files.resetActiveEditorReadonlyInSession');
    });

    it('is inserted into the last used text editor, even if the user has looked at a log since then', async () => {
      const { document } = await open(source);
      const output = vscode.window.createOutputChannel('Other');
      output.show();
      await until(() => vscode.window.visibleTextEditors.some((editor) => editor.document.uri.scheme === 'output'));
      await focusPanel();
      await target.insert('x');
      assert.equal(document.getText(), `x${source}`);
      output.dispose();
      await vscode.commands.executeCommand('workbench.action.closePanel');
    });

    it('is inserted into an editor behind the panel, which is then shown beside the panel', async () => {
      const { document } = await open(source);
      await focusPanel(vscode.ViewColumn.One);
      await until(() => !vscode.window.visibleTextEditors.some((editor) => editor.document === document));
      await target.insert('x');
      assert.equal(document.getText(), `x${source}`);
      assert.ok(panel.visible);
      assert.ok(vscode.window.visibleTextEditors.some((editor) => editor.document === document));
    });

    it('is inserted at the cursor of the editor, not of a diff that covers the editor', async () => {
      const document = await file('compared.ts', source);
      const editor = await vscode.window.showTextDocument(document, { preview: false });
      editor.selections = [cursor(3, 0)];
      const provider = { provideTextDocumentContent: () => replaced };
      const registration = vscode.workspace.registerTextDocumentContentProvider('compared', provider);
      const otherUri = vscode.Uri.parse('compared:other.ts');
      await vscode.commands.executeCommand('vscode.diff', document.uri, otherUri, 'compared', { preview: false });
      await until(() => vscode.window.activeTextEditor?.document.uri.scheme === 'compared');
      await focusPanel();
      await target.insert('x');
      registration.dispose();
      assert.equal(document.getText(), 'before\n  first();\n  second();\nxafter\n');
    });

    it('is rejected when no editor is open', async () => {
      await focusPanel();
      await assert.rejects(target.insert('x'), /Open the file to insert into/);
    });
  });

  describe('with Apply', () => {
    it('replaces the selection in one undo step after the user confirms the preview', async () => {
      const { document } = await open(source);
      await focusPanel();
      const applying = target.apply(prompt(document.uri), answered);
      await preview();
      assert.equal(document.getText(), source);
      assert.deepEqual(
        vscode.workspace.textDocuments.flatMap((open) => (open.uri.scheme === proposedScheme ? [open.getText()] : [])),
        [replaced],
      );
      assert.ok(panel.visible);
      await answerPreview('apply', applying);
      assert.equal(document.getText(), replaced);
      assert.deepEqual(diffs(), []);
      await undo(document);
      assert.equal(document.getText(), source);
    });

    it('leaves the document unchanged when the user discards the preview', async () => {
      const { document } = await open(source);
      const { version } = document;
      await answerPreview('discard', target.apply(prompt(document.uri), answered));
      assert.equal(document.getText(), source);
      assert.equal(document.version, version);
      assert.deepEqual(diffs(), []);
    });

    it('is rejected when the document is edited while the preview is open', async () => {
      const { document } = await open(source);
      const applying = target.apply(prompt(document.uri), answered);
      await preview();
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(1, 0), 'new\n');
      await vscode.workspace.applyEdit(edit);
      await assert.rejects(answerPreview('apply', applying), /was changed or closed during the preview/);
      assert.equal(document.getText(), source.replace('before\n', 'before\nnew\n'));
    });

    it('is rejected when neither the prompt nor the editor has a selection', async () => {
      await open(source);
      await focusPanel();
      await assert.rejects(target.apply(prompt(), answered), /Select the code to replace/);
    });
  });

  describe('with New file', () => {
    it('opens beside the conversation with the language of the code block', async () => {
      const sourceEditor = await open(source);
      await focusPanel();
      await target.newFile('const a = 1;', 'ts');
      const editor = vscode.window.activeTextEditor;
      assert.ok(editor);
      assert.equal(editor.document.languageId, 'typescript');
      assert.equal(editor.document.getText(), 'const a = 1;\n');
      assert.equal(editor.viewColumn, sourceEditor.viewColumn);
      assert.ok(panel.visible);
    });

    it('opens as plain text if the code is Markdown with a command link', async () => {
      const text = '# Steps\n\n[Run](command:workbench.action.files.newUntitledFile)\n';
      await target.newFile(text, 'md');
      const document = vscode.window.activeTextEditor?.document;
      assert.equal(document?.getText(), text);
      assert.equal(document.languageId, 'plaintext');
    });
  });
});

/**
 * Creates a file and shows it in an editor. Does not use an untitled document, because VS Code reuses the names of
 * untitled documents, so a document could contain the changes of an earlier test.
 */
async function open(content: string): Promise<vscode.TextEditor> {
  openedFileCount += 1;
  const document = await file(`opened${String(openedFileCount)}.ts`, content);
  return vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, preview: false });
}

function folder(): vscode.Uri {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first);
  return first.uri;
}

async function file(name: string, content: string): Promise<vscode.TextDocument> {
  const uri = vscode.Uri.joinPath(folder(), name);
  await write(uri, content);
  return vscode.workspace.openTextDocument(uri);
}

async function write(uri: vscode.Uri, content: string): Promise<void> {
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(content));
}

/** @param uri document of the selection, or undefined if the prompt had no selection */
function prompt(uri?: vscode.Uri): Prompt {
  const position: Omit<ApplyTarget, 'uri'> = { startLine: 1, startCharacter: 0 };
  const selection: Pick<Prompt, 'attachments' | 'target'> = uri
    ? {
        attachments: [{ kind: 'selection', label: 'app.ts:2-3', languageId: 'typescript', code: original }],
        target: { uri: uri.toString(), ...position },
      }
    : {};
  return { prompt: 'Improve app.ts:2-3', ...selection };
}

function cursor(line: number, character: number): vscode.Selection {
  return new vscode.Selection(line, character, line, character);
}

async function undo(document: vscode.TextDocument): Promise<void> {
  const { version } = document;
  // VS Code sends the command to the panel while the panel has the focus.
  while (document.version === version) {
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
    await vscode.commands.executeCommand('undo');
  }
}

/** Opens a preview that replaces the complete document, beside VS Code's list of changes. */
function diffs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.filter(({ input }) => input instanceof vscode.TabInputTextDiff),
  );
}

async function preview(): Promise<void> {
  await until(() => diffs().length > 0);
  await vscode.commands.executeCommand('refactorPreview.focus');
}

/** Presses the button of the preview, and repeats this until the button exists. */
async function answerPreview(button: 'apply' | 'discard', applying: Promise<void>): Promise<void> {
  let isSettled = false;
  const result = applying.finally(() => (isSettled = true));
  result.catch(() => undefined);
  await until(async () => {
    await vscode.commands.executeCommand(`refactorPreview.${button}`);
    return isSettled;
  });
  return result;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
