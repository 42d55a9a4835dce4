import assert from 'node:assert/strict';
import { Listeners } from '../../../src/host/util/listeners';
import { useVSCode } from '../../support/fakeVSCode';

describe('recent editors', () => {
  const onError = (error: unknown): void => assert.fail(String(error));
  const activations = new Listeners<object | undefined>(onError);
  const closings = new Listeners<void>(onError);
  useVSCode({
    window: { onDidChangeActiveTextEditor: activations.event },
    workspace: {
      fs: { isWritableFileSystem: (scheme: string) => scheme === 'file' || undefined },
      onDidCloseTextDocument: closings.event,
    },
  });

  it('list the open files, most recently used first, without output channels', async () => {
    const { RecentEditors } = await import('../../../src/host/code/recentEditors');
    const recent = new RecentEditors();
    const [a, b, log] = [
      ['file', '/a.ts'],
      ['untitled', 'Untitled-1'],
      ['output', 'log'],
    ].map(([scheme, path]) => ({ document: { uri: { scheme, path }, isClosed: false } }));
    for (const editor of [a, b, a, log, undefined]) activations.fire(editor);
    const listed = (): readonly string[] => recent.files().map(({ path }) => path);
    assert.deepEqual(listed(), ['/a.ts', 'Untitled-1']);
    b!.document.isClosed = true;
    closings.fire();
    assert.deepEqual(listed(), ['/a.ts']);
    recent.dispose();
  });
});
