import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answer } from '../../support/replies';
import type { EditorTarget } from '../../../src/host/code/editorTarget';
import { contextId } from '../../../src/host/context/contextId';
import { ContextSource } from '../../../src/host/context/contextSource';
import { closeAll, markedInNextQuickPick, shows } from '../../support/conversationTabs';
import { startFixture, stopFixture, type HostFixture } from '../../support/extensionHost';
import { fake } from '../../support/fake';
import { MemoryFiles } from '../../support/memoryFiles';
import { valuesOf } from '../../support/valuesOf';
import { noImages } from '../../support/host/noImages';

const scheme = 'memfs-test';
const uriOf = (path: string): vscode.Uri => vscode.Uri.from({ scheme, path });

const source = 'const before = 1;\nfunction twice(n: number): number {\n  return n * 2;\n}\nconst after = 3;\n';

const createContext = (editor: vscode.TextEditor, errors: unknown[]): ContextSource =>
  new ContextSource(fake<EditorTarget>({ editor: () => editor, recentFiles: () => [] }), noImages, (error) =>
    errors.push(error),
  );

describe('virtual workspace', () => {
  let fixture: HostFixture;
  let files: vscode.Disposable;
  before(async () => {
    const content = { '/project/src/twice.ts': source, '/project/notes.md': 'Read although it is closed.\n' };
    files = vscode.workspace.registerFileSystemProvider(scheme, new MemoryFiles(content), { isCaseSensitive: true });
    fixture = await startFixture(answer('understood'));
  });
  beforeEach(async () => {
    await closeAll();
    fixture.gateway.reset();
  });
  after(async () => {
    await stopFixture(fixture);
    files.dispose();
  });

  const open = async (): Promise<vscode.TextEditor> => {
    const editor = await vscode.window.showTextDocument(uriOf('/project/src/twice.ts'), { preview: false });
    editor.selection = new vscode.Selection(1, 0, 3, 1);
    return editor;
  };

  it('is open in the test window', () => {
    const schemes = vscode.workspace.workspaceFolders?.map(({ uri }) => uri.scheme);
    assert.deepEqual(schemes, [scheme]);
  });

  it('provides the selected code for Explain Selection', async () => {
    await open();
    await vscode.commands.executeCommand('holysheep.explainSelection');
    const { json } = await fixture.gateway.request(1);
    const prompt = JSON.stringify(json?.messages.at(-1)?.content);
    for (const part of ['Explain the code', 'src/twice.ts', 'function twice', 'typescript', 'const before']) {
      assert.ok(prompt.includes(part), `${part} is missing in: ${prompt}`);
    }
  });

  it('offers selections and open files as context items', async () => {
    const editor = await open();
    const errors: unknown[] = [];
    const context = createContext(editor, errors);
    const offered = (await context.suggest('')).map(({ label, detail }) => `${label} | ${detail}`);
    assert.deepEqual(offered, [
      'Selection | twice.ts:2-4',
      'Open editors | 1 file',
      'Problems | no problems',
      'twice.ts | src',
      'Choose a file… | ',
    ]);
    assert.deepEqual(errors, []);
  });

  it('provides the content of an attached file that is not open', async () => {
    const errors: unknown[] = [];
    const context = createContext(await open(), errors);
    const [notes] = await context.resolve(contextId({ kind: 'file', uri: uriOf('/project/notes.md').toString() }));
    assert.deepEqual(notes?.attachment, {
      kind: 'file',
      label: 'notes.md',
      languageId: 'markdown',
      code: 'Read although it is closed.\n',
    });
    assert.deepEqual(errors, []);
  });

  it("offers only open files by name when VS Code can't search the workspace", async () => {
    const editor = await open();
    const errors: unknown[] = [];
    const context = createContext(editor, errors);
    assert.deepEqual(valuesOf(await context.suggest('twice'), 'label'), ['Selection', 'twice.ts', 'Choose a file…']);
    assert.deepEqual(valuesOf(await context.suggest('notes'), 'label'), ['Choose a file…']);
    assert.deepEqual(errors, []);
  });

  it('reopens a closed conversation from the history', async () => {
    const title = 'a conversation without a disk';
    await vscode.commands.executeCommand('holysheep.ask', { prompt: title, newConversation: true });
    await shows([title]);
    await fixture.gateway.request(1);
    await closeAll();
    const opened = shows([title]);
    const marked = markedInNextQuickPick(title);
    await vscode.commands.executeCommand('holysheep.openHistory');
    await marked;
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await opened;
  });
});
