import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { nextWindow, type Disk } from '../../support/host/conversationWindow';
import { valuesOf } from '../../support/valuesOf';

/** Folder entries that are named like the files of conversations, but that cannot be read as conversations. */
const odd: readonly { readonly name: string; readonly make: (path: string) => unknown; readonly isListed: boolean }[] =
  [
    { name: 'a directory', make: (path) => mkdir(path), isListed: false },
    { name: 'a named pipe', make: (path) => execFileSync('mkfifo', [path]), isListed: false },
    { name: 'a symbolic link to itself', make: (path) => symlink(path, path), isListed: false },
    { name: 'a symbolic link to nothing', make: (path) => symlink(`${path}.missing`, path), isListed: false },
    { name: 'a device', make: (path) => symlink('/dev/zero', path), isListed: false },
    { name: 'an empty file', make: (path) => writeFile(path, ''), isListed: false },
    { name: 'a file of zeros', make: (path) => writeFile(path, Buffer.alloc(5000)), isListed: true },
    {
      name: 'a file of invalid UTF-8',
      make: (path) => writeFile(path, Buffer.from('ff\nfe'.repeat(1000), 'latin1')),
      isListed: true,
    },
    {
      name: 'a file without permission',
      make: (path) => writeFile(path, 'secret').then(() => chmod(path, 0)),
      isListed: true,
    },
    {
      name: 'a file of 200 MB',
      make: async (path) => {
        const file = await open(path, 'w');
        await file.truncate(200 * 1024 * 1024);
        await file.close();
      },
      isListed: true,
    },
  ];

describe('folder of the conversations', () => {
  let disk: Disk;
  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(() => (disk = { folder: temporaryFolder(), memory: new Map(), limit: 10, epoch: Date.now() }));
  afterEach(() => removeTemporaryFolder(disk.folder));
  const pathOf = (id: string): string => join(disk.folder, `${id}.jsonl`);

  for (const { name, make, isListed } of odd) {
    it(`allows all actions on the other conversations when one entry of the folder is ${name}`, async () => {
      const id = await nextWindow(disk).talk(['sheep', 'wool']);
      const old = await nextWindow(disk).talk(['old', 'older']);
      await utimes(pathOf(old), 1, 1);
      const oddId = randomUUID();
      await make(pathOf(oddId));
      const { conversations, journal } = nextWindow({ ...disk, limit: isListed ? 2 : 1 });
      const ids = (await conversations.list()).map((summary) => summary.id);
      assert.deepEqual(ids.toSorted(), [id, old, ...(isListed ? [oddId] : [])].toSorted());
      assert.deepEqual(valuesOf(await conversations.search('wool'), 'id'), [id]);
      assert.deepEqual(await conversations.openInterrupted(), []);
      assert.equal((await conversations.read(id))?.path()[0]?.answer.state.text, 'wool');
      await conversations.read(oddId).catch(() => undefined);
      await journal.prune();
      assert.ok(!(await readdir(disk.folder)).includes(`${old}.jsonl`));
      await conversations.open(oddId).catch(() => undefined);
      await conversations.rename(id, 'Named');
      assert.equal((await conversations.open(id))?.tree.title, 'Named');
      if (isListed) await (await conversations.remove(oddId))?.deletePermanently();
      await (await conversations.remove(id))?.deletePermanently();
      assert.ok(!(await conversations.list()).some((summary) => summary.id === id));
    });
  }

  it("can't be read by other users of the computer", async () => {
    const modesOf = async (): Promise<string[]> => {
      const names = await readdir(disk.folder);
      const all = await Promise.all(
        [disk.folder, ...names.map((name) => join(disk.folder, name))].map((name) => stat(name)),
      );
      return all.map(({ mode }) => (mode & 0o777).toString(8));
    };
    const umask = process.umask(0);
    try {
      disk = { ...disk, folder: join(disk.folder, 'conversations') };
      const { talk } = nextWindow(disk);
      await talk(['sheep', 'wool']);
      assert.deepEqual(await modesOf(), ['700', '600', '600']);
    } finally {
      process.umask(umask);
    }
  });
});
