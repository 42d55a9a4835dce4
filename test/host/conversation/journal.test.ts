import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Journal, isConversationId, type JournalProblem } from '../../../src/host/conversation/journal';
import type { JournalLine } from '../../../src/host/conversation/journalLines';
import { VirtualClock } from '../../support/virtualClock';
import { attempt, done, reasoning, resumed, text } from './scriptedEngine';

const exchange = (id: string, prompt = 'Hi'): JournalLine => ({ type: 'exchange', id, prompt });
const words = (exchangeId: string, ...all: string[]): JournalLine => ({
  type: 'events',
  exchangeId,
  events: all.map((word) => text(word)),
});

describe('Journal', () => {
  let folder: string;
  let clock: VirtualClock;
  let problems: JournalProblem[];
  let limit: number;

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'journal-')), 'conversations');
    clock = new VirtualClock();
    problems = [];
    limit = 100;
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  const journal = (): Journal =>
    new Journal({ folder, clock, limit: () => limit, onProblem: (problem) => problems.push(problem) });
  const pathOf = (id: string): string => join(folder, `${id}.jsonl`);
  const shown = async (id: string): Promise<string[] | undefined> =>
    (await journal().open(id))?.exchanges.map(({ prompt, state }) => `${prompt}: ${state.phase} "${state.text}"`);

  /** A conversation that is on disk and closed. */
  async function written(...lines: readonly JournalLine[]): Promise<string> {
    const { id, file } = journal().create();
    for (const line of lines) file.append(line);
    await file.flush();
    return id;
  }

  it('gives back what was written', async () => {
    const attachment = { label: 'a.ts:1', languageId: 'typescript', code: 'let a;\r\n' };
    const target = { uri: 'file:///a.ts', startLine: 0, startCharacter: 0, endLine: 1, endCharacter: 0 };
    const input = { prompt: 'Explain', content: 'in full', attachment, target, model: 'm', demo: true };
    const end: JournalLine = {
      type: 'events',
      exchangeId: 'e',
      events: [attempt(), text('ü€'), text('𝄞'), done('ü€𝄞')],
    };
    const id = await written({ type: 'exchange', id: 'e', ...input }, end);
    const [loaded] = (await journal().open(id))!.exchanges;
    const { id: exchangeId, state, queued, ...rest } = loaded!;
    assert.deepEqual(rest, input);
    assert.deepEqual([exchangeId, state.phase, state.text, queued], ['e', 'done', 'ü€𝄞', false]);
  });

  it('leaves no file of a conversation in which nothing was asked', async () => {
    const all = journal();
    all.create();
    await all.flush();
    all.flushSync();
    assert.deepEqual(await readdir(folder).catch(() => []), []);
  });

  it('has a turn that was running as interrupted, with what had arrived', async () => {
    const id = await written(exchange('e'), words('e', 'half ', 'of it'));
    assert.deepEqual(await shown(id), ['Hi: interrupted "half of it"']);
  });

  it('is on disk within 100 ms, by itself', async () => {
    const { id, file } = journal().create();
    file.append(exchange('e'));
    file.append(words('e', 'a'));
    await clock.advance(60);
    await file.flush();
    assert.equal(clock.pending, 0);
    assert.deepEqual(await shown(id), ['Hi: interrupted "a"']);
  });

  it('tells of a turn that was broken off once, and knows the conversation that was written last', async () => {
    const id = await written(exchange('e'), words('e', 'half'));
    const all = journal();
    assert.equal(await all.newest(), id);
    assert.equal((await all.open(id))?.brokenOff, true);
    await all.flush();
    assert.equal((await journal().open(id))?.brokenOff, false);
    assert.deepEqual(await shown(id), ['Hi: interrupted "half"']);
  });

  it('joins neighbouring text into one event', async () => {
    const id = await written(exchange('e'), ...['a', 'b', 'c', 'd', 'e', 'f'].map((word) => words('e', word)));
    const lines = (await readFile(pathOf(id), 'utf8')).trimEnd().split('\n');
    assert.equal(lines.length, 3);
    assert.deepEqual(JSON.parse(lines[2]!), words('e', 'abcdef'));
  });

  it('loses nothing when the window goes away, with or without a write under way', async () => {
    const all = journal();
    const { id, file } = all.create();
    file.append(exchange('e'));
    file.append(words('e', 'one '));
    const underWay = file.flush();
    file.append(words('e', 'two '));
    all.flushSync();
    assert.deepEqual(await shown(id), ['Hi: interrupted "one two "']);
    await underWay;
    file.append(words('e', 'three'));
    await file.flush();
    assert.deepEqual(await shown(id), ['Hi: interrupted "one two three"']);
  });

  it('goes on in a file it has opened', async () => {
    const id = await written(exchange('e'), words('e', 'one '));
    const { file } = (await journal().open(id))!;
    file.append({ type: 'rerun', exchangeId: 'e' });
    file.append(words('e', 'two'));
    await file.flush();
    assert.deepEqual(await shown(id), ['Hi: interrupted "one two"']);
  });

  for (const go of ['continue', 'restart', undefined] as const) {
    it(`keeps of an answer that starts again what it had before: ${go ?? 'no word of how'}`, async () => {
      const had: JournalLine = { type: 'events', exchangeId: 'e', events: [reasoning('hm'), resumed(0), text('half')] };
      const id = await written(exchange('e'), had, { type: 'rerun', exchangeId: 'e', ...(go && { go }) });
      const { state } = (await journal().open(id))!.exchanges[0]!;
      const kept = go === 'continue' ? ['half', 'hm', [{ offset: 0 }]] : ['half', '', []];
      assert.deepEqual([state.text, state.reasoning, state.seams], kept);
    });
  }

  it('keeps tool calls, and what an attempt has cost', async () => {
    const events = [
      attempt(),
      { type: 'tool-call', index: 0, name: 'read', arguments: '{}', attempt: 1, at: 1 },
      { type: 'ended', how: 'finished', ms: 5, bytes: 10, chars: 2, attempt: 1, at: 2 },
    ] as const;
    const id = await written(exchange('e'), { type: 'events', exchangeId: 'e', events });
    const { state } = (await journal().open(id))!.exchanges[0]!;
    assert.deepEqual(state.toolCalls, [{ index: 0, id: '', name: 'read', arguments: '{}' }]);
    assert.equal(state.ledger.entries[0]?.ended?.bytes, 10);
  });

  it('drops a last line torn at any byte, keeps all before it and goes on after it', async () => {
    const id = await written(exchange('e'), words('e', 'whole'));
    const whole = (await readFile(pathOf(id))).length;
    const torn = Buffer.from(JSON.stringify(words('e', 'ü torn')));
    for (let cut = 1; cut <= torn.length; cut++) {
      await appendFile(pathOf(id), torn.subarray(0, cut));
      const { file, exchanges } = (await journal().open(id))!;
      assert.equal(exchanges[0]!.state.text, 'whole', `cut at ${cut}`);
      file.append(words('e', '!'));
      await file.flush();
      assert.deepEqual(await shown(id), ['Hi: interrupted "whole!"'], `cut at ${cut}`);
      await truncate(pathOf(id), whole);
    }
    assert.deepEqual(problems, []);
  });

  it('leaves nothing of a torn line behind', async () => {
    const id = await written(exchange('e'));
    const whole = await readFile(pathOf(id));
    await appendFile(pathOf(id), '{"type":"events"');
    await journal().open(id);
    assert.deepEqual(await readFile(pathOf(id)), whole);
  });

  it('brings back no file full of holes when it was deleted meanwhile, and says that it is gone', async () => {
    const { id, file } = journal().create();
    file.append(exchange('e'));
    await file.flush();
    await rm(pathOf(id));
    file.append(words('e', 'a'));
    await file.flush();
    assert.equal(await shown(id), undefined);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['unwritten'],
    );
  });

  const header = (id: string): string => `${JSON.stringify({ type: 'conversation', schema: 1, id, createdAt: 0 })}\n`;
  for (const [what, content] of [
    ['an empty file', () => ''],
    ['no JSON', () => 'oops\n'],
    ['a broken line in the middle', (id) => `${header(id)}{"type":"exch\n${JSON.stringify(exchange('e'))}\n`],
    ['an unknown line', (id) => `${header(id)}{"type":"other"}\n`],
    [
      'an event of no kind',
      (id) =>
        `${header(id)}${JSON.stringify(exchange('e'))}\n{"type":"events","exchangeId":"e","events":[{"type":"text"}]}\n`,
    ],
    [
      'a tool call without its place',
      (id) =>
        `${header(id)}${JSON.stringify(exchange('e'))}\n` +
        '{"type":"events","exchangeId":"e","events":[{"type":"tool-call","arguments":"","attempt":1,"at":1}]}\n',
    ],
    [
      'a rerun of no kind',
      (id) => `${header(id)}${JSON.stringify(exchange('e'))}\n{"type":"rerun","exchangeId":"e","go":"on"}\n`,
    ],
    ['events of no exchange', (id) => `${header(id)}${JSON.stringify(words('e', 'a'))}\n`],
  ] as const satisfies readonly (readonly [string, (id: string) => string])[]) {
    it(`keeps ${what} aside, says so and starts afresh`, async () => {
      const id = randomUUID();
      await mkdir(folder);
      await writeFile(pathOf(id), content(id));
      const { exchanges, file } = (await journal().open(id))!;
      assert.deepEqual(exchanges, []);
      assert.deepEqual(
        problems.map(({ kind }) => kind),
        ['corrupt'],
      );
      assert.equal(await readFile(`${pathOf(id)}.corrupt`, 'utf8'), content(id));
      file.append(exchange('n', 'New'));
      await file.flush();
      assert.deepEqual(await shown(id), ['New: interrupted ""']);
    });
  }

  it('leaves a file of a later schema as it is, says so and has no conversation of it', async () => {
    const id = randomUUID();
    const content = `${header(id).replace('"schema":1', '"schema":2')}{"type":"other"}\n`;
    await mkdir(folder);
    await writeFile(pathOf(id), content);
    assert.equal(await journal().open(id), undefined);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['newer'],
    );
    assert.deepEqual(await readdir(folder), [`${id}.jsonl`]);
    assert.equal(await readFile(pathOf(id), 'utf8'), content);
  });

  it('has no conversation of an id it never gave', async () => {
    assert.equal(await journal().open(randomUUID()), undefined);
  });

  it('deletes the oldest beyond the limit, and never an open one', async () => {
    const ids: string[] = [];
    for (let age = 5; age > 0; age--) {
      const id = await written(exchange('e'));
      await utimes(pathOf(id), 1000 - age, 1000 - age);
      ids.push(id);
    }
    const [oldest, , , newer, newest] = ids;
    limit = 3;
    const all = journal();
    await all.open(oldest!);
    await all.prune();
    assert.deepEqual((await readdir(folder)).sort(), [oldest!, newer!, newest!].map((id) => `${id}.jsonl`).sort());
    limit = 1;
    await all.prune();
    assert.deepEqual(await readdir(folder), [`${oldest!}.jsonl`]);
  });

  it('deletes nothing that was written within the last hour: another window may have it open', async () => {
    const [recent, old] = [await written(exchange('e')), await written(exchange('e'))];
    for (const [id, minutes] of [
      [recent, 59],
      [old, 61],
    ] as const) {
      const at = clock.now() / 1000 - minutes * 60;
      await utimes(pathOf(id), at, at);
    }
    limit = 0;
    await journal().prune();
    assert.deepEqual(await readdir(folder), [`${recent}.jsonl`]);
  });

  it('writes all other files when one fails as the window goes away, and reports it', async () => {
    const all = journal();
    const [gone, kept] = [all.create(), all.create()];
    gone.file.append(exchange('e'));
    kept.file.append(exchange('e'));
    await all.flush();
    await rm(pathOf(gone.id));
    gone.file.append(words('e', 'lost'));
    kept.file.append(words('e', 'tail'));
    all.flushSync();
    assert.deepEqual(await shown(kept.id), ['Hi: interrupted "tail"']);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['unwritten'],
    );
  });

  it('reports a failing disk once, and writes all of it when the disk is back', async () => {
    const all = journal();
    const { id, file } = all.create();
    await writeFile(folder, 'a file where the folder should be');
    for (const line of [exchange('e'), words('e', 'a'), words('e', 'b')]) {
      file.append(line);
      await file.flush();
    }
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['unwritten'],
    );
    await rm(folder);
    file.append(words('e', 'c'));
    await file.flush();
    assert.deepEqual(await shown(id), ['Hi: interrupted "abc"']);
  });
});

describe('isConversationId', () => {
  for (const id of ['', '..', '../../etc/passwd', `${randomUUID()}/..`, `../${randomUUID()}`, 1, undefined]) {
    it(`refuses ${String(id)}`, () => assert.equal(isConversationId(id), false));
  }
  it('accepts a UUID', () => assert.equal(isConversationId(randomUUID()), true));
});
