import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import type { TurnRecord } from '../../../src/engine/state/ledger';
import { HealthBook } from '../../../src/host/health/healthBook';
import { figuresOf } from '../../../src/host/health/healthReport';
import { hourMs } from '../../../src/host/health/healthTally';
import { systemClock } from '../../../src/host/util/systemClock';
import { EngineWorld } from '../../support/engineRun';
import { answering, status, streaming, type LiveBody } from '../../support/scriptedFetch';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { VirtualClock } from '../../support/virtualClock';
import { randomNumbers } from '../../simulate/randomNumbers';
import { entry, failedEntry, noon, origin, turn, wait } from './records';

const dayMs = 24 * hourMs;
const megabyte = 2 ** 20;

describe('health book', () => {
  let folder: string;
  let now: number;
  let errors: unknown[];
  const file = (): string => join(folder, 'health.jsonl');

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

  /** Returns the number of attempts that a new window finds, by model. */
  async function attemptsOnDisk(): Promise<Readonly<Record<string, number>>> {
    const book = openBook();
    await book.refresh();
    const counts: Record<string, number> = {};
    for (const { model, attempts } of book.tallies()) counts[model] = (counts[model] ?? 0) + attempts;
    return counts;
  }

  async function write(model: string, times = 1): Promise<void> {
    const book = openBook();
    for (let count = 0; count < times; count++) book.record(turn(entry({ model })));
    await book.flush();
  }

  /** Returns the turns of a window that answers with varying success over 14 days, and their seed decides how. */
  function* randomTurns(seed: number, count: number, pairs: number, nameLength = 0): Generator<TurnRecord> {
    const random = randomNumbers(seed);
    for (let number = 0; number < count; number++) {
      const pair = Math.floor(random() * pairs);
      const fields = {
        origin: `https://gateway-${pair % 5}.test`.padEnd(nameLength, 'x'),
        model: `model-${pair}`.padEnd(nameLength, 'x'),
        time: noon - 12 * dayMs + (number / count) * 12 * dayMs,
      };
      const ms = Math.exp(5 + 4 * random());
      const numbers = { firstTokenMs: ms, ms: ms + 5000 * random(), promptTokens: 100, completionTokens: 50 };
      const ended = { how: 'finished', ...numbers, bytes: 1, chars: 1 } as const;
      now = fields.time;
      yield turn(random() < 0.1 ? failedEntry({ ...fields, waits: [wait(1000)] }) : entry({ ...fields, ended }));
    }
  }

  it('contains a turn of this window at once, and after the next start', async () => {
    const book = openBook();
    const changes: number[] = [];
    book.onDidChange(() => changes.push(book.tallies().length));
    book.record(turn(failedEntry(), entry()));
    assert.deepEqual(changes, [1]);
    await book.flush();
    assert.deepEqual(await attemptsOnDisk(), { 'gpt-4o': 2 });
    const next = openBook();
    await next.refresh();
    assert.deepEqual(next.tallies(), book.tallies());
  });

  it('writes turns together a second after the first of them has ended', async () => {
    const clock = new VirtualClock();
    clock.epoch = now;
    const book = new HealthBook({ folder, clock, redact: (text) => text, onError: (error) => errors.push(error) });
    book.record(turn(entry()));
    await clock.advance(900);
    book.record(turn(entry()));
    assert.equal(existsSync(file()), false);
    await clock.advance(100);
    assert.deepEqual(await attemptsOnDisk(), { 'gpt-4o': 2 });
    assert.equal(clock.pending, 0);
  });

  it('gives other users of the machine no access to its file', async function () {
    if (process.platform === 'win32') this.skip();
    await write('a');
    await write('a');
    assert.deepEqual([statSync(folder).mode & 0o777, statSync(file()).mode & 0o777], [0o700, 0o600]);
  });

  it('contains the turns of other windows after it has been refreshed', async () => {
    const [first, second] = [openBook(), openBook()];
    await second.refresh();
    first.record(turn(entry({ model: 'a' })));
    second.record(turn(entry({ model: 'b' })));
    await first.flush();
    assert.deepEqual(
      second.tallies().map(({ model }) => model),
      ['b'],
    );
    await second.refresh();
    assert.deepEqual(
      second
        .tallies()
        .map(({ model }) => model)
        .sort(),
      ['a', 'b'],
    );
  });

  it('loses nothing when two windows write alternately', async () => {
    const [first, second] = [openBook(), openBook()];
    for (let times = 0; times < 20; times++) {
      first.record(turn(entry({ model: 'a' })));
      await first.flush();
      second.record(turn(entry({ model: 'b' })));
      await second.flush();
    }
    assert.deepEqual(await attemptsOnDisk(), { a: 20, b: 20 });
  });

  it('loses nothing when windows write at the same time while others start and condense the file', async () => {
    const windows = Array.from({ length: 3 }, () => openBook());
    await Promise.all([
      ...windows.map(async (book, index) => {
        for (let times = 0; times < 15; times++) {
          book.record(turn(entry({ model: `m${index}` })));
          await book.flush();
        }
      }),
      ...Array.from({ length: 15 }, () => write('starting')),
      ...windows.map(async (book) => {
        for (let times = 0; times < 15; times++) await book.refresh();
      }),
    ]);
    const expected = { m0: 15, m1: 15, m2: 15, starting: 15 };
    assert.deepEqual(await attemptsOnDisk(), expected);
    for (const book of windows) await book.refresh();
    const shown = windows.map((book) => book.tallies().reduce((sum, { attempts }) => sum + attempts, 0));
    assert.deepEqual(shown, [60, 60, 60]);
    assert.deepEqual(readdirSync(folder), ['health.jsonl']);
  });

  it('keeps the exact numbers of ten thousand turns of two windows in less than a megabyte', async function () {
    this.timeout(120_000);
    const windows = [openBook(), openBook()];
    let largest = 0;
    let number = 0;
    for (const record of randomTurns(7, 10_000, 30)) {
      const book = windows[Math.floor(number / 50) % 2]!;
      book.record(record);
      if (++number % 50 > 0) continue;
      await book.flush();
      largest = Math.max(largest, statSync(file()).size);
    }
    const counts = await attemptsOnDisk();
    assert.equal(Object.keys(counts).length, 30);
    assert.equal(
      Object.values(counts).reduce((sum, count) => sum + count),
      10_000,
    );
    assert.ok(largest < megabyte, `${largest} bytes`);
  });

  it('stays smaller than a megabyte with more models than it keeps, whose names are long', async function () {
    this.timeout(120_000);
    const book = openBook();
    let largest = 0;
    let number = 0;
    for (const record of randomTurns(8, 10_000, 90, 1000)) {
      book.record(record);
      if (++number % 50 > 0) continue;
      await book.flush();
      largest = Math.max(largest, statSync(file()).size);
    }
    assert.equal(Object.keys(await attemptsOnDisk()).length, 30);
    assert.ok(largest < megabyte, `${largest} bytes`);
  });

  it('drops turns after 14 days, and removes them from the file when a window writes for the first time', async () => {
    await write('old');
    now += 15 * dayMs;
    assert.deepEqual(await attemptsOnDisk(), {});
    const book = openBook();
    book.record(turn(entry({ model: 'new', time: now })));
    await book.flush();
    assert.ok(!readFileSync(file(), 'utf8').includes('old'));
  });

  describe('whose file is damaged', () => {
    it('loses only a line that a crash has left incomplete', async () => {
      await write('a');
      const book = openBook();
      book.record(turn(entry({ model: 'b' })));
      await book.flush();
      appendFileSync(file(), '\n{"at":1790000000000,"origin":"https://gate');
      book.record(turn(entry({ model: 'c' })));
      await book.flush();
      assert.deepEqual(await attemptsOnDisk(), { a: 1, b: 1, c: 1 });
    });

    for (const [name, line] of [
      ['is not JSON', '\0\0\0\0 not JSON'],
      ['is another value', '[1, 2]'],
      ['has a negative number', `{"at":${noon},"origin":"o","model":"x","attempts":-1}`],
      ['has a number that is too large', `{"at":${noon},"origin":"o","model":"x","attempts":1e300}`],
      ['has no model', `{"at":${noon},"origin":"o","attempts":1}`],
    ] as const) {
      it(`ignores a line that ${name}`, async () => {
        await write('a');
        appendFileSync(file(), `\n${line}`);
        await write('b');
        assert.deepEqual(await attemptsOnDisk(), { a: 1, b: 1 });
      });
    }

    for (const [name, fields] of [
      ['a fraction of a token', { completionTokens: 1.5 }],
      ['a negative number of tokens', { promptTokens: -1 }],
      ['text instead of a number', { waitedMs: '4' }],
      ['a number that is too large', { cuts: 1e300 }],
      ['no valid number of attempts', { attempts: 2.5 }],
      [
        'an unknown bucket',
        {
          firstTokenMs: [
            [9999, 1],
            [50, 2],
          ],
        },
      ],
      ['no list of buckets', { tokensPerMinute: 7 }],
      ['a fault that did not occur a whole number of times', { faults: { timeout: 2, server: 0.5 } }],
    ] as const) {
      it(`keeps the other numbers of a line that contains ${name}`, async () => {
        mkdirSync(folder, { recursive: true });
        const numbers = { attempts: 3, complete: 1, faults: { timeout: 2 }, firstTokenMs: [[50, 2]] };
        writeFileSync(file(), `\n${JSON.stringify({ at: noon, origin: 'o', model: 'a', ...numbers, ...fields })}`);
        const book = openBook();
        await book.refresh();
        const [tally] = book.tallies();
        assert.deepEqual(
          [tally?.attempts, tally?.complete, tally?.faults, [...(tally?.firstTokenMs ?? [])]],
          [3, 1, { timeout: 2 }, [[50, 2]]],
        );
        assert.deepEqual(
          [tally?.promptTokens, tally?.completionTokens, tally?.cuts, tally?.waitedMs, tally?.tokensPerMinute.size],
          [0, 0, 0, 0, 0],
        );
      });
    }

    it('ignores a fault kind of a newer version', async () => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file(), `\n{"at":${noon},"origin":"o","model":"a","attempts":2,"faults":{"comet":1,"timeout":1}}`);
      const book = openBook();
      await book.refresh();
      assert.deepEqual(
        book.tallies().map(({ faults }) => faults),
        [{ timeout: 1 }],
      );
    });

    it('starts again when the file is far too large', async () => {
      await write('a');
      appendFileSync(file(), Buffer.alloc(5 * megabyte, 'x'));
      await write('b');
      assert.deepEqual(await attemptsOnDisk(), { b: 1 });
    });

    it('keeps turns in memory and reports only the first error while the file can’t be written', async () => {
      mkdirSync(file(), { recursive: true });
      const book = openBook();
      for (let times = 0; times < 3; times++) {
        book.record(turn(entry()));
        await book.flush();
        await book.refresh();
      }
      assert.equal(book.tallies()[0]?.attempts, 3);
      assert.match(String(errors.pop()), /EISDIR|EPERM|EACCES|directory/);
      removeTemporaryFolder(file());
      await book.flush();
      assert.deepEqual(await attemptsOnDisk(), { 'gpt-4o': 3 });
    });
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
    assert.deepEqual([first.tallies(), second.tallies(), changes], [[], [], 2]);
    assert.deepEqual(await attemptsOnDisk(), {});
    first.record(turn(entry({ model: 'c' })));
    await first.flush();
    assert.deepEqual(await attemptsOnDisk(), { c: 1 });
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
      now = world.clock.now();
      await world.ask({ request: { messages } }).toEnd();
      await world.ask({ request: { messages, model: key } }).toEnd();
      await book.flush();
      const content = readFileSync(file(), 'utf8');
      assert.ok(content.includes('gateway.test') && content.includes('"server":1'), content);
      for (const secret of [key, 'secret', prompt, answer]) assert.ok(!content.includes(secret), content);
    });

    it('has the numbers that the ledger of the turns has', async () => {
      const book = openBook();
      const usage = { prompt_tokens: 7, completion_tokens: 30, total_tokens: 37 };
      const rateLimited = status(429, { error: { message: 'slow down' } }, { 'retry-after': '5' });
      let body!: LiveBody;
      const world = new EngineWorld({
        replies: [
          rateLimited,
          streaming((live) => (body = live.delta('Hello, '))),
          streaming((body) => body.delta('world').finish('stop', usage).done()),
        ],
        deps: { onTurnEnd: (record) => book.record(record) },
      });
      now = world.clock.now();
      const run = world.ask();
      await world.clock.advance(6000);
      body.break();
      await run.toEnd();
      const [{ attempts } = { attempts: [] }] = world.engine.report().turns;
      const waitedMs = attempts.flatMap(({ waits }) => waits).reduce((sum, { waitedMs: ms = 0 }) => sum + ms, 0);
      const [tally] = book.tallies();
      assert.deepEqual(
        [tally?.origin, tally?.model, tally?.attempts, tally?.complete, tally?.faults],
        [origin, 'gpt-4o', 3, 1, { 'rate-limit': 1, connection: 1 }],
      );
      assert.deepEqual([tally?.cuts, tally?.resumes, tally?.waitedMs], [1, 1, Math.round(waitedMs)]);
      assert.deepEqual([tally?.promptTokens, tally?.completionTokens], [7, 30]);
      assert.equal(figuresOf(book.tallies()).successRate, 1 / 3);
    });
  });
});
