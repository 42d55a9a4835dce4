import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FileLock } from '../../../src/host/util/fileLock';
import { errorCode } from '../../../src/host/util/files';
import { JournalFile } from '../../../src/host/journal/journalFile';
import type { JournalRecord } from '../../../src/host/journal/records';
import { holdWrites, type HeldWrites } from '../../support/heldWrites';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { settle, VirtualClock } from '../../support/virtualClock';

const title = (text: string): JournalRecord => ({ type: 'title', title: text });

describe('journal file', () => {
  let folder: string;
  let clock: VirtualClock;
  let failures: unknown[];
  let recoveries: number;
  let losses: number;

  beforeEach(() => {
    folder = temporaryFolder();
    clock = new VirtualClock();
    failures = [];
    [recoveries, losses] = [0, 0];
  });
  afterEach(() => removeTemporaryFolder(folder));

  const pathOf = (): string => join(folder, 'deep', 'c.jsonl');
  const lockPathOf = (): string => join(folder, 'deep', 'c.lock');
  const open = (): JournalFile => {
    const file = new JournalFile(new FileLock(lockPathOf(), clock), {
      path: pathOf(),
      clock,
      size: 0,
      lastActivityAt: clock.now(),
      onProblem: (problem) => (problem.kind === 'written' ? recoveries++ : failures.push(problem.error)),
      onLockLost: () => {
        losses++;
        file.close();
      },
    });
    return file;
  };
  const onDisk = (): string[] =>
    readFileSync(pathOf(), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly title: string }).title);

  it('writes a delayed line together with the next line if the timer is late', async () => {
    const file = open();
    file.append(title('one'));
    assert.equal(clock.pending, 1);
    clock.sleep(40);
    file.append(title('two'));
    await file.flush();
    assert.equal(clock.pending, 0);
    assert.deepEqual(onDisk(), ['one', 'two']);
  });

  it('is written 40 ms after the first new line', async () => {
    open().append(title('one'));
    await clock.advance(39);
    assert.throws(onDisk);
    await clock.advance(1);
    assert.deepEqual(onDisk(), ['one']);
  });

  it('writes a prompt immediately', async () => {
    open().append({ type: 'exchange', id: 'e', parentAnswer: '', prompt: 'Hi', answers: [{ id: 'e' }] });
    await settle();
    assert.match(readFileSync(pathOf(), 'utf8'), /Hi/);
  });

  it('writes nothing after another process has taken its lock', async () => {
    const file = open();
    file.append(title('one'));
    await file.flush();
    writeFileSync(lockPathOf(), 'another process');
    file.append(title('two'));
    await file.flush();
    file.append(title('three'));
    file.flushSync();
    assert.deepEqual([onDisk(), losses, failures], [['one'], 1, []]);
  });

  it('is not created while another process has its lock', async () => {
    mkdirSync(dirname(lockPathOf()));
    writeFileSync(lockPathOf(), 'another process');
    const file = open();
    file.append(title('one'));
    await file.flush();
    assert.deepEqual([readFileSync(pathOf(), 'utf8'), losses, file.hasUnwritten], ['', 1, false]);
  });

  describe('while a write to the disk hangs', () => {
    let disk: HeldWrites;

    beforeEach(() => (disk = holdWrites()));
    afterEach(() => disk.restore());

    const appended = async (file: JournalFile, ...all: readonly string[]): Promise<void> => {
      for (const text of all) file.append(title(text));
      await clock.advance(50);
    };

    it('writes further lines in order when the hanging write has ended', async () => {
      const file = open();
      const texts = Array.from({ length: 20 }, (_, batch) => `${batch}`);
      for (const text of texts) await appended(file, text);
      assert.equal(disk.held, 1);
      assert.deepEqual(disk.synchronousCalls, []);
      disk.releaseAll();
      await file.flush();
      assert.deepEqual(onDisk(), texts);
    });

    it('keeps 50,000 pieces of text in memory until the hanging write has ended', async () => {
      const file = open();
      file.append({ type: 'exchange', id: 'e', parentAnswer: '', prompt: 'Hi', answers: [{ id: 'e' }] });
      await appended(file, 'one');
      const event = { type: 'text', text: 'word ', attempt: 1, at: 1 } as const;
      for (let batch = 0; batch < 50_000; batch++) file.append({ type: 'events', answer: 'e', events: [event] });
      disk.releaseAll();
      await file.flush();
      assert.ok(readFileSync(pathOf(), 'utf8').includes('word '.repeat(50_000)));
    });

    it('writes all lines synchronously when the extension host exits', async () => {
      const file = open();
      for (const text of ['one', 'two', 'three']) await appended(file, text);
      file.flushSync();
      assert.deepEqual(onDisk(), ['one', 'two', 'three']);
      disk.releaseAll();
      await file.flush();
      assert.deepEqual(onDisk(), ['one', 'two', 'three']);
    });

    it('reports once that a write takes longer than 5 s', async () => {
      const file = open();
      await appended(file, 'one');
      await appended(file, 'two');
      await clock.advance(4910);
      assert.deepEqual(failures, []);
      await clock.advance(100);
      assert.deepEqual(failures.map(errorCode), ['ETIMEDOUT']);
      disk.releaseAll();
      await file.flush();
      assert.deepEqual([failures.length, recoveries], [1, 1]);
      assert.deepEqual(onDisk(), ['one', 'two']);
    });
  });

  it('repeats a failed write later, without lost or duplicate lines', async () => {
    const disk = holdWrites();
    try {
      const file = open();
      file.append(title('one'));
      const failing = file.flush();
      await settle();
      await disk.fail(0);
      await failing;
      assert.equal(failures.length, 1);
      file.append(title('two'));
      disk.releaseAll();
      await file.flush();
      assert.deepEqual([onDisk(), recoveries], [['one', 'two'], 1]);
    } finally {
      disk.restore();
    }
  });
});
