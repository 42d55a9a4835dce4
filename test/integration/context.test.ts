import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { EditorTarget } from '../../src/host/code/editorTarget';
import { contextId } from '../../src/host/context/contextId';
import { contextLimits } from '../../src/host/context/contextPrompt';
import { ContextSource } from '../../src/host/context/contextSource';
import { UserError } from '../../src/host/util/userError';
import type { Attachment } from '../../src/shared/protocol';
import { fake } from '../support/fake';
import { noImages } from '../support/host/noImages';

const folder = (): vscode.Uri => vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail('no workspace');
const uriOf = (path: string): vscode.Uri => vscode.Uri.joinPath(folder(), path);
const fileId = (path: string): string => contextId({ kind: 'file', uri: uriOf(path).toString() });

const code = 'export const first = 1;\nexport const second = 2;\nexport const third = 3;\n';
const files: Readonly<Record<string, string | Uint8Array>> = {
  'context/deep/WaitCard.ts': code,
  'context/other.ts': 'export {};\n',
  'context/long.txt': 'x'.repeat(contextLimits.attachment + 1),
  'context/huge.txt': 'x'.repeat(contextLimits.fileBytes + 1),
  'context/picture.png': Uint8Array.of(0x89, 0x50, 0, 0),
  'node_modules/waitCard.ts': 'export {};\n',
};

describe('context items', () => {
  const problems = vscode.languages.createDiagnosticCollection('context.test');
  let editor: vscode.TextEditor | undefined;
  let recentFiles: readonly vscode.Uri[];
  let errors: unknown[];
  let source: ContextSource;

  before(async () => {
    for (const [path, content] of Object.entries(files)) {
      await vscode.workspace.fs.writeFile(uriOf(path), typeof content === 'string' ? Buffer.from(content) : content);
    }
  });
  beforeEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    editor = undefined;
    [errors, recentFiles] = [[], []];
    problems.clear();
    const target = fake<EditorTarget>({ editor: () => editor, recentFiles: () => recentFiles });
    source = new ContextSource(target, noImages, (error) => errors.push(error));
  });
  after(async () => {
    problems.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const path of ['context', 'node_modules']) await vscode.workspace.fs.delete(uriOf(path), { recursive: true });
  });

  const open = async (path: string): Promise<vscode.TextEditor> => {
    editor = await vscode.window.showTextDocument(uriOf(path), { preview: false });
    // VS Code remembers the selection of a closed editor.
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    return editor;
  };
  const suggest = async (query: string): Promise<readonly string[]> =>
    (await source.suggest(query)).map(({ label, detail }) => `${label} | ${detail}`);
  const read = async (id: string): Promise<Attachment> => {
    const [item, ...extraItems] = await source.resolve(id);
    assert.ok(item?.attachment);
    assert.deepEqual(extraItems, []);
    assert.equal(item.id, id);
    return item.attachment;
  };

  it('are suggested for the selection, the open editors and the problems when the search text is empty', async () => {
    await open('context/other.ts');
    (await open('context/deep/WaitCard.ts')).selection = new vscode.Selection(1, 0, 2, 5);
    problems.set(uriOf('context/deep/WaitCard.ts'), [new vscode.Diagnostic(new vscode.Range(0, 7, 0, 9), 'Wrong.')]);
    assert.deepEqual(await suggest(''), [
      'Selection | WaitCard.ts:2-3',
      'Open editors | 2 files',
      'Problems | WaitCard.ts · 1 problem',
      'WaitCard.ts | context/deep',
      'other.ts | context',
      'Choose a file… | ',
    ]);
    const [selection, , reported] = await source.suggest('');
    assert.deepEqual(await read(selection?.id ?? ''), {
      kind: 'selection',
      label: 'context/deep/WaitCard.ts:2-3',
      languageId: 'typescript',
      code: 'export const second = 2;\nexpor',
    });
    assert.deepEqual(await read(reported?.id ?? ''), {
      kind: 'problems',
      label: 'context/deep/WaitCard.ts',
      languageId: '',
      code: '- context/deep/WaitCard.ts:1:8 error: Wrong.',
    });
  });

  it('are listed with the reason if they cannot be attached', async () => {
    recentFiles = [uriOf('context/other.ts')];
    const scheme = 'context-test-preview';
    const provider = { provideTextDocumentContent: () => 'preview' };
    const registration = vscode.workspace.registerTextDocumentContentProvider(scheme, provider);
    await vscode.window.showTextDocument(vscode.Uri.parse(`${scheme}:/other.ts`), { preview: false });
    assert.deepEqual(await suggest(''), [
      'Selection | nothing is selected',
      'Open editors | no file is open',
      'Problems | no file is open',
      'other.ts | context',
      'Choose a file… | ',
    ]);
    registration.dispose();
  });

  for (const query of ['WAITCARD.TS', 'deep/wait']) {
    it(`are found by a part of their path, except in folders excluded from search: ${query}`, async () => {
      assert.deepEqual(await suggest(query), ['WaitCard.ts | context/deep', 'Choose a file… | ']);
    });
  }

  it('contain the unsaved changes of a file', async () => {
    const attachment = { kind: 'file', label: 'context/other.ts', languageId: 'typescript', code: 'export {};\n' };
    assert.deepEqual(await read(fileId('context/other.ts')), attachment);
    const { document } = await open('context/other.ts');
    await editor?.edit((edit) => edit.insert(new vscode.Position(0, 0), '// new\n'));
    assert.deepEqual(await read(fileId('context/other.ts')), { ...attachment, code: '// new\nexport {};\n' });
    await vscode.commands.executeCommand('workbench.action.files.revert');
    assert.equal(document.isDirty, false);
  });

  it('are rejected when their selection, problems or editors no longer exist', async () => {
    const uri = uriOf('context/other.ts').toString();
    const span = { start: { line: 7, character: 0 }, end: { line: 9, character: 0 } };
    const problemsId = contextId({ kind: 'problems', uri });
    for (const id of [contextId({ kind: 'selection', uri, span }), problemsId, contextId({ kind: 'editors' })])
      await assert.rejects(source.resolve(id), UserError);
    assert.deepEqual(await source.resolve('nonsense'), []);
  });

  it('are created for every open text editor when the user chooses Open editors', async () => {
    await open('context/other.ts');
    await vscode.commands.executeCommand('vscode.open', uriOf('context/picture.png'));
    await open('context/deep/WaitCard.ts');
    const read = await source.resolve(contextId({ kind: 'editors' }));
    assert.deepEqual(
      read.map(({ id, attachment }) => [id, attachment?.label]),
      [
        [fileId('context/deep/WaitCard.ts'), 'context/deep/WaitCard.ts'],
        [fileId('context/other.ts'), 'context/other.ts'],
      ],
    );
    assert.deepEqual(errors, []);
  });
});
