import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Journal } from '../../../src/host/journal/journal';
import { classifyWriteError, type JournalProblem } from '../../../src/host/journal/journalProblem';
import type { StoredConversation } from '../../../src/host/journal/journalFold';
import { isConversationId } from '../../../src/host/journal/journalFolder';
import type { JournalLine } from '../../../src/host/journal/journalSchema';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { VirtualClock } from '../../support/virtualClock';
import { attempt, done, reasoning, resumed, text } from '../conversation/scriptedEngine';
import { dropLocks } from './dropLocks';

const exchange = (id: string, prompt = 'Hi'): JournalLine => ({ type: 'exchange', id, prompt });
const words = (exchangeId: string, ...all: string[]): JournalLine => ({
  type: 'events',
  exchangeId,
  events: all.map((word) => text(word)),
});

describe('journal', () => {
  let folder: string;
  let clock: VirtualClock;
  let problems: JournalProblem[];
  let limit: number;

  beforeEach(() => {
    folder = join(temporaryFolder(), 'conversations');
    clock = new VirtualClock();
    problems = [];
    limit = 100;
  });
  afterEach(() => removeTemporaryFolder(join(folder, '..')));

  /** Opens the journal in a new window after all previous windows have closed. */
  const journal = (keptIds = () => Promise.resolve<ReadonlySet<string>>(new Set())): Journal => {
    dropLocks(folder);
    return sharing(keptIds);
  };
  /** Opens the journal in another window. */
  const sharing = (keptIds = () => Promise.resolve<ReadonlySet<string>>(new Set())): Journal =>
    new Journal({ folder, clock, limit: () => limit, keptIds, onProblem: (problem) => problems.push(problem) });

  const pathOf = (id: string): string => join(folder, `${id}.jsonl`);
  /** Lists all files except locks. */
  const conversationFiles = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => !name.endsWith('.lock')).sort();
  const turnsOf = ({ exchanges }: Pick<StoredConversation, 'exchanges'>): string[] =>
    exchanges.map(({ prompt, state }) => `${prompt}: ${state.phase} "${state.text}"`);
  const turnsOnDisk = async (id: string): Promise<string[] | undefined> => {
    const stored = await sharing().read(id);
    return stored && turnsOf(stored);
  };

  const openToWrite = async (all: Journal, id: string) => {
    const { file, stored } = (await all.open(id))!;
    assert.ok(file);
    return { file, stored };
  };

  /** Writes a conversation to disk and closes it. */
  async function written(...lines: readonly JournalLine[]): Promise<string> {
    const { id, file } = journal().create();
    for (const line of lines) file.append(line);
    await file.flush();
    return id;
  }

  /** @param minutes the age of the file, in minutes */
  async function aged(id: string, minutes: number): Promise<void> {
    const at = clock.now() / 1000 - minutes * 60;
    await utimes(pathOf(id), at, at);
  }

  it('reads the content that it has written', async () => {
    const attachments = [{ label: 'a.ts:1', languageId: 'typescript', code: 'let a;\r\n' }];
    const target = { uri: 'file:///a.ts', startLine: 0, startCharacter: 0 };
    const input = { prompt: 'Explain', content: 'in full', attachments, target, model: 'm', demo: true };
    const end: JournalLine = {
      type: 'events',
      exchangeId: 'e',
      events: [attempt(), text('ü€'), text('𝄞'), done('ü€𝄞')],
    };
    const id = await written({ type: 'exchange', id: 'e', ...input }, end);
    const [loaded] = (await journal().open(id))!.stored.exchanges;
    const { id: exchangeId, state, queued, ...rest } = loaded!;
    assert.deepEqual(rest, input);
    assert.deepEqual([exchangeId, state.phase, state.text, queued], ['e', 'done', 'ü€𝄞', false]);
  });

  it('creates no file for a conversation without a prompt', async () => {
    const all = journal();
    all.create();
    await all.flush();
    all.flushSync();
    assert.deepEqual(await readdir(folder).catch(() => []), []);
  });

  it('marks a turn as interrupted if it was running when its window closed, and keeps its partial answer', async () => {
    const id = await written(exchange('e'), words('e', 'half ', 'of it'));
    assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted "half of it"']);
  });

  it('writes text to disk within 100 ms of its arrival, without a flush', async () => {
    const { id, file } = journal().create();
    file.append(exchange('e'));
    file.append(words('e', 'a'));
    await clock.advance(100);
    // Waits, because the virtual clock only starts the write.
    const content = (): Promise<string> => readFile(pathOf(id), 'utf8').catch(() => '');
    while (!(await content()).endsWith(`${JSON.stringify(words('e', 'a'))}\n`)) await setImmediate();
  });

  it('returns an interrupted turn only the first time the conversation is opened after the interruption', async () => {
    const id = await written(exchange('e'), words('e', 'half'));
    const all = journal();
    assert.equal((await all.listNewestFirst())[0]?.id, id);
    assert.equal((await all.open(id))?.stored.interruptedIds.length, 1);
    await all.flush();
    assert.equal((await journal().open(id))?.stored.interruptedIds.length, 0);
    assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted "half"']);
  });

  it('joins consecutive text into one event', async () => {
    const id = await written(exchange('e'), ...['a', 'b', 'c', 'd', 'e', 'f'].map((word) => words('e', word)));
    const lines = (await readFile(pathOf(id), 'utf8')).trimEnd().split('\n');
    assert.equal(lines.length, 3);
    assert.deepEqual(JSON.parse(lines[2]!), words('e', 'abcdef'));
  });

  it('writes everything synchronously when the window closes, even while a write is running', async () => {
    const all = journal();
    const { id, file } = all.create();
    file.append(exchange('e'));
    file.append(words('e', 'one '));
    const running = file.flush();
    file.append(words('e', 'two '));
    all.flushSync();
    assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted "one two "']);
    await running;
    assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted "one two "']);
  });

  it('appends to a file that it has opened', async () => {
    const id = await written(exchange('e'), words('e', 'one '));
    const { file } = await openToWrite(journal(), id);
    file.append({ type: 'rerun', exchangeId: 'e', go: 'continue' });
    file.append(words('e', 'two'));
    await file.flush();
    assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted "one two"']);
  });

  for (const go of ['continue', 'restart'] as const) {
    it(`restores the state of an answer that was started again in mode "${go}"`, async () => {
      const before: JournalLine = {
        type: 'events',
        exchangeId: 'e',
        events: [reasoning('hm'), resumed(0), text('half')],
      };
      const id = await written(exchange('e'), before, { type: 'rerun', exchangeId: 'e', go });
      const { state } = (await journal().open(id))!.stored.exchanges[0]!;
      const saved = go === 'continue' ? ['half', 'hm', [{ offset: 0 }]] : ['half', '', []];
      assert.deepEqual([state.text, state.reasoning, state.resumePoints], saved);
    });
  }

  it('restores tool calls and the number of bytes of an attempt', async () => {
    const events = [
      attempt(),
      { type: 'tool-call', index: 0, name: 'read', arguments: '{}', attempt: 1, at: 1 },
      { type: 'ended', how: 'finished', ms: 5, bytes: 10, chars: 2, attempt: 1, at: 2 },
    ] as const;
    const id = await written(exchange('e'), { type: 'events', exchangeId: 'e', events });
    const { state } = (await journal().open(id))!.stored.exchanges[0]!;
    assert.deepEqual(state.toolCalls, [{ index: 0, id: '', name: 'read', arguments: '{}' }]);
    assert.equal(state.ledger.entries[0]?.ended?.bytes, 10);
  });

  it('restores the usage of a turn and of its attempts', async () => {
    const counts = { promptTokens: 7, completionTokens: 3, cachedTokens: 5, reasoningTokens: 2, cost: 0.0125 };
    const usage = { totalTokens: 10, ...counts };
    const ended = { how: 'finished', ms: 5, bytes: 10, chars: 2, tokens: 10, ...counts } as const;
    const events = [
      attempt(),
      { type: 'ended', ...ended, attempt: 1, at: 2 },
      { type: 'usage', ...usage, attempt: 1, at: 2 },
    ] as const;
    const id = await written(exchange('e'), { type: 'events', exchangeId: 'e', events });
    const { state } = (await journal().open(id))!.stored.exchanges[0]!;
    assert.deepEqual(state.usage, usage);
    const { tokens, promptTokens, completionTokens, cachedTokens, reasoningTokens, cost } =
      state.ledger.entries[0]!.ended!;
    assert.deepEqual(
      { tokens, promptTokens, completionTokens, cachedTokens, reasoningTokens, cost },
      { tokens: 10, ...counts },
    );
  });

  for (const absurd of [-1, 1.5, 1e300, 'many', null, {}]) {
    it(`leaves out ${JSON.stringify(absurd)} in the usage of a file, which does not count as damaged`, async () => {
      const counts = { completionTokens: absurd, cachedTokens: absurd, reasoningTokens: absurd };
      const cost = absurd === 1.5 ? -1.5 : absurd;
      const lines = {
        type: 'events',
        exchangeId: 'e',
        events: [
          attempt(),
          text('Hello'),
          {
            type: 'ended',
            how: 'finished',
            ms: 5,
            bytes: 1,
            chars: 5,
            tokens: absurd,
            ...counts,
            cost,
            attempt: 1,
            at: 2,
          },
          { type: 'usage', promptTokens: 7, totalTokens: absurd, ...counts, cost, attempt: 1, at: 2 },
        ],
      } as unknown as JournalLine;
      const id = await written(exchange('e'), lines);
      const { state } = (await journal().open(id))!.stored.exchanges[0]!;
      assert.deepEqual([state.text, problems], ['Hello', []]);
      assert.deepEqual(state.usage, { promptTokens: 7, completionTokens: 0, totalTokens: 0 });
      const { ended } = state.ledger.entries[0]!;
      assert.deepEqual([ended?.tokens, ended?.cachedTokens, ended?.cost], [undefined, undefined, undefined]);
    });
  }

  it('removes an incomplete last line, no matter after which byte it ends, and appends after the previous line', async () => {
    const id = await written(exchange('e'), words('e', 'whole'));
    const whole = (await readFile(pathOf(id))).length;
    const incompleteLine = Buffer.from(JSON.stringify(words('e', 'ü torn')));
    for (let cut = 1; cut <= incompleteLine.length; cut++) {
      await appendFile(pathOf(id), incompleteLine.subarray(0, cut));
      const { file, stored } = await openToWrite(journal(), id);
      assert.equal(stored.exchanges[0]!.state.text, 'whole', `cut at ${cut}`);
      file.append(words('e', '!'));
      await file.flush();
      assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted "whole!"'], `cut at ${cut}`);
      await truncate(pathOf(id), whole);
    }
    assert.deepEqual(problems, []);
  });

  it('reuses a file whose first write was incomplete, without reporting a problem', async () => {
    const id = await written(exchange('e', 'Lost'));
    const whole = await readFile(pathOf(id));
    for (let cut = 0; cut < whole.indexOf('\n'); cut++) {
      await writeFile(pathOf(id), whole.subarray(0, cut));
      const { file, stored } = await openToWrite(journal(), id);
      assert.deepEqual(turnsOf(stored), []);
      file.append(exchange('e', 'New'));
      await file.flush();
      assert.deepEqual(await turnsOnDisk(id), ['New: interrupted ""'], `cut at ${cut}`);
    }
    assert.deepEqual(problems, []);
  });

  it('does not create a deleted file again, and reports the failed write', async () => {
    const { id, file } = journal().create();
    file.append(exchange('e'));
    await file.flush();
    await rm(pathOf(id));
    file.append(words('e', 'a'));
    await file.flush();
    assert.equal(await turnsOnDisk(id), undefined);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['unwritten'],
    );
  });

  const header = (id: string): string => `${JSON.stringify({ type: 'conversation', schema: 1, id, createdAt: 0 })}\n`;
  const asked = JSON.stringify(exchange('e'));
  for (const { what, head, lines, salvaged } of [
    { what: 'an invalid header', head: 'oops\n', lines: [asked], salvaged: [] },
    { what: 'other content without a line break', head: 'oops', lines: undefined, salvaged: [] },
    { what: 'a damaged first prompt', lines: ['{"type":"exch', asked], salvaged: ['Hi: interrupted ""'] },
    { what: 'a line of an unknown type', lines: ['{"type":"other"}'], salvaged: [] },
    { what: 'events of an unknown exchange', lines: [JSON.stringify(words('e', 'a'))], salvaged: [] },
    { what: 'an exchange without an id', lines: ['{"type":"exchange","id":"","prompt":"Hi"}'], salvaged: [] },
    {
      what: 'a damaged line in the middle',
      lines: [asked, JSON.stringify(words('e', 'one ', 'two')), '{"type":"eve', JSON.stringify(words('e', ' three'))],
      salvaged: ['Hi: interrupted "one two"'],
    },
    {
      what: 'an invalid event',
      lines: [asked, '{"type":"events","exchangeId":"e","events":[{"type":"text"}]}'],
      salvaged: ['Hi: interrupted ""'],
    },
    {
      what: 'a tool call without an index',
      lines: [
        asked,
        '{"type":"events","exchangeId":"e","events":[{"type":"tool-call","arguments":"","attempt":1,"at":1}]}',
      ],
      salvaged: ['Hi: interrupted ""'],
    },
    {
      what: 'a rerun with an unknown mode',
      lines: [asked, '{"type":"rerun","exchangeId":"e","go":"on"}'],
      salvaged: ['Hi: interrupted ""'],
    },
    {
      what: 'an attachment of an unknown kind',
      lines: [
        asked,
        '{"type":"exchange","id":"f","prompt":"","attachments":[{"label":"","languageId":"","code":"","kind":"x"}]}',
      ],
      salvaged: ['Hi: interrupted ""'],
    },
    {
      what: 'an exchange id that is used twice',
      lines: [asked, JSON.stringify(exchange('e', 'Again'))],
      salvaged: ['Hi: interrupted ""'],
    },
    {
      what: 'an exchange after an unknown exchange',
      lines: [asked, '{"type":"exchange","id":"f","after":"g","prompt":"Hi"}'],
      salvaged: ['Hi: interrupted ""'],
    },
    {
      what: 'a selected version that does not exist',
      lines: [asked, '{"type":"show","exchangeId":"f"}'],
      salvaged: ['Hi: interrupted ""'],
    },
    {
      what: 'a title that is not a string',
      lines: [asked, '{"type":"title","title":1}'],
      salvaged: ['Hi: interrupted ""'],
    },
  ] as readonly {
    readonly what: string;
    readonly head?: string;
    readonly lines: readonly string[] | undefined;
    readonly salvaged: readonly string[];
  }[]) {
    it(`keeps a copy of a file with ${what}, reports it and continues with the lines that can be read`, async () => {
      const id = randomUUID();
      const content = `${head ?? header(id)}${lines ? `${lines.join('\n')}\n` : ''}`;
      await mkdir(folder);
      await writeFile(pathOf(id), content);
      const { stored, file } = await openToWrite(journal(), id);
      assert.deepEqual(turnsOf(stored), salvaged);
      assert.deepEqual(
        problems.map((problem) => [problem.kind, problem.kind === 'corrupt' && problem.salvaged]),
        [['corrupt', salvaged.length]],
      );
      assert.equal(await readFile(`${pathOf(id)}.corrupt`, 'utf8'), content);
      // Checks that the readable lines are on disk immediately, not only after the next prompt.
      if (salvaged.length) assert.deepEqual(await turnsOnDisk(id), salvaged);
      file.append(exchange('n', 'New'));
      await file.flush();
      assert.deepEqual(await turnsOnDisk(id), [...salvaged, 'New: interrupted ""']);
      assert.equal(problems.length, 1);
    });
  }

  it('saves a copy of every damaged file, even of several damaged files of the same conversation', async () => {
    const id = randomUUID();
    await mkdir(folder);
    for (const content of ['one', `${header(id)}${asked}\ntwo\n`, 'three']) {
      await writeFile(pathOf(id), content);
      await journal().open(id);
    }
    const saved = ['.corrupt', '.2.corrupt', '.3.corrupt'].map((ending) => readFile(`${pathOf(id)}${ending}`, 'utf8'));
    assert.deepEqual(await Promise.all(saved), ['one', `${header(id)}${asked}\ntwo\n`, 'three']);
    assert.deepEqual(
      problems.map((problem) => problem.kind === 'corrupt' && problem.savedAs),
      ['.corrupt', '.2.corrupt', '.3.corrupt'].map((ending) => `${pathOf(id)}${ending}`),
    );
  });

  it('does not open a file of a newer schema, reports it and leaves the file unchanged', async () => {
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

  it('opens no conversation for an unknown id', async () => {
    assert.equal(await journal().open(randomUUID()), undefined);
  });

  it('hides, restores and deletes a conversation', async () => {
    const all = journal();
    const { id, file } = all.create();
    assert.equal(await all.hide(id), false);
    const other = all.create();
    other.file.append(exchange('e'));
    assert.equal(await all.hide(other.id), true);
    // Appends further lines, which a closed file must ignore.
    file.append(exchange('e'));
    other.file.append(words('e', 'late'));
    await Promise.all([file.flush(), other.file.flush()]);
    assert.deepEqual(await readdir(folder), [`${other.id}.jsonl.deleted`]);
    assert.deepEqual([await turnsOnDisk(other.id), await all.listNewestFirst()], [undefined, []]);
    await all.unhide(other.id);
    assert.deepEqual(await turnsOnDisk(other.id), ['Hi: interrupted ""']);
    await all.hide(other.id);
    await all.deleteHidden(other.id);
    assert.deepEqual(await readdir(folder), []);
    assert.deepEqual(problems, []);
  });

  it('rejects with the write error when it hides a conversation that could not be written', async () => {
    const all = journal();
    const { id, file } = all.create();
    await writeFile(folder, 'a file where the folder should be');
    file.append(exchange('e'));
    await assert.rejects(all.hide(id), { code: 'EEXIST' });
    await rm(folder);
    await file.flush();
    assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted ""']);
    assert.equal(await all.hide(id), true);
  });

  it('continues to write to a file that could not be hidden', async () => {
    const all = journal();
    const { id, file } = all.create();
    file.append(exchange('e'));
    // Prevents the file from being renamed, as another program does on Windows when it has the file open.
    await mkdir(`${pathOf(id)}.deleted`, { recursive: true });
    await assert.rejects(all.hide(id), { code: 'EISDIR' });
    file.append(words('e', 'more'));
    await all.flush();
    assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted "more"']);
  });

  describe('modification time of a conversation', () => {
    for (const { what, content = '', act } of [
      { what: 'when the conversation is only opened', act: () => undefined },
      { what: 'when an incomplete last line is removed', content: '{"type":"eve', act: () => undefined },
      {
        what: 'when the conversation is renamed',
        act: (append: (line: JournalLine) => void) => append({ type: 'title', title: 'New' }),
      },
      {
        what: 'when another version is selected',
        act: (append: (line: JournalLine) => void) => append({ type: 'show', exchangeId: 'e' }),
      },
    ]) {
      for (const flush of ['flush', 'flushSync'] as const) {
        it(`stays the same ${what} (${flush})`, async () => {
          const id = await written(exchange('e'), words('e', 'half'));
          await appendFile(pathOf(id), content);
          await aged(id, 60 * 24 * 30);
          const { mtimeMs } = await stat(pathOf(id));
          const all = journal();
          const { file } = await openToWrite(all, id);
          act((line) => file.append(line));
          await all[flush]();
          assert.ok((await readFile(pathOf(id), 'utf8')).endsWith('}\n'));
          assert.deepEqual(
            [file.lastActivityAt, Math.round((await stat(pathOf(id))).mtimeMs)],
            [mtimeMs, Math.round(mtimeMs)],
          );
        });
      }
    }

    for (const line of [
      exchange('f'),
      words('e', ' more'),
      { type: 'rerun', exchangeId: 'e', go: 'restart' } as const,
    ] satisfies readonly JournalLine[]) {
      it(`changes when a line of type ${line.type} is appended`, async () => {
        const id = await written(exchange('e'), words('e', 'half'));
        await aged(id, 60 * 24 * 30);
        const { mtimeMs } = await stat(pathOf(id));
        const all = journal();
        const { file } = await openToWrite(all, id);
        file.append(line);
        // Appends a second line, which is written together with the first and must not undo the change.
        file.append({ type: 'title', title: 'New' });
        await all.flush();
        assert.equal(file.lastActivityAt, clock.now());
        assert.ok((await stat(pathOf(id))).mtimeMs > mtimeMs + 1000);
      });
    }
  });

  it('deletes hidden and incomplete files after an hour, but never damaged files', async () => {
    const visible = await written(exchange('e'));
    const hidden = await written(exchange('e'));
    await journal().hide(hidden);
    const endings = [`${visible}.jsonl.tmp`, `${visible}.jsonl.corrupt`, 'own.txt'];
    for (const name of endings) await writeFile(join(folder, name), '');
    clock.epoch = Date.now() + 59 * 60_000;
    await journal().prune();
    assert.equal((await readdir(folder)).length, 5);
    clock.epoch = Date.now() + 61 * 60_000;
    await journal().prune();
    assert.deepEqual((await readdir(folder)).sort(), [`${visible}.jsonl`, `${visible}.jsonl.corrupt`, 'own.txt']);
  });

  it('reports whether all lines of a conversation are on disk', async () => {
    const all = journal();
    const { id, file } = all.create();
    await writeFile(folder, 'a file where the folder should be');
    file.append(exchange('e'));
    await all.flush(id);
    assert.equal(all.isWritten(id), false);
    await rm(folder);
    await all.flush(id);
    assert.equal(all.isWritten(id), true);
    await all.close(id);
    assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted ""']);
  });

  it('deletes the oldest conversations beyond the limit of the history, but no open conversation', async () => {
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
    assert.deepEqual(await conversationFiles(), [oldest!, newer!, newest!].map((id) => `${id}.jsonl`).sort());
    limit = 1;
    await all.prune();
    assert.deepEqual(await conversationFiles(), [`${oldest!}.jsonl`]);
  });

  it('deletes no conversation with a scheduled prompt, and none while it is unknown which have one', async () => {
    const [scheduled, old] = [await written(exchange('e')), await written(exchange('e'))];
    for (const id of [scheduled, old]) await aged(id, 61);
    limit = 0;
    assert.deepEqual(await journal(() => Promise.reject(new Error('the folder is unreadable'))).prune(), []);
    assert.deepEqual(await journal(() => Promise.resolve(new Set([scheduled]))).prune(), [old]);
    assert.deepEqual(await conversationFiles(), [`${scheduled}.jsonl`]);
  });

  it('deletes no conversation that was written within the last hour', async () => {
    const [recent, old] = [await written(exchange('e')), await written(exchange('e'))];
    for (const [id, minutes] of [
      [recent, 59],
      [old, 61],
    ] as const) {
      await aged(id, minutes);
    }
    limit = 0;
    assert.deepEqual(await journal().prune(), [old]);
    assert.deepEqual(await readdir(folder), [`${recent}.jsonl`]);
  });

  it('writes all other files and reports the failure when one file fails as the window closes', async () => {
    const all = journal();
    const [gone, saved] = [all.create(), all.create()];
    gone.file.append(exchange('e'));
    saved.file.append(exchange('e'));
    await all.flush();
    await rm(pathOf(gone.id));
    gone.file.append(words('e', 'lost'));
    saved.file.append(words('e', 'tail'));
    all.flushSync();
    assert.deepEqual(await turnsOnDisk(saved.id), ['Hi: interrupted "tail"']);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['unwritten'],
    );
  });

  it('reports a failing disk only once, and reports when all lines are on disk again', async () => {
    const all = journal();
    const { id, file } = all.create();
    await writeFile(folder, 'a file where the folder should be');
    for (const line of [exchange('e'), words('e', 'a'), words('e', 'b')]) {
      file.append(line);
      await file.flush();
    }
    const kinds = (): string[] => problems.map(({ kind }) => kind);
    assert.deepEqual(kinds(), ['unwritten']);
    await rm(folder);
    file.append(words('e', 'c'));
    await file.flush();
    assert.deepEqual(kinds(), ['unwritten', 'written']);
    assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted "abc"']);
  });

  it('retries a failed write after 5 s even if no further line is appended', async () => {
    let report: (problem: JournalProblem) => void = (problem) => problems.push(problem);
    const all = new Journal({ folder, clock, limit: () => limit, onProblem: (problem) => report(problem) });
    const { id, file } = all.create();
    await writeFile(folder, 'a file where the folder should be');
    file.append(exchange('e'));
    await file.flush();
    await clock.advance(4999);
    await rm(folder);
    assert.equal(await turnsOnDisk(id), undefined);
    const next = new Promise<JournalProblem>((resolve) => (report = resolve));
    await clock.advance(1);
    assert.equal((await next).kind, 'written');
    assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted ""']);
  });

  it('reports a full disk as the reason of a failed write', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const id = randomUUID();
    await mkdir(folder);
    await writeFile(pathOf(id), header(id));
    const { file } = await openToWrite(journal(), id);
    await rm(pathOf(id));
    await symlink('/dev/full', pathOf(id));
    file.append(exchange('e'));
    await file.flush();
    await rm(pathOf(id));
    await writeFile(pathOf(id), `${header(id)}{"type":"half of what was wri`);
    await file.flush();
    assert.deepEqual(
      problems.map((problem) => (problem.kind === 'unwritten' ? problem.failure : problem.kind)),
      ['full', 'written'],
    );
    assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted ""']);
  });
});

describe('conversation id', () => {
  for (const id of ['', '..', '../../etc/passwd', `${randomUUID()}/..`, `../${randomUUID()}`, 1, undefined]) {
    it(`rejects ${JSON.stringify(id)}`, () => assert.equal(isConversationId(id), false));
  }
  it('accepts a UUID', () => assert.equal(isConversationId(randomUUID()), true));
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
});
