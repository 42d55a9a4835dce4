import assert from 'node:assert/strict';
import { conversationsFolder } from '../../../src/host/journal/journalFolder';

describe('conversations folder', () => {
  const storage = '/storage/us.ours';

  it('is shared by all windows of a workspace, but not by different workspaces', () => {
    const of = (workspace: string): string => conversationsFolder(storage, workspace);
    assert.equal(of('file:///work'), of('file:///work'));
    assert.notEqual(of('file:///work'), of('file:///work/other'));
    assert.match(of('file:///work'), /^\/storage\/us\.ours\/workspaces\/[0-9a-f]{32}\/conversations$/);
  });

  it('is separate for a window without a workspace', () => {
    assert.equal(conversationsFolder(storage, undefined), '/storage/us.ours/conversations');
  });
});
