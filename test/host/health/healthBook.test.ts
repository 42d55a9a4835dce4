import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { hourMs } from '../../../src/host/health/attemptRecord';
import { HealthBook } from '../../../src/host/health/healthBook';
import { systemClock } from '../../../src/host/util/systemClock';
import { EngineWorld } from '../../support/engineRun';
import { answering, status } from '../../support/scriptedFetch';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { VirtualClock } from '../../support/virtualClock';
import { entry, noon, turn } from './records';

describe('health book', () => {
  let folder: string;
  let now: number;
  let errors: unknown[];
  const files = (): readonly string[] => readdirSync(folder).map((name) => join(folder, name));

  beforeEach(() => {
    folder = join(temporaryFolder(), 'health');
    [now, errors] = [noon, []];
  });
  afterEach(() => {
    removeTemporaryFolder(folder);
    assert.deepEqual(errors, []);
  });

  /** Opens the book in a window. */
  function openBook(redact: (text: string) => string = (text) => text): HealthBook {
    const clock = { ...systemClock, now: () => now };
    return new HealthBook({ folder, clock, redact, onError: (error) => errors.push(error) });
  }

  const countsOf = (book: HealthBook): Readonly<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const { model } of book.records()) counts[model] = (counts[model] ?? 0) + 1;
    return counts;
  };

  /** Returns the number of attempts that a new window finds, by model. */
  async function attemptsOnDisk(): Promise<Readonly<Record<string, number>>> {
    const book = openBook();
    await book.refresh();
    return countsOf(book);
  }

  async function write(model: string): Promise<void> {
    const book = openBook();
    book.record(turn(entry({ model })));
    await book.flush();
  }

  it('writes turns together a second after the first of them has ended', async () => {
    const clock = new VirtualClock();
    clock.epoch = now;
    const book = new HealthBook({ folder, clock, redact: (text) => text, onError: (error) => errors.push(error) });
    book.record(turn(entry()));
    await clock.advance(900);
    book.record(turn(entry()));
    assert.equal(existsSync(folder), false);
    await clock.advance(100);
    assert.deepEqual(await attemptsOnDisk(), { 'gpt-4o': 2 });
    assert.equal(clock.pending, 0);
  });

  it('gives other users of the machine no access to its files', async function () {
    if (process.platform === 'win32') this.skip();
    await write('a');
    const modes = [folder, ...files()].map((path) => statSync(path).mode & 0o777);
    assert.deepEqual(modes, [0o700, 0o600]);
  });

  it('loses nothing and counts nothing twice when windows write and read at the same time', async () => {
    const windows = Array.from({ length: 3 }, () => openBook());
    await Promise.all([
      ...windows.map(async (book, index) => {
        for (let times = 0; times < 15; times++) {
          book.record(turn(entry({ model: `m${index}` })));
          await book.flush();
        }
      }),
      ...windows.map(async (book) => {
        for (let times = 0; times < 15; times++) await book.refresh();
      }),
    ]);
    for (const book of windows) {
      await book.refresh();
      assert.deepEqual(countsOf(book), { m0: 15, m1: 15, m2: 15 });
    }
  });

  it('deletes the files of days that the page no longer shows', async () => {
    await write('old');
    writeFileSync(join(folder, 'notes.txt'), 'unrelated');
    now += 16 * 24 * hourMs;
    assert.deepEqual(await attemptsOnDisk(), {});
    await write('new');
    assert.deepEqual([files().length, await attemptsOnDisk()], [2, { new: 1 }]);
  });

  it('loses only a line that a crash has left incomplete', async () => {
    const book = openBook();
    for (const model of ['a', 'b']) {
      book.record(turn(entry({ model })));
      await book.flush();
      appendFileSync(files()[0]!, '\n{"at":1790000000000,"origin":"https://gate');
    }
    assert.deepEqual(await attemptsOnDisk(), { a: 1, b: 1 });
  });

  it('keeps turns in memory and reports only the first error while no file can be written', async () => {
    writeFileSync(folder, 'a file in place of the folder');
    const book = openBook();
    for (let times = 0; times < 3; times++) {
      book.record(turn(entry()));
      await book.flush();
      await book.refresh();
    }
    assert.equal(book.records().length, 3);
    assert.match(String(errors.pop()), /EEXIST|ENOTDIR|EPERM/);
    removeTemporaryFolder(folder);
    await book.flush();
    assert.deepEqual(await attemptsOnDisk(), { 'gpt-4o': 3 });
  });

  it('is empty in all windows after it was cleared', async () => {
    await write('a');
    const [first, second] = [openBook(), openBook()];
    await second.refresh();
    let changes = 0;
    first.onDidChange(() => changes++);
    first.record(turn(entry({ model: 'b' })));
    await first.clear();
    await first.flush();
    await second.refresh();
    assert.deepEqual([first.records(), second.records(), changes], [[], [], 2]);
    first.record(turn(entry({ model: 'c' })));
    await first.flush();
    assert.deepEqual(await attemptsOnDisk(), { c: 1 });
  });

  it('does not bring cleared attempts back when the next ones take as many bytes', async () => {
    const book = openBook();
    for (const model of ['a', 'b']) {
      if (model === 'b') await book.clear();
      book.record(turn(entry({ model })));
      await book.flush();
      await book.refresh();
    }
    assert.deepEqual(countsOf(book), { b: 1 });
  });

  describe('with the turns of an engine', () => {
    const key = 'hsa-secret-key-1';
    const prompt = 'a secret prompt';
    const answer = 'a secret answer';

    it('contains neither the prompt nor the answer nor the key, even if the key was used as the name of the model', async () => {
      const keys = new KeyRedactor();
      const book = openBook((text) => keys.redact(text));
      const echo = status(500, { error: { message: `${key} asked: ${prompt}` } });
      const world = new EngineWorld({
        replies: [echo, answering(answer)],
        keys,
        deps: { onTurnEnd: (record) => book.record(record) },
      });
      const messages = [{ role: 'user', content: prompt }] as const;
      await world.ask({ request: { messages } }).toEnd();
      await world.ask({ request: { messages, model: key } }).toEnd();
      await book.flush();
      const content = readFileSync(files()[0]!, 'utf8');
      assert.ok(content.includes('gateway.test') && content.includes('"server"'), content);
      for (const secret of [key, 'secret', prompt, answer]) assert.ok(!content.includes(secret), content);
    });
  });
});
