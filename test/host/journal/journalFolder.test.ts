import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { conversationsFolder, moveConversations } from '../../../src/host/journal/journalFolder';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';

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

describe('migration of conversations from the storage folder of a window', () => {
  const id = '5f1c7e9a-0000-4000-8000-000000000001';
  const other = '5f1c7e9a-0000-4000-8000-000000000002';
  let root: string;
  let from: string;
  let to: string;

  beforeEach(async () => {
    root = temporaryFolder();
    from = join(root, 'window', 'conversations');
    to = join(root, 'workspace', 'conversations');
    await mkdir(from, { recursive: true });
  });
  afterEach(() => removeTemporaryFolder(root));

  it('moves the files to the folder of the workspace and removes the old folder', async () => {
    for (const name of [`${id}.jsonl`, `${other}.jsonl.deleted`]) await writeFile(join(from, name), name);
    await moveConversations(from, to);
    assert.deepEqual((await readdir(to)).sort(), [`${id}.jsonl`, `${other}.jsonl.deleted`]);
    assert.equal(existsSync(from), false);
    await moveConversations(from, to);
    assert.equal(await readFile(join(to, `${id}.jsonl`), 'utf8'), `${id}.jsonl`);
  });

  it('does not move a conversation that a window of an earlier version is writing', async () => {
    for (const name of [id, other]) {
      await writeFile(join(from, `${name}.jsonl`), name);
      await writeFile(join(from, `${name}.lock`), '{}');
    }
    const anHourAgo = Date.now() / 1000 - 3600;
    await utimes(join(from, `${other}.lock`), anHourAgo, anHourAgo);
    await moveConversations(from, to);
    assert.deepEqual((await readdir(from)).sort(), [`${id}.jsonl`, `${id}.lock`]);
    assert.deepEqual(await readdir(to), [`${other}.jsonl`]);
  });

  it('copies the files to another device with their modification time and private permissions', async function () {
    const shared = await mkdtemp('/dev/shm/conversations-').catch(() => this.skip());
    try {
      const path = join(from, `${id}.jsonl`);
      await writeFile(path, 'content', { mode: 0o644 });
      await utimes(path, 1000, 1000);
      await moveConversations(from, shared);
      const { mode, mtimeMs } = await stat(join(shared, `${id}.jsonl`));
      assert.deepEqual([mode & 0o777, mtimeMs], [0o600, 1_000_000]);
      assert.equal(await readFile(join(shared, `${id}.jsonl`), 'utf8'), 'content');
      assert.deepEqual([await readdir(shared), existsSync(from)], [[`${id}.jsonl`], false]);
    } finally {
      removeTemporaryFolder(shared);
    }
  });

  it('moves all conversations even if the lock of one of them cannot be removed', async () => {
    const last = '5f1c7e9a-0000-4000-8000-000000000003';
    for (const name of [id, other, last]) await writeFile(join(from, `${name}.jsonl`), name);
    await mkdir(join(from, `${other}.lock`));
    await utimes(join(from, `${other}.lock`), 1000, 1000);
    await assert.rejects(moveConversations(from, to));
    assert.deepEqual((await readdir(to)).sort(), [`${id}.jsonl`, `${other}.jsonl`, `${last}.jsonl`]);
  });

  it('does not move a conversation that another window is copying to another device', async function () {
    const shared = await mkdtemp('/dev/shm/conversations-').catch(() => this.skip());
    try {
      await writeFile(join(from, `${id}.jsonl`), 'content');
      await writeFile(join(shared, `${id}.jsonl.tmp`), 'cont');
      await moveConversations(from, shared);
      assert.deepEqual([await readdir(from), await readdir(shared)], [[`${id}.jsonl`], [`${id}.jsonl.tmp`]]);
    } finally {
      removeTemporaryFolder(shared);
    }
  });

  it('does not overwrite a conversation in the folder of the workspace', async () => {
    await mkdir(to, { recursive: true });
    await writeFile(join(from, `${id}.jsonl`), 'old');
    await writeFile(join(to, `${id}.jsonl`), 'new');
    await moveConversations(from, to);
    assert.equal(await readFile(join(to, `${id}.jsonl`), 'utf8'), 'new');
    assert.equal(await readFile(join(from, `${id}.jsonl`), 'utf8'), 'old');
  });
});
