import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { JournalLocks } from '../../../src/host/journal/journalLocks';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { settle, VirtualClock } from '../../support/virtualClock';

const id = '5f1c7e9a-0000-4000-8000-000000000001';

/** Of a process that is over. */
const gonePid = spawnSync(process.execPath, ['-e', '']).pid;
const here = hostname();

describe('A lock of a conversation', () => {
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
  const left = async (content: object | string, secondsAgo: number): Promise<void> => {
    await writeFile(path(), typeof content === 'string' ? content : JSON.stringify(content));
    const at = clock.now() / 1000 - secondsAgo;
    await utimes(path(), at, at);
  };
  const outcome = async (acquired: Promise<boolean>): Promise<boolean | 'looks again'> =>
    Promise.race([acquired, settle().then(() => 'looks again' as const)]);

  it('is one window’s until that lets go', async () => {
    const [first, second] = [window(), window()];
    assert.deepEqual([await first.acquire(id), await first.acquire(id), await second.acquire(id)], [true, true, false]);
    await first.release(id);
    assert.deepEqual([await second.acquire(id), await first.acquire(id)], [true, false]);
    await second.release(id);
    assert.deepEqual([await readdir(folder), clock.pending], [[], 0]);
  });

  it('stays its own over hours, and is there again when somebody has deleted it', async () => {
    const [first, second] = [window(), window()];
    await first.acquire(id);
    await clock.advance(60 * 60 * 1000);
    assert.equal(await second.acquire(id), false);
    await rm(path());
    await clock.advance(4000);
    assert.equal(await second.acquire(id), false);
    assert.deepEqual(lost, []);
  });

  it('goes to the window that asks for it, as soon as its holder releases it', async () => {
    const first: JournalLocks = window((id) => first.release(id));
    const second = window();
    await first.acquire(id);
    const granted = second.requestHandOver(id);
    await clock.advance(999);
    assert.equal(await outcome(granted), 'looks again');
    await clock.advance(251);
    assert.equal(await granted, true);
    assert.deepEqual([await first.acquire(id), await second.acquire(id)], [false, true]);
    assert.deepEqual([lost, await readdir(folder)], [[], [`${id}.lock`]]);
  });

  it('is asked for at each look until it is released', async () => {
    const [first, second] = [window(), window()];
    await first.acquire(id);
    const granted = second.requestHandOver(id);
    await clock.advance(3000);
    assert.deepEqual(requested, [id, id, id]);
    await first.release(id);
    await clock.advance(250);
    assert.equal(await granted, true);
  });

  it('is seized from a holder that does not answer for 15 s', async () => {
    const [first, second] = [window(), window()];
    await first.acquire(id);
    const granted = second.requestHandOver(id);
    await clock.advance(14_999);
    assert.equal(await outcome(granted), 'looks again');
    await clock.advance(500);
    assert.equal(await granted, true);
    assert.deepEqual([first.isOursSync(id), lost], [false, [id]]);
    assert.equal(await first.acquire(id), false);
  });

  it('of a process that is gone is taken at once by a window that asks for it', async () => {
    await left({ pid: gonePid, host: here, token: 't' }, 0);
    const taken = window().requestHandOver(id);
    await clock.advance(300);
    assert.equal(await taken, true);
  });

  it('that two windows ask for goes to one of them, and the other one leaves it there', async () => {
    const first: JournalLocks = window((id) => first.release(id));
    const [second, third] = [window(), window()];
    await first.acquire(id);
    const granted = [second.requestHandOver(id), third.requestHandOver(id)];
    await clock.advance(20_000);
    assert.deepEqual((await Promise.all(granted)).toSorted(), [false, true]);
    assert.deepEqual(lost, []);
  });

  it('of a process that is gone goes to one of two windows that take it at once', async () => {
    await left({ pid: gonePid, host: here, token: 't' }, 0);
    const [first, second] = [window(), window()];
    const taken = [first.acquireIfFree(id), second.acquireIfFree(id)];
    await clock.advance(300);
    const owners = await Promise.all(taken);
    assert.deepEqual(owners.toSorted(), [false, true]);
    assert.deepEqual([await first.isOurs(id), await second.isOurs(id)], owners);
  });

  it('is not handed over for a request of a window that is gone', async () => {
    await writeFile(`${path()}.request`, '{}');
    await window().acquire(id);
    await clock.advance(4000);
    assert.deepEqual([requested, await readdir(folder)], [[], [`${id}.lock`]]);
  });

  it('that two windows seize at once belongs to one of them, and the others know it', async () => {
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
    { what: 'was touched 14 s ago is left to its window', secondsAgo: 14, taken: false },
    { what: 'was touched 16 s ago is taken from its window', secondsAgo: 16, taken: true },
  ] as const) {
    it(`that ${what} when somebody opens the conversation`, async () => {
      await left({ pid: process.pid, host: here, token: 't' }, secondsAgo);
      const opened = window().acquireIfStale(id);
      await clock.advance(300);
      assert.equal(await opened, taken);
    });
  }

  it('that is released and taken again at once is held', async () => {
    const locks = window();
    await locks.acquire(id);
    const released = locks.release(id);
    assert.equal(await locks.acquire(id), true);
    await released;
    assert.equal(await window().acquire(id), false);
  });

  it('that can’t be written is no obstacle to reading', async () => {
    await symlink(join(folder, 'missing', 'lock'), path());
    const seized = window().acquireIfStale(id);
    await clock.advance(300);
    await seized;
    assert.deepEqual(lost, []);
  });

  for (const { what, content, secondsAgo, at, after } of [
    {
      what: 'of a process that is gone',
      content: { pid: gonePid, host: here, token: 't' },
      secondsAgo: 0,
      at: true,
      after: true,
    },
    {
      what: 'of a process that lives',
      content: { pid: process.pid, host: here, token: 't' },
      secondsAgo: 14,
      at: false,
      after: false,
    },
    {
      what: 'of a pid that came back',
      content: { pid: process.pid, host: here, token: 't' },
      secondsAgo: 16,
      at: 'looks again',
      after: true,
    },
    {
      what: 'of another machine',
      content: { pid: gonePid, host: `${here}x`, token: 't' },
      secondsAgo: 14,
      at: false,
      after: false,
    },
    {
      what: 'of another machine, left',
      content: { pid: gonePid, host: `${here}x`, token: 't' },
      secondsAgo: 16,
      at: 'looks again',
      after: true,
    },
    { what: 'that says nothing', content: '', secondsAgo: 14, at: false, after: false },
    { what: 'that says nothing, left', content: '{"pid":1', secondsAgo: 16, at: 'looks again', after: true },
    {
      what: 'that says something else, left',
      content: { pid: -1, host: here, token: 't' },
      secondsAgo: 16,
      at: 'looks again',
      after: true,
    },
  ] as const) {
    it(`${what}, shown alive ${secondsAgo} s ago, is ${after ? '' : 'not '}taken over${at === true ? ' at once' : ''}`, async () => {
      await left(content, secondsAgo);
      const taken = window().acquire(id);
      if (at === true) await clock.advance(300);
      assert.equal(await outcome(taken), at);
      if (at === 'looks again') {
        await clock.advance(6000);
        await clock.advance(300);
      }
      assert.equal(await taken, after);
    });
  }

  it('is kept by a window whose machine was asleep', async () => {
    const [first, second] = [window(), window()];
    await first.acquire(id);
    clock.sleep(60 * 60 * 1000);
    const taken = second.acquire(id);
    assert.equal(await outcome(taken), 'looks again');
    await clock.advance(6000);
    assert.equal(await taken, false);
  });

  it('that was taken over is not taken back, nor let go of: its owner is told', async () => {
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

  it('is not in the way where nothing can be written, and there as soon as it can', async () => {
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
