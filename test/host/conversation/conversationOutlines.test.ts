import assert from 'node:assert/strict';
import type { Journal } from '../../../src/host/journal/journal';
import { fake } from '../../support/fake';
import { randomUUID } from 'node:crypto';
import { appendFile, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConversationIndex, findExcerpt, splitWords } from '../../../src/host/conversation/conversationOutlines';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { nextWindow, type Disk } from '../../support/host/conversationWindow';
import { attempt, done, waitForEvents, text } from '../../support/host/scriptedEngine';
import { rowsOf } from '../../support/valuesOf';

describe('conversation list', () => {
  let disk: Disk;
  const pathOf = (id: string): string => join(disk.folder, `${id}.jsonl`);

  beforeEach(() => {
    disk = { folder: temporaryFolder(), memory: new Map(), limit: 10, epoch: Date.now() };
  });
  afterEach(() => removeTemporaryFolder(disk.folder));

  it('contains the conversations that are not empty, newest first', async () => {
    const before = nextWindow(disk);
    const first = await before.talk(['  What do sheep eat?\nPlease.', 'Grass'], ['And goats?', 'Everything']);
    const second = await before.talk(['Hi', 'Hello']);
    await before.conversations.rename(second, 'Greeting');
    await before.journal.flush();
    await utimes(pathOf(first), 2000, 2000);
    await utimes(pathOf(second), 1000, 1000);
    const { conversations } = nextWindow(disk);
    conversations.startNew();
    assert.deepEqual(await conversations.list(), [
      { id: first, title: 'What do sheep eat?', lastActivityAt: 2_000_000, turns: 2, busy: false },
      { id: second, title: 'Greeting', lastActivityAt: 1_000_000, turns: 1, busy: false },
    ]);
    assert.deepEqual(await conversations.list(), await conversations.list());
  });

  it("shows the title and the number of turns of each conversation's selected branch", async () => {
    const before = nextWindow(disk);
    const id = await before.talk(['one', '1'], ['two', '2']);
    const conversation = before.conversations.current!;
    conversation.edit(conversation.tree.path()[0]!.exchange.id, { prompt: 'eins' });
    conversation.stopAll();
    await before.journal.flush();
    for (const { conversations } of [before, nextWindow(disk)]) {
      const [only] = await conversations.list();
      assert.deepEqual([only?.id, only?.title, only?.turns], [id, 'eins', 1]);
    }
  });

  it('contains a conversation that starts with a summary of another conversation and has no prompt', async () => {
    const before = nextWindow(disk);
    const conversation = before.conversations.startNew();
    conversation.addSummary('In short');
    assert.notEqual(before.conversations.startNew(), conversation);
    await before.journal.flush();
    for (const { conversations } of [before, nextWindow(disk)]) {
      const [only] = await conversations.list();
      assert.deepEqual([only?.id, only?.title, only?.turns], [conversation.id, '', 0]);
    }
  });

  it('shows the current state of open conversations, also in search results', async () => {
    const { conversations, engine, clock, talk } = nextWindow(disk);
    const id = await talk(['one', '1']);
    const { lastActivityAt: at } = (await conversations.list())[0]!;
    await clock.advance(1000);
    conversations.current?.ask({ prompt: 'two' });
    const now = (await conversations.list())[0];
    assert.deepEqual(now, { id, title: 'one', lastActivityAt: at + 1000, turns: 2, busy: true });
    engine.turn.emit(attempt(), text('a word of '), text('wisdom'));
    await waitForEvents();
    await clock.advance(16);
    assert.equal((await conversations.search('WISDOM word'))[0]?.excerpt, 'a word of wisdom');
  });

  const header = JSON.stringify({ type: 'conversation', schema: 1, id: randomUUID(), createdAt: 0 });
  const newer = header.replace('"schema":1', '"schema":2');
  const exchangeLine = (id: string, parentAnswer = ''): string =>
    JSON.stringify({ type: 'exchange', id, parentAnswer, prompt: `Prompt ${id}`, answers: [{ id }] });
  const title = JSON.stringify({ type: 'title', title: 'Named' });
  for (const { what, lines, expected } of [
    { what: 'an empty file', lines: [], expected: undefined },
    { what: 'a file with half of a header', lines: [header.slice(0, 30)], expected: undefined },
    { what: 'a conversation without a prompt', lines: [header, '{"'], expected: undefined },
    { what: 'a file whose only line is not JSON', lines: ['oops', ''], expected: ['', 0, 'damaged'] },
    { what: 'a file whose only line is not JSON and has no line break', lines: ['oops'], expected: ['', 0, 'damaged'] },
    {
      what: 'a conversation with a damaged first prompt',
      lines: [header, '\0\0', exchangeLine('b'), ''],
      expected: ['Prompt b', 1, 'damaged'],
    },
    {
      what: 'a conversation with a damaged second prompt',
      lines: [header, exchangeLine('a'), '\0\0', exchangeLine('c', 'a'), ''],
      expected: ['Prompt a', 2, 'damaged'],
    },
    {
      what: 'a titled conversation whose first prompt is damaged',
      lines: [header, title, '\0\0', ''],
      expected: ['Named', 0, 'damaged'],
    },
    { what: 'a conversation of a newer schema', lines: [newer, '{"type":"other"}', ''], expected: ['', 0, 'damaged'] },
  ] as const) {
    it(`${expected ? 'shows the readable part of' : 'omits'} ${what}, and leaves the file unchanged`, async () => {
      const { conversations, errors } = nextWindow(disk);
      const id = randomUUID();
      const content = lines.join('\n');
      await writeFile(pathOf(id), content);
      const [found, ...others] = await conversations.list();
      assert.deepEqual(found && [found.title, found.turns, found.problem], expected);
      assert.deepEqual(others, []);
      assert.equal((await conversations.search(expected?.[0] ?? '')).length, expected ? 1 : 0);
      assert.equal(await readFile(pathOf(id), 'utf8'), content);
      assert.deepEqual(errors, []);
    });
  }

  it('keeps the position of a conversation that is renamed or opened', async () => {
    const before = nextWindow(disk);
    const old = await before.talk(['old', '1']);
    const recent = await before.talk(['recent', '2']);
    await utimes(pathOf(old), 1000, 1000);
    const { conversations, journal } = nextWindow(disk);
    const ids = async (): Promise<unknown> => (await conversations.list()).map(({ id }) => id);
    await conversations.rename(old, 'New name');
    assert.deepEqual(await ids(), [recent, old]);
    await conversations.open(old);
    assert.deepEqual(await ids(), [recent, old]);
    conversations.startNew();
    await conversations.open(recent);
    await journal.flush();
    const list = await nextWindow(disk).conversations.list();
    assert.deepEqual(rowsOf(list, 'id', 'title'), [
      [recent, 'recent'],
      [old, 'New name'],
    ]);
    assert.equal(list[1]?.lastActivityAt, 1_000_000);
  });

  it('reads the title and the turns of a conversation without changing its file', async () => {
    const before = nextWindow(disk);
    const id = await before.talk(['one', '1']);
    await before.conversations.rename(id, 'Numbers');
    await before.journal.flush();
    const content = await readFile(pathOf(id));
    const { conversations } = nextWindow(disk);
    for (const { conversations } of [before, nextWindow(disk)]) {
      const read = await conversations.read(id);
      assert.deepEqual([read?.title, read?.firstPrompt, read?.path().length], ['Numbers', 'one', 1]);
    }
    assert.ok(content.equals(await readFile(pathOf(id))));
    assert.equal(await conversations.read(randomUUID()), undefined);
    assert.equal(await conversations.read('../x'), undefined);
  });

  it('finds conversations that contain all words of the search, ignoring case', async () => {
    const before = nextWindow(disk);
    const sheep = await before.talk(['What do sheep eat?', 'Grass and more grass'], ['And goats?', 'Everything']);
    const german = await before.talk(['Was fressen Schafe?', 'Gras']);
    await before.conversations.rename(german, 'German lesson');
    const conversation = before.conversations.startNew();
    conversation.ask({ prompt: '羊吃什么？' });
    before.engine.turn.emit(attempt(), text('吃'), text('青草'), done('吃青草'));
    await waitForEvents();
    await before.journal.flush();
    for (const { conversations } of [before, nextWindow(disk)]) {
      for (const [query, ids] of [
        ['GRASS', [sheep]],
        ['goats grass', [sheep]],
        ['goats schafe', []],
        ['gras', [sheep, german]],
        ['lesson', [german]],
        ['吃青草', [conversation.id]],
        ['type exchange', []],
      ] as const) {
        // Searches twice, because the second search uses the cache.
        for (const found of [await conversations.search(query), await conversations.search(query)]) {
          assert.deepEqual(found.map(({ id }) => id).sort(), [...ids].sort(), query);
        }
      }
    }
  });

  it('stops a search when the search is canceled', async () => {
    const before = nextWindow(disk);
    await before.talk(['one', '1']);
    assert.deepEqual(await before.conversations.search('one', AbortSignal.abort()), []);
  });

  it('reads a file a second time only when the file has changed', async () => {
    const { talk, journal } = nextWindow(disk);
    const ids = [await talk(['one', 'first']), await talk(['two', 'second'])].sort();
    const reads: string[] = [];
    const index = new ConversationIndex(
      fake<Journal>({
        files: journal.files,
        read: (id) => {
          reads.push(id);
          return journal.read(id);
        },
      }),
    );
    const readAll = async (): Promise<readonly string[]> => {
      reads.length = 0;
      for (const { id } of await index.list()) await index.texts(id);
      return reads.toSorted();
    };
    assert.deepEqual([await readAll(), await readAll()], [ids, []]);
    await appendFile(pathOf(ids[0]!), `${JSON.stringify({ type: 'title', title: 'New' })}\n`);
    assert.deepEqual(await readAll(), [ids[0]]);
    await rm(pathOf(ids[1]!));
    assert.deepEqual(rowsOf(await index.list(), 'id', 'title'), [[ids[0], 'New']]);
    assert.deepEqual(await index.texts(ids[1]!), []);
  });
});

describe('excerpt of a conversation that a search has found', () => {
  const long = `${'a '.repeat(100)}needle${' z'.repeat(200)}`;
  for (const { name, texts, query, expected } of [
    { name: 'a complete short text', texts: ['one\n  two'], query: 'TWO', expected: 'one two' },
    { name: 'the first text with a match', texts: ['one', 'two', 'two more'], query: 'two', expected: 'two' },
    { name: 'undefined if a word is missing', texts: ['one', 'two'], query: 'one three', expected: undefined },
    { name: 'an empty string for an empty query', texts: ['one'], query: ' ', expected: '' },
  ]) {
    it(`returns ${name}`, () => assert.equal(findExcerpt(texts, splitWords(query)), expected));
  }

  it('is shortened on both sides of the match, with ellipses', () => {
    const excerpt = findExcerpt([long], ['needle']) ?? '';
    assert.match(excerpt, /^….*a needle z.*…$/);
    assert.ok(excerpt.length < 170);
  });

  it('does not split surrogate pairs', () => {
    const excerpt = findExcerpt(['🐑'.repeat(99) + 'x' + '🐑'.repeat(99)], ['x']) ?? '';
    assert.ok(excerpt.isWellFormed(), excerpt);
  });
});
