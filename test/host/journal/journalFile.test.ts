import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JournalFile, classifyWriteError } from '../../../src/host/journal/journalFile';
import type { JournalLine } from '../../../src/host/journal/journalSchema';
import { holdWrites, type HeldWrites } from '../../support/heldWrites';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { settle, VirtualClock } from '../../support/virtualClock';

const title = (text: string): JournalLine => ({ type: 'title', title: text });

describe('journal file', () => {
  let folder: string;
  let clock: VirtualClock;
  let failures: unknown[];

  beforeEach(() => {
    folder = temporaryFolder();
    clock = new VirtualClock();
    failures = [];
  });
  afterEach(() => removeTemporaryFolder(folder));

  const pathOf = (): string => join(folder, 'deep', 'c.jsonl');
  const file = (onWritten: () => void = () => assert.fail()): JournalFile =>
    new JournalFile({
      path: pathOf(),
      position: 0,
      lastActivityAt: clock.now(),
      clock,
      onFailure: (error) => failures.push(error),
      onRecovered: onWritten,
    });
  const onDisk = (): string[] =>
    readFileSync(pathOf(), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly title: string }).title);

  it('writes overdue lines when the next line arrives, even if the timer is late', async () => {
    const journal = file();
    journal.append(title('one'));
    assert.equal(clock.pending, 1);
    clock.sleep(50);
    journal.append(title('two'));
    await journal.flush();
    assert.equal(clock.pending, 0);
    assert.deepEqual(onDisk(), ['one', 'two']);
  });

  it('starts to write 50 ms after the first line, even without a flush', async () => {
    const journal = file();
    journal.append(title('one'));
    await clock.advance(49);
    assert.throws(onDisk);
    await clock.advance(1);
    assert.deepEqual(onDisk(), ['one']);
  });

  it('writes a prompt immediately', async () => {
    file().append({ type: 'exchange', id: 'e', prompt: 'Hi' });
    await settle();
    assert.match(readFileSync(pathOf(), 'utf8'), /Hi/);
  });

  it('starts the next write as soon as a slow write has finished', async () => {
    const journal = file();
    journal.append(title('one'));
    const slow = journal.flush();
    journal.append(title('two'));
    await slow;
    assert.deepEqual(onDisk(), ['one', 'two']);
  });

  describe('while a write to the disk hangs', () => {
    let disk: HeldWrites;

    beforeEach(() => (disk = holdWrites()));
    afterEach(() => disk.restore());

    const appended = async (journal: JournalFile, ...all: readonly string[]): Promise<void> => {
      for (const text of all) journal.append(title(text));
      await clock.advance(50);
    };

    it('starts a second write that repeats the data of the first write', async () => {
      const journal = file();
      await appended(journal, 'one');
      assert.equal(disk.held, 1);
      await appended(journal, 'two');
      assert.equal(disk.held, 2);
      await disk.release(1);
      assert.deepEqual(onDisk(), ['one', 'two']);
      await disk.release(0);
      await journal.flush();
      assert.deepEqual(onDisk(), ['one', 'two']);
      assert.deepEqual(failures, []);
    });

    it('never runs more than two writes, and uses no synchronous function', async () => {
      const journal = file();
      for (let batch = 0; batch < 20; batch++) await appended(journal, `${batch}`);
      assert.equal(disk.held, 2);
      assert.deepEqual(disk.synchronousCalls, []);
      disk.releaseAll();
      await journal.flush();
      assert.deepEqual(
        onDisk(),
        Array.from({ length: 20 }, (_, batch) => `${batch}`),
      );
    });

    it('writes 50,000 batches of text that arrived meanwhile', async () => {
      const journal = file();
      journal.append({ type: 'exchange', id: 'e', prompt: 'Hi' });
      await appended(journal, 'one');
      const event = { type: 'text', text: 'word ', attempt: 1, at: 1 } as const;
      for (let batch = 0; batch < 50_000; batch++) journal.append({ type: 'events', exchangeId: 'e', events: [event] });
      disk.releaseAll();
      await journal.flush();
      assert.ok(readFileSync(pathOf(), 'utf8').includes('word '.repeat(50_000)));
    });

    it('writes every line synchronously when the extension host exits', async () => {
      const journal = file();
      await appended(journal, 'one');
      await appended(journal, 'two');
      await appended(journal, 'three');
      journal.flushSync();
      assert.deepEqual(onDisk(), ['one', 'two', 'three']);
      disk.releaseAll();
      await journal.flush();
      assert.deepEqual(onDisk(), ['one', 'two', 'three']);
    });

    it('reports a write that takes longer than 5 s only once, and reports when all lines are on disk', async () => {
      const written: unknown[] = [];
      const journal = file(() => written.push('written'));
      await appended(journal, 'one');
      await appended(journal, 'two');
      await clock.advance(4900);
      assert.deepEqual(failures, []);
      await clock.advance(100);
      assert.deepEqual(failures.map(classifyWriteError), ['slow']);
      disk.releaseAll();
      await journal.flush();
      assert.deepEqual([failures.length, written], [1, ['written']]);
      assert.deepEqual(onDisk(), ['one', 'two']);
    });

    it('reports no failure when the second write succeeds where the first one fails', async () => {
      const journal = file();
      await appended(journal, 'one');
      await appended(journal, 'two');
      await disk.fail(0);
      assert.deepEqual(failures, []);
      await disk.release(1);
      assert.deepEqual([onDisk(), failures], [['one', 'two'], []]);
    });
  });
});

describe('category of a failed write', () => {
  for (const [code, failure] of [
    ['ENOSPC', 'full'],
    ['EDQUOT', 'full'],
    ['EROFS', 'read-only'],
    ['EACCES', 'forbidden'],
    ['EPERM', 'forbidden'],
    ['ENOENT', 'gone'],
    ['EIO', 'other'],
    ['toString', 'other'],
  ] as const) {
    it(`is "${failure}" for the error code ${code}`, () =>
      assert.equal(classifyWriteError(Object.assign(new Error(), { code })), failure));
  }
  it('is "other" for a thrown value that is not a system error', () =>
    assert.equal(classifyWriteError('ENOSPC'), 'other'));
});
