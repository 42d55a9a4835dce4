import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JournalFile } from '../../../src/host/conversation/journalFile';
import type { JournalLine } from '../../../src/host/conversation/journalLines';
import { writeFailureOf } from '../../../src/host/conversation/writeFailure';
import { VirtualClock } from '../../support/virtualClock';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';

const title = (words: string): JournalLine => ({ type: 'title', title: words });

describe('JournalFile', () => {
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
  const file = (): JournalFile =>
    new JournalFile({
      path: pathOf(),
      position: 0,
      at: clock.now(),
      clock,
      onFailure: (error) => failures.push(error),
      onWritten: () => assert.fail(),
    });
  const onDisk = (): string[] =>
    readFileSync(pathOf(), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly title: string }).title);

  it('waits for no timer that is late', async () => {
    const journal = file();
    journal.append(title('one'));
    assert.equal(clock.pending, 1);
    clock.sleep(50);
    journal.append(title('two'));
    assert.equal(clock.pending, 0);
    await journal.flush();
    assert.deepEqual(onDisk(), ['one', 'two']);
  });

  it('waits for no write that hangs, and repeats nothing when it is done after all', async () => {
    const journal = file();
    journal.append(title('one'));
    const hanging = journal.flush();
    // As far as it gets without the event loop.
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    journal.append(title('two'));
    clock.sleep(99);
    journal.append(title('three'));
    assert.throws(onDisk);
    clock.sleep(1);
    journal.append(title('four'));
    assert.deepEqual(onDisk(), ['one', 'two', 'three', 'four']);
    await hanging;
    await journal.flush();
    assert.deepEqual(onDisk(), ['one', 'two', 'three', 'four']);
    assert.deepEqual(failures, []);
  });

  it('looks again after a write that may hang where nothing more comes', async () => {
    const journal = file();
    journal.append(title('one'));
    const hanging = journal.flush();
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    journal.append(title('two'));
    clock.sleep(60);
    journal.append(title('three'));
    assert.equal(clock.pending, 1);
    await hanging;
  });

  it('starts the next write as soon as a slow one is done', async () => {
    const journal = file();
    journal.append(title('one'));
    const slow = journal.flush();
    journal.append(title('two'));
    await slow;
    assert.deepEqual(onDisk(), ['one', 'two']);
  });
});

describe('writeFailureOf', () => {
  for (const [code, why] of [
    ['ENOSPC', 'full'],
    ['EDQUOT', 'full'],
    ['EROFS', 'read-only'],
    ['EACCES', 'forbidden'],
    ['EPERM', 'forbidden'],
    ['ENOENT', 'gone'],
    ['EIO', 'other'],
    ['toString', 'other'],
  ] as const) {
    it(`is ${why} for ${code}`, () => assert.equal(writeFailureOf(Object.assign(new Error(), { code })), why));
  }
  it('is other for what is no error of the system', () => assert.equal(writeFailureOf('ENOSPC'), 'other'));
});
