import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { JournalLocks } from '../../../src/host/journal/journalLocks';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { settle, VirtualClock } from '../../support/virtualClock';

const id = '5f1c7e9a-0000-4000-8000-000000000001';

/** The id of a process that has exited, so that no running process has it. */
const gonePid = spawnSync(process.execPath, ['-e', '']).pid;
const here = hostname();

describe('conversation lock', () => {
  let folder: string;
  let clock: VirtualClock;
  let lost: string[];
  let requested: string[];
  const path = (): string => join(folder, `${id}.lock`);

  beforeEach(() => {
    folder = temporaryFolder();
    clock = new VirtualClock();
    lost = [];
    requested = [];
  });
  afterEach(() => removeTemporaryFolder(folder));

  const window = (onRequested = (id: string): unknown => requested.push(id)): JournalLocks =>
    new JournalLocks({ folder, clock, onLost: (lostId) => lost.push(lostId), onRequested });
  const writeLock = async (content: object | string, secondsAgo: number): Promise<void> => {
    await writeFile(path(), typeof content === 'string' ? content : JSON.stringify(content));
    const at = clock.now() / 1000 - secondsAgo;
    await utimes(path(), at, at);
  };
  const outcome = async (acquired: Promise<boolean>): Promise<boolean | 'still waiting'> =>
    Promise.race([acquired, settle().then(() => 'still waiting' as const)]);

  it('belongs to one window until that window releases it', async () => {
    const [first, second] = [window(), window()];
    assert.deepEqual([await first.acquire(id), await first.acquire(id), await second.acquire(id)], [true, true, false]);
    await first.release(id);
    assert.deepEqual([await second.acquire(id), await first.acquire(id)], [true, false]);
    await second.release(id);
    assert.deepEqual([await readdir(folder), clock.pending], [[], 0]);
  });

  it('is held by its window for hours, and is created again after its file was deleted', async () => {
    const [first, second] = [window(), window()];
    await first.acquire(id);
    await clock.advance(60 * 60 * 1000);
    assert.equal(await second.acquire(id), false);
    await rm(path());
    await clock.advance(4000);
    assert.equal(await second.acquire(id), false);
    assert.deepEqual(lost, []);
  });

  it('is acquired by a requesting window as soon as the other window releases it', async () => {
    const first: JournalLocks = window((id) => first.release(id));
    const second = window();
    await first.acquire(id);
    const granted = second.requestHandOver(id);
    await clock.advance(999);
    assert.equal(await outcome(granted), 'still waiting');
    await clock.advance(251);
    assert.equal(await granted, true);
    assert.deepEqual([await first.acquire(id), await second.acquire(id)], [false, true]);
    assert.deepEqual([lost, await readdir(folder)], [[], [`${id}.lock`]]);
  });

  it('notifies its holder at each poll that another window requests the lock, until the lock is released', async () => {
    const [first, second] = [window(), window()];
    await first.acquire(id);
    const granted = second.requestHandOver(id);
    await clock.advance(3000);
    assert.deepEqual(requested, [id, id, id]);
    await first.release(id);
    await clock.advance(250);
    assert.equal(await granted, true);
  });

  it('is taken from a window that does not respond to a request for 15 s', async () => {
    const [first, second] = [window(), window()];
    await first.acquire(id);
    const granted = second.requestHandOver(id);
    await clock.advance(14_999);
    assert.equal(await outcome(granted), 'still waiting');
    await clock.advance(500);
    assert.equal(await granted, true);
    assert.deepEqual([first.isOursSync(id), lost], [false, [id]]);
    assert.equal(await first.acquire(id), false);
  });

  it('is acquired by a requesting window immediately when the process that had it has exited', async () => {
    await writeLock({ pid: gonePid, host: here, token: 't' }, 0);
    const taken = window().requestHandOver(id);
    await clock.advance(300);
    assert.equal(await taken, true);
  });

  it('is acquired by only one of two requesting windows', async () => {
    const first: JournalLocks = window((id) => first.release(id));
    const [second, third] = [window(), window()];
    await first.acquire(id);
    const granted = [second.requestHandOver(id), third.requestHandOver(id)];
    await clock.advance(20_000);
    assert.deepEqual((await Promise.all(granted)).toSorted(), [false, true]);
    assert.deepEqual(lost, []);
  });

  it('is acquired by only one of two windows after the process that had it has exited', async () => {
    await writeLock({ pid: gonePid, host: here, token: 't' }, 0);
    const [first, second] = [window(), window()];
    const taken = [first.acquireIfFree(id), second.acquireIfFree(id)];
    await clock.advance(300);
    const owners = await Promise.all(taken);
    assert.deepEqual(owners.toSorted(), [false, true]);
    assert.deepEqual([await first.isOurs(id), await second.isOurs(id)], owners);
  });

  it('is not handed over for a request that was made before the lock was acquired', async () => {
    await writeFile(`${path()}.request`, '{}');
    await window().acquire(id);
    await clock.advance(4000);
    assert.deepEqual([requested, await readdir(folder)], [[], [`${id}.lock`]]);
  });

  it('is taken by only one of two windows when it is stale, and the other windows notice that they have lost it', async () => {
    const silent = window();
    await silent.acquire(id);
    clock.sleep(15_000);
    const [second, third] = [window(), window()];
    const seized = [second.acquireIfStale(id), third.acquireIfStale(id)];
    await clock.advance(300);
    const owners = await Promise.all(seized);
    assert.deepEqual(owners.toSorted(), [false, true]);
    assert.equal(silent.isOursSync(id), false);
    assert.deepEqual([lost, await readdir(folder)], [[id, id], [`${id}.lock`]]);
  });

  for (const { what, secondsAgo, taken } of [
    { what: 'is not taken', secondsAgo: 14, taken: false },
    { what: 'is taken', secondsAgo: 16, taken: true },
  ] as const) {
    it(`${what} by another window that opens the conversation if it was touched ${secondsAgo} s ago`, async () => {
      await writeLock({ pid: process.pid, host: here, token: 't' }, secondsAgo);
      const opened = window().acquireIfStale(id);
      await clock.advance(300);
      assert.equal(await opened, taken);
    });
  }

  it('belongs to a window that releases it and immediately acquires it again', async () => {
    const locks = window();
    await locks.acquire(id);
    const released = locks.release(id);
    assert.equal(await locks.acquire(id), true);
    await released;
    assert.equal(await window().acquire(id), false);
  });

  it('does not prevent reading the conversation when the lock file can’t be written', async () => {
    await symlink(join(folder, 'missing', 'lock'), path());
    const seized = window().acquireIfStale(id);
    await clock.advance(300);
    await seized;
    assert.deepEqual(lost, []);
  });

  for (const { what, content, secondsAgo, first, after } of [
    {
      what: 'from a process that has exited',
      content: { pid: gonePid, host: here, token: 't' },
      secondsAgo: 0,
      first: true,
      after: true,
    },
    {
      what: 'from a running process',
      content: { pid: process.pid, host: here, token: 't' },
      secondsAgo: 14,
      first: false,
      after: false,
    },
    {
      what: 'from a process whose id is in use again',
      content: { pid: process.pid, host: here, token: 't' },
      secondsAgo: 16,
      first: 'still waiting',
      after: true,
    },
    {
      what: 'from another machine',
      content: { pid: gonePid, host: `${here}x`, token: 't' },
      secondsAgo: 14,
      first: false,
      after: false,
    },
    {
      what: 'from another machine',
      content: { pid: gonePid, host: `${here}x`, token: 't' },
      secondsAgo: 16,
      first: 'still waiting',
      after: true,
    },
    { what: 'empty', content: '', secondsAgo: 14, first: false, after: false },
    { what: 'incomplete', content: '{"pid":1', secondsAgo: 16, first: 'still waiting', after: true },
    {
      what: 'from a process with an invalid id',
      content: { pid: -1, host: here, token: 't' },
      secondsAgo: 16,
      first: 'still waiting',
      after: true,
    },
  ] as const) {
    it(`${after ? 'is' : 'is not'} taken over if its file is ${what} and was touched ${secondsAgo} s ago${first === true ? ', without a further check' : ''}`, async () => {
      await writeLock(content, secondsAgo);
      const taken = window().acquire(id);
      if (first === true) await clock.advance(300);
      assert.equal(await outcome(taken), first);
      if (first === 'still waiting') {
        await clock.advance(6000);
        await clock.advance(300);
      }
      assert.equal(await taken, after);
    });
  }

  it('still belongs to a window whose machine was asleep', async () => {
    const [first, second] = [window(), window()];
    await first.acquire(id);
    clock.sleep(60 * 60 * 1000);
    const taken = second.acquire(id);
    assert.equal(await outcome(taken), 'still waiting');
    await clock.advance(6000);
    assert.equal(await taken, false);
  });

  it('is neither taken back nor released by a window that has lost it', async () => {
    const [first, second] = [window(), window()];
    await first.acquire(id);
    await rm(path());
    await second.acquire(id);
    const content = await readFile(path(), 'utf8');
    await first.release(id);
    assert.equal(await readFile(path(), 'utf8'), content);
    const third = window();
    await rm(path());
    await third.acquire(id);
    await clock.advance(4000);
    assert.deepEqual(lost, [id]);
    assert.equal(await second.acquire(id), false);
  });

  it('does not prevent a conversation from being opened when the folder can’t be written, and is created once the folder can be written', async () => {
    await rm(folder, { recursive: true });
    await writeFile(folder, 'a file where the folder should be');
    const locks = window();
    assert.equal(await locks.acquire(id), true);
    await clock.advance(4000);
    await rm(folder);
    await clock.advance(4000);
    assert.equal((await stat(path())).mtimeMs, clock.now());
    assert.equal(await window().acquire(id), false);
    await locks.release(id);
    assert.deepEqual(await readdir(folder), []);
  });
});
