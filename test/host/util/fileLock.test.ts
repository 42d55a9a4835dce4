import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLocked } from '../../../src/host/util/fileLock';
import { systemClock } from '../../../src/host/util/systemClock';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { VirtualClock } from '../../support/virtualClock';

describe('file lock', () => {
  let folder: string;
  let lock: string;
  beforeEach(() => {
    folder = temporaryFolder();
    lock = join(folder, 'lock');
  });
  afterEach(() => removeTemporaryFolder(folder));

  it('lets one process work at a time', async () => {
    let working = 0;
    const work = async (): Promise<number> => {
      const workers = ++working;
      await new Promise(setImmediate);
      working--;
      return workers;
    };
    const runs = Array.from({ length: 10 }, () => runLocked(lock, systemClock, work));
    assert.deepEqual(
      await Promise.all(runs),
      Array.from({ length: 10 }, () => 1),
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is released when the work fails', async () => {
    await assert.rejects(
      runLocked(lock, systemClock, () => Promise.reject(new Error('disk full'))),
      /disk full/,
    );
    assert.equal(existsSync(lock), false);
  });

  it('is taken from a process that has died', async () => {
    writeFileSync(lock, 'a process that was killed');
    const clock = new VirtualClock();
    let isDone = false;
    const run = runLocked(lock, clock, () => Promise.resolve((isDone = true)));
    await clock.advance(9000);
    assert.equal(isDone, false);
    await clock.advance(2000);
    await run;
    assert.equal(isDone, true);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is not taken from processes that hold it one after the other', async () => {
    const clock = new VirtualClock();
    let isDone = false;
    writeFileSync(lock, 'first');
    const run = runLocked(lock, clock, () => Promise.resolve((isDone = true)));
    await clock.advance(6000);
    writeFileSync(lock, 'second');
    await clock.advance(6000);
    assert.equal(isDone, false);
    await clock.advance(6000);
    await run;
  });

  it('of another process stays in place when the work ends', async () => {
    await runLocked(lock, systemClock, () => {
      writeFileSync(lock, 'taken');
      return Promise.resolve();
    });
    assert.equal(readFileSync(lock, 'utf8'), 'taken');
  });

  it('reports the error of the file system when it can’t be created', async () => {
    const clock = new VirtualClock();
    const run = assert.rejects(
      runLocked(join(folder, 'missing', 'lock'), clock, () => Promise.resolve()),
      /ENOENT/,
    );
    await clock.advance(11_000);
    await run;
  });
});
