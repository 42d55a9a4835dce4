import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FileLock } from '../../../src/host/util/fileLock';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { VirtualClock } from '../../support/virtualClock';

/** The id of a process that has exited, so that no running process has it. */
const exitedPid = spawnSync(process.execPath, ['-e', '']).pid;

describe('file lock', () => {
  let folder: string;
  let path: string;
  let clock: VirtualClock;
  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder, 'lock');
    clock = new VirtualClock();
  });
  afterEach(() => removeTemporaryFolder(folder));

  const open = (): FileLock => new FileLock(path, clock);

  it('belongs to one owner until that owner releases it', async () => {
    const [first, second] = [open(), open()];
    assert.deepEqual([await first.acquire(), await first.acquire(), await second.acquire()], [true, true, false]);
    assert.deepEqual([await first.isHeldElsewhere(), await second.isHeldElsewhere()], [false, true]);
    await second.release();
    assert.equal(await second.acquire(), false);
    await first.release();
    assert.equal(await second.acquire(), true);
    second.releaseSync();
    assert.deepEqual(readdirSync(folder), []);
  });

  it("can't be read by other users of the computer", async function () {
    if (process.platform === 'win32') this.skip();
    await open().acquire();
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('can be stolen from its owner after 300 ms', async () => {
    const [first, second] = [open(), open()];
    await first.acquire();
    const stolen = second.steal();
    await clock.advance(300);
    assert.equal(await stolen, true);
    assert.deepEqual([await first.isLost(), first.isLostSync(), await first.acquire()], [true, true, false]);
    await first.release();
    first.releaseSync();
    assert.equal(await second.acquire(), true);
    await second.release();
    assert.deepEqual([await first.acquire(), readdirSync(folder)], [false, []]);
  });

  it('can be stolen by only one of two processes', async () => {
    const [first, second] = [open(), open()];
    writeFileSync(path, 'another process');
    const stolen = [first.steal(), second.steal()];
    await clock.advance(300);
    assert.deepEqual((await Promise.all(stolen)).toSorted(), [false, true]);
    assert.deepEqual([await first.acquire(), await second.acquire()].toSorted(), [false, true]);
  });

  for (const { of, content, isFree } of [
    { of: 'a process that has exited', content: `${exitedPid} ${hostname()} token`, isFree: true },
    { of: 'a running process', content: `${process.pid} ${hostname()} token`, isFree: false },
    { of: 'a process on another machine', content: `${exitedPid} ${hostname()}x token`, isFree: false },
    { of: 'a process that is writing its name', content: '', isFree: false },
    ...['x', 'NaN', '0', '-1', '1.5', '1e300'].map((pid) => ({
      of: `an owner with the process id ${pid}, which no process has`,
      content: `${pid} ${hostname()} token`,
      isFree: true,
    })),
  ]) {
    it(`${isFree ? 'can' : "can't"} be taken from ${of}`, async () => {
      writeFileSync(path, content);
      const acquired = open().acquire();
      await clock.advance(300);
      assert.equal(await acquired, isFree);
    });
  }

  for (const { name, replace, code } of [
    { name: 'a named pipe', replace: () => execFileSync('mkfifo', [path]), code: 'EINVAL' },
    { name: 'a link to a device without an end', replace: () => symlinkSync('/dev/zero', path), code: 'EINVAL' },
    { name: 'a file of 64 KB and a byte', replace: () => writeFileSync(path, Buffer.alloc(65_537)), code: 'EFBIG' },
  ] as const) {
    it(`rejects at once when its file is ${name}`, async function () {
      if (process.platform === 'win32') return this.skip();
      replace();
      await assert.rejects(open().acquire(), { code });
    });

    it(`is lost when ${name} replaces its file, and can then be stolen`, async function () {
      if (process.platform === 'win32') return this.skip();
      const [first, second] = [open(), open()];
      await first.acquire();
      rmSync(path);
      replace();
      assert.equal(first.isLostSync(), true);
      const stolen = second.steal();
      await clock.advance(300);
      assert.equal(await stolen, true);
    });
  }

  it("rejects with the error of the file system when it can't be created", async () => {
    await assert.rejects(new FileLock(join(folder, 'missing', 'lock'), clock).acquire(), { code: 'ENOENT' });
  });
});
