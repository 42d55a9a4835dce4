import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { totalCost } from '../../../src/engine/state/turnCost';
import { initialTurn, markInterrupted, reduceTurn } from '../../../src/engine/state/turnState';
import { createHealthReport } from '../../../src/host/health/healthReport';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { hourMs } from '../../../src/host/health/attemptRecord';
import { HealthBook } from '../../../src/host/health/healthBook';
import { systemClock } from '../../../src/host/util/systemClock';
import { EngineWorld } from '../../support/engineRun';
import { answering, cutStream, rateLimited, status, streaming, type LiveBody } from '../../support/scriptedFetch';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { rowsOf, valuesOf } from '../../support/valuesOf';
import { settle, VirtualClock } from '../../support/virtualClock';
import { entry, noon } from '../../support/host/healthRecords';

describe('stored health records', () => {
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
    book.recordAttempt(entry({ model }), false);
    await book.flush();
  }

  it('are written to a file in batches, at most one second after an attempt has ended', async () => {
    const clock = new VirtualClock();
    clock.epoch = now;
    const book = new HealthBook({ folder, clock, redact: (text) => text, onError: (error) => errors.push(error) });
    book.recordAttempt(entry(), false);
    await clock.advance(900);
    book.recordAttempt(entry(), false);
    assert.equal(existsSync(folder), false);
    await clock.advance(100);
    assert.deepEqual(await attemptsOnDisk(), { 'gpt-4o': 2 });
    assert.equal(clock.pending, 0);
  });

  it("can't be read by other users of the computer", async function () {
    if (process.platform === 'win32') this.skip();
    await write('a');
    const modes = [folder, ...files()].map((path) => statSync(path).mode & 0o777);
    assert.deepEqual(modes, [0o700, 0o600]);
  });

  it('are neither lost nor duplicated when several windows write and read at the same time', async () => {
    const windows = Array.from({ length: 3 }, () => openBook());
    await Promise.all([
      ...windows.map(async (book, index) => {
        for (let times = 0; times < 15; times++) {
          book.recordAttempt(entry({ model: `m${index}` }), false);
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

  it('are deleted when the page of usage and health no longer shows their day', async () => {
    await write('old');
    writeFileSync(join(folder, 'notes.txt'), 'unrelated');
    now += 16 * 24 * hourMs;
    assert.deepEqual(await attemptsOnDisk(), {});
    await write('new');
    assert.deepEqual([files().length, await attemptsOnDisk()], [2, { new: 1 }]);
  });

  it('include all complete lines of a file whose last line is incomplete after a crash', async () => {
    const book = openBook();
    for (const model of ['a', 'b']) {
      book.recordAttempt(entry({ model }), false);
      await book.flush();
      appendFileSync(files()[0]!, '\n{"at":1790000000000,"gateway":{"id":"https://gate');
    }
    assert.deepEqual(await attemptsOnDisk(), { a: 1, b: 1 });
  });

  it("remain in memory when they can't be written", async () => {
    writeFileSync(folder, 'a file in place of the folder');
    const book = openBook();
    for (let times = 0; times < 3; times++) {
      book.recordAttempt(entry(), false);
      await book.flush();
      await book.refresh();
    }
    assert.equal(book.records().length, 3);
    for (const error of errors.splice(0, 2)) assert.match(String(error), /EEXIST|ENOTDIR|EPERM/);
    removeTemporaryFolder(folder);
    await book.flush();
    assert.deepEqual(await attemptsOnDisk(), { 'gpt-4o': 3 });
  });

  it('cause another error report if writing fails again after a successful write', async () => {
    const book = openBook();
    for (let times = 0; times < 2; times++) {
      removeTemporaryFolder(folder);
      writeFileSync(folder, 'a file in place of the folder');
      book.recordAttempt(entry(), false);
      await book.flush();
      assert.equal(errors.splice(0).length, 1);
      removeTemporaryFolder(folder);
      await book.flush();
    }
    assert.equal(book.records().length, 2);
  });

  it('are written one minute after a failed write, even without a further attempt', async () => {
    const clock = new VirtualClock();
    clock.epoch = now;
    const book = new HealthBook({ folder, clock, redact: (text) => text, onError: (error) => errors.push(error) });
    writeFileSync(folder, 'a file in place of the folder');
    book.recordAttempt(entry(), false);
    await book.flush();
    assert.equal(errors.splice(0).length, 1);
    removeTemporaryFolder(folder);
    await clock.advance(60_000);
    await book.refresh();
    assert.deepEqual([await attemptsOnDisk(), clock.pending], [{ 'gpt-4o': 1 }, 0]);
  });

  it('keep the last 10,000 attempts in memory while no file can be written', () => {
    const clock = new VirtualClock();
    const book = new HealthBook({ folder, clock, redact: (text) => text, onError: (error) => errors.push(error) });
    for (let times = 0; times < 10_010; times++) book.recordAttempt(entry({ model: `m${times}` }), false);
    assert.deepEqual([book.records().length, book.records()[0]?.model], [10_000, 'm10']);
  });

  describe("when a file or the folder can't be read", () => {
    const name = '2026-11-20.bbbbbbbb.jsonl';
    const unreadable: readonly (readonly [kind: string, create: (path: string) => unknown])[] = [
      ['a folder', (path) => mkdirSync(path)],
      ['a link to itself', (path) => symlinkSync(path, path)],
      ['a pipe', (path) => execFileSync('mkfifo', [path])],
      ['an endless device', (path) => symlinkSync('/dev/zero', path)],
      ['a file of more than 16 MB', (path) => writeFileSync(path, Buffer.alloc(16 * 1024 * 1024 + 1))],
    ];
    for (const [kind, create] of unreadable) {
      it(`contain the records of the other files, and report an error about ${kind} once`, async function () {
        if (process.platform === 'win32') this.skip();
        await write('a');
        create(join(folder, name));
        const book = openBook();
        for (let times = 0; times < 2; times++) await book.refresh();
        assert.deepEqual(countsOf(book), { a: 1 });
        assert.match(
          errors.splice(0).join(),
          /^Error: The usage in [^,]*2026-11-20.bbbbbbbb.jsonl can't be read: E[A-Z]+$/,
        );
      });
    }

    it("are marked as incomplete for the file's day until the file can be read", async function () {
      if (process.platform === 'win32') this.skip();
      await write('a');
      mkdirSync(join(folder, name));
      const book = openBook();
      const isComplete = async (): Promise<readonly boolean[]> => {
        await book.refresh();
        return [book.isCompleteSince(Date.UTC(2026, 10, 20)), book.isCompleteSince(Date.UTC(2026, 10, 21))];
      };
      assert.deepEqual(await isComplete(), [false, true]);
      rmdirSync(join(folder, name));
      assert.deepEqual(await isComplete(), [true, true]);
      mkdirSync(join(folder, name));
      await isComplete();
      assert.equal(errors.splice(0).length, 2);
    });

    it('keep the attempts that were read before the folder became unreadable', async () => {
      await write('a');
      const book = openBook();
      await book.refresh();
      removeTemporaryFolder(folder);
      writeFileSync(folder, 'a file in place of the folder');
      await book.refresh();
      assert.deepEqual([countsOf(book), book.isCompleteSince(now)], [{ a: 1 }, false]);
      assert.ok(errors.splice(0).length > 0);
    });
  });

  it('are empty in all windows after the user has cleared them', async () => {
    await write('a');
    const [first, second] = [openBook(), openBook()];
    await second.refresh();
    let changes = 0;
    first.onDidChange(() => changes++);
    first.recordAttempt(entry({ model: 'b' }), false);
    await first.clear();
    await first.flush();
    await second.refresh();
    assert.deepEqual([first.records(), second.records(), changes], [[], [], 2]);
    first.recordAttempt(entry({ model: 'c' }), false);
    await first.flush();
    assert.deepEqual(await attemptsOnDisk(), { c: 1 });
  });

  it('do not include cleared attempts, even if the file later has the same size as before', async () => {
    const book = openBook();
    for (const model of ['a', 'b']) {
      if (model === 'b') await book.clear();
      book.recordAttempt(entry({ model }), false);
      await book.flush();
      await book.refresh();
    }
    assert.deepEqual(countsOf(book), { b: 1 });
  });

  describe('written while turns run', () => {
    const key = 'hsa-secret-key-1';
    const prompt = 'a secret prompt';
    const answer = 'a secret answer';

    it('contain each attempt as soon as the attempt ends, and its waits and its result as soon as the turn ends', async () => {
      const book = openBook();
      const world = new EngineWorld({
        replies: [rateLimited(2), answering(answer)],
        deps: { onAttemptEnd: (...end) => book.recordAttempt(...end), onTurnEnd: (turn) => book.recordTurn(turn) },
      });
      const run = world.ask();
      await world.clock.advance(1000);
      assert.deepEqual(rowsOf(book.records(), 'result', 'retry'), [['rate-limit', undefined]]);
      await run.toEnd();
      await book.flush();
      assert.deepEqual(rowsOf(book.records(), 'result', 'retry'), [
        ['rate-limit', undefined],
        ['complete', true],
        ['waited', undefined],
        ['waited', undefined],
      ]);
      assert.ok(book.records()[2]!.waitedMs! >= 2000);
      assert.deepEqual(valuesOf(book.records(), 'turnResult'), [undefined, undefined, undefined, 'complete']);
    });

    it('contain the same costs as the conversation, even if VS Code was reloaded during an answer', async () => {
      const book = openBook();
      const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: 0.25 };
      const part = (body: LiveBody): LiveBody => body.delta('A part of the answer that a cut has left. ');
      const world = new EngineWorld({
        replies: [
          cutStream((body) => void part(body).event({ choices: [], usage })),
          streaming((body) => void part(body)),
        ],
        deps: { onAttemptEnd: (...end) => book.recordAttempt(...end) },
      });
      const run = world.ask();
      while (run.of('attempt').length < 2) await world.clock.next();
      await settle();
      book.recordInterrupted(world.engine.report().turns);
      await book.flush();
      const shown = totalCost([markInterrupted(run.events.reduce(reduceTurn, initialTurn))]);
      const [row] = createHealthReport(book.records(), world.clock.now()).days.rows;
      assert.deepEqual([row?.total.costs, row?.total.unknownCosts], [shown.costs, shown.unknownAnswers]);
      assert.deepEqual([shown.costs[0]?.amount, shown.unknownAnswers, row?.total.attempts], [0.25, 1, 2]);
    });

    it('contain no prompt, answer or key', async () => {
      const keys = new KeyRedactor();
      const book = openBook((text) => keys.redact(text));
      const echo = status(500, { error: { message: `${key} asked: ${prompt}` } });
      const world = new EngineWorld({
        replies: [echo, answering(answer)],
        keys,
        deps: { onAttemptEnd: (...end) => book.recordAttempt(...end) },
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
