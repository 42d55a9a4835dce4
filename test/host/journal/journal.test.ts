import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Journal, type JournalProblem } from '../../../src/host/journal/journal';
import type { StoredConversation } from '../../../src/host/journal/exchangeTree';
import { conversationsFolder, isConversationId } from '../../../src/host/journal/journalFolder';
import type { JournalRecord } from '../../../src/host/journal/records';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { VirtualClock } from '../../support/virtualClock';
import { attempt, done, text } from '../../support/host/scriptedEngine';
import { dropLocks } from '../../support/host/dropLocks';
import { valuesOf } from '../../support/valuesOf';

/** A prompt with one answer, which has the same id. */
const exchange = (id: string, prompt = 'Hi', parentAnswer = ''): JournalRecord => ({
  type: 'exchange',
  id,
  parentAnswer,
  prompt,
  answers: [{ id }],
});
const words = (answer: string, ...all: string[]): JournalRecord => ({
  type: 'events',
  answer,
  events: all.map((word) => text(word)),
});

describe('journal of a conversation', () => {
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
  const turnsOf = ({ tree }: StoredConversation): string[] =>
    tree.path().map(({ exchange: { prompt }, answer: { state } }) => `${prompt}: ${state.phase} "${state.text}"`);
  const turnsOnDisk = async (id: string): Promise<string[] | undefined> => {
    const storedConversation = await sharing().read(id);
    return storedConversation && turnsOf(storedConversation);
  };

  const openToWrite = async (all: Journal, id: string) => {
    const { file, storedConversation } = (await all.open(id))!;
    assert.ok(file);
    return { file, storedConversation };
  };

  /** Writes a conversation to disk and closes it. */
  async function written(...lines: readonly JournalRecord[]): Promise<string> {
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

  it('has the same content when it is read as when it was written', async () => {
    const attachments = [{ kind: 'selection' as const, label: 'a.ts:1', languageId: 'typescript', code: 'let a;\r\n' }];
    const target = { uri: 'file:///a.ts', startLine: 0, startCharacter: 0 };
    const input = { prompt: 'Explain', content: 'in full', attachments, target, reasoningEffort: 'default' as const };
    const end: JournalRecord = {
      type: 'events',
      answer: 'e',
      events: [attempt(), text('ü€'), text('𝄞'), done('ü€𝄞')],
    };
    const created = {
      type: 'exchange',
      id: 'p',
      parentAnswer: '',
      ...input,
      answers: [{ id: 'e', model: 'm' }],
    } as const;
    const id = await written({ type: 'gateways', set: 'demo' }, { ...created, answers: [...created.answers] }, end);
    const { tree } = (await journal().open(id))!.storedConversation;
    const { answers, selected, parentAnswer, id: exchangeId, ...rest } = tree.exchange('p')!;
    assert.deepEqual([rest, exchangeId, parentAnswer, selected, tree.gateways], [input, 'p', '', 'e', 'demo']);
    const { model, state, isQueued } = answers[0]!;
    assert.deepEqual([model, state.phase, state.text, isQueued], ['m', 'done', 'ü€𝄞', false]);
  });

  it('merges adjacent pieces of text into one event', async () => {
    const texts = ['a', 'b', 'c', 'd', 'e', 'f'];
    const id = await written(exchange('e'), ...texts.map((word) => words('e', word)));
    const lines = (await readFile(pathOf(id), 'utf8')).trimEnd().split('\n');
    assert.equal(lines.length, 3);
    assert.deepEqual(JSON.parse(lines[2]!), words('e', texts.join('')));
  });

  it('drops invalid token counts and costs when it is read', async () => {
    for (const absurd of [-1, 1.5, 1e300, 'many', null, {}]) {
      const counts = { completionTokens: absurd, cachedTokens: absurd, reasoningTokens: absurd };
      const cost = absurd === 1.5 ? -1.5 : absurd;
      const ended = { type: 'ended', how: 'finished', ms: 5, bytes: 1, chars: 5, tokens: absurd, ...counts, cost };
      const usage = { type: 'usage', promptTokens: 7, totalTokens: absurd, ...counts, cost };
      const events = [attempt(), text('Hello'), { ...ended, attempt: 1, at: 2 }, { ...usage, attempt: 1, at: 2 }];
      const id = await written(exchange('e'), { type: 'events', answer: 'e', events } as JournalRecord);
      const { state } = (await journal().open(id))!.storedConversation.tree.path()[0]!.answer;
      assert.deepEqual([state.text, problems], ['Hello', []]);
      assert.deepEqual(state.usage, { promptTokens: 7, completionTokens: 0, totalTokens: 0 });
      const attemptEnd = state.ledger.entries[0]!.end;
      assert.deepEqual([attemptEnd?.tokens, attemptEnd?.cachedTokens, attemptEnd?.cost], Array(3).fill(undefined));
    }
  });

  it('replaces an incomplete last line when the next line is written', async () => {
    const id = await written(exchange('e'), words('e', 'whole'));
    const whole = (await readFile(pathOf(id))).length;
    const incompleteLine = Buffer.from(JSON.stringify(words('e', 'ü torn')));
    for (let cut = 1; cut <= incompleteLine.length; cut++) {
      await appendFile(pathOf(id), incompleteLine.subarray(0, cut));
      const { file, storedConversation } = await openToWrite(journal(), id);
      assert.equal(storedConversation.tree.path()[0]!.answer.state.text, 'whole', `cut at ${cut}`);
      file.append(words('e', '!'));
      await file.flush();
      assert.deepEqual(await turnsOnDisk(id), ['Hi: interrupted "whole!"'], `cut at ${cut}`);
      await truncate(pathOf(id), whole);
    }
    assert.deepEqual(problems, []);
  });

  it('reuses its file if the first line of the file is incomplete', async () => {
    const id = await written(exchange('e', 'Lost'));
    const whole = await readFile(pathOf(id));
    for (let cut = 0; cut < whole.indexOf('\n'); cut++) {
      await writeFile(pathOf(id), whole.subarray(0, cut));
      const { file, storedConversation } = await openToWrite(journal(), id);
      assert.deepEqual(turnsOf(storedConversation), []);
      file.append(exchange('e', 'New'));
      await file.flush();
      assert.deepEqual(await turnsOnDisk(id), ['New: interrupted ""'], `cut at ${cut}`);
    }
    assert.deepEqual(problems, []);
  });

  it('does not recreate a file that another program has deleted', async () => {
    const { id, file } = journal().create();
    file.append(exchange('e'));
    await file.flush();
    await rm(pathOf(id));
    file.append(words('e', 'a'));
    await file.flush();
    assert.equal(await turnsOnDisk(id), undefined);
    assert.deepEqual(valuesOf(problems, 'kind'), ['unwritten']);
  });

  const header = (id: string): string => `${JSON.stringify({ type: 'conversation', schema: 1, id, createdAt: 0 })}\n`;
  const asked = JSON.stringify(exchange('e'));
  const noAnswer = 'Hi: interrupted ""';
  for (const { what, lines, salvaged, head } of [
    { what: 'an invalid header', lines: [asked], salvaged: [], head: 'oops\n' },
    { what: 'other content without a line break', lines: undefined, salvaged: [], head: 'oops' },
    { what: 'a damaged first prompt', lines: ['{"type":"exch', asked], salvaged: [noAnswer] },
    { what: 'a line of an unknown type', lines: ['{"type":"other"}'], salvaged: [] },
    { what: 'events of an unknown exchange', lines: [JSON.stringify(words('e', 'a'))], salvaged: [] },
    { what: 'an exchange without an id', lines: [JSON.stringify(exchange(''))], salvaged: [] },
    {
      what: 'an exchange without an answer',
      lines: ['{"type":"exchange","id":"f","parentAnswer":"","prompt":"Hi","answers":[]}'],
      salvaged: [],
    },
    {
      what: 'a damaged line in the middle',
      lines: [asked, JSON.stringify(words('e', 'one ', 'two')), '{"type":"eve', JSON.stringify(words('e', ' three'))],
      salvaged: ['Hi: interrupted "one two"'],
    },
    {
      what: 'an invalid event',
      lines: [asked, '{"type":"events","answer":"e","events":[{"type":"text"}]}'],
      salvaged: [noAnswer],
    },
    {
      what: 'a tool call without an index',
      lines: [
        asked,
        '{"type":"events","answer":"e","events":[{"type":"tool-call","arguments":"","attempt":1,"at":1}]}',
      ],
      salvaged: [noAnswer],
    },
    {
      what: 'a rerun with an unknown mode',
      lines: [asked, '{"type":"rerun","answer":"e","go":"on"}'],
      salvaged: [noAnswer],
    },
    {
      what: 'an attachment of an unknown kind',
      lines: [
        asked,
        JSON.stringify({ ...exchange('f'), attachments: [{ label: '', languageId: '', code: '', kind: 'x' }] }),
      ],
      salvaged: [noAnswer],
    },
    {
      what: 'an exchange id that is used twice',
      lines: [asked, JSON.stringify(exchange('e', 'Again'))],
      salvaged: [noAnswer],
    },
    {
      what: 'an answer id that is used twice',
      lines: [asked, JSON.stringify({ ...exchange('f', 'Again', 'e'), answers: [{ id: 'e' }, { id: 'f' }] })],
      salvaged: [noAnswer, 'Again: interrupted ""'],
    },
    {
      what: 'an exchange after an unknown answer',
      lines: [asked, JSON.stringify(exchange('f', 'Hi', 'g'))],
      salvaged: [noAnswer],
    },
    {
      what: 'an exchange after itself',
      lines: [asked, JSON.stringify(exchange('f', 'Hi', 'f'))],
      salvaged: [noAnswer],
    },
    {
      what: 'answers to an unknown prompt',
      lines: [asked, '{"type":"answers","exchange":"f","answers":[{"id":"g"}]}'],
      salvaged: [noAnswer],
    },
    {
      what: 'a summary up to an unknown answer',
      lines: [asked, '{"type":"summary","upTo":"f","answer":{"id":"s"}}'],
      salvaged: [noAnswer],
    },
    {
      what: 'a prompt after a summary',
      lines: [asked, '{"type":"summary","upTo":"e","answer":{"id":"s"}}', JSON.stringify(exchange('f', 'Hi', 's'))],
      salvaged: [noAnswer],
    },
    {
      what: 'a selected answer that does not exist',
      lines: [asked, '{"type":"select","answer":"f"}'],
      salvaged: [noAnswer],
    },
    { what: 'a list in place of an id', lines: [asked, '{"type":"select","answer":["e"]}'], salvaged: [noAnswer] },
    { what: 'a title that is not a string', lines: [asked, '{"type":"title","title":1}'], salvaged: [noAnswer] },
  ] as readonly {
    readonly what: string;
    readonly lines: readonly string[] | undefined;
    readonly salvaged: readonly string[];
    readonly head?: string;
  }[]) {
    it(`is repaired with its readable lines if it has ${what}, after a copy was saved and the damage was reported`, async () => {
      const id = randomUUID();
      const content = `${head ?? header(id)}${lines ? `${lines.join('\n')}\n` : ''}`;
      await mkdir(folder);
      await writeFile(pathOf(id), content);
      await aged(id, 61);
      const { mtimeMs } = await stat(pathOf(id));
      const { storedConversation, file } = await openToWrite(journal(), id);
      assert.deepEqual(turnsOf(storedConversation), salvaged);
      const [problem] = problems;
      assert.ok(problem?.kind === 'corrupt');
      assert.equal(problem.salvaged, salvaged.length);
      assert.equal(await readFile(problem.savedAs, 'utf8'), content);
      assert.equal(file.lastActivityAt, mtimeMs);
      // The readable lines are on disk immediately, not only after the next prompt.
      assert.deepEqual(await turnsOnDisk(id), salvaged);
      file.append(exchange('n', 'New', storedConversation.tree.path().at(-1)?.answer.id));
      await file.flush();
      assert.deepEqual(await turnsOnDisk(id), [...salvaged, 'New: interrupted ""']);
      assert.equal(problems.length, 1);
    });
  }

  it('is read without unknown buttons of a failure card', async () => {
    const id = randomUUID();
    const failed = { type: 'failed', attempt: 1, at: 1, kind: 'auth', message: 'No key.', text: '' };
    const event = { ...failed, actions: ['setApiKey', 'details', 'retryNow'] };
    await mkdir(folder);
    await writeFile(pathOf(id), `${header(id)}${asked}\n${JSON.stringify({ ...words('e'), events: [event] })}\n`);
    const { storedConversation } = await openToWrite(journal(), id);
    assert.deepEqual(storedConversation.tree.path()[0]?.answer.state.failure?.actions, ['setApiKey', 'retryNow']);
    assert.deepEqual(problems, []);
  });

  it('keeps a copy of every damaged file', async () => {
    const id = randomUUID();
    const contents = ['one', `${header(id)}${asked}\ntwo\n`, 'three'];
    await mkdir(folder);
    for (const content of contents) {
      await writeFile(pathOf(id), content);
      await journal().open(id);
      clock.epoch++;
    }
    const copies = problems.map((problem) => (problem.kind === 'corrupt' ? problem.savedAs : ''));
    assert.deepEqual(await Promise.all(copies.map((copy) => readFile(copy, 'utf8'))), contents);
  });

  it("is unchanged if the readable part of a damaged file can't be saved", async () => {
    const id = randomUUID();
    const content = `${header(id)}${asked}\noops\n`;
    await mkdir(folder);
    await writeFile(pathOf(id), content);
    // Creates a folder in place of the temporary file, so that the file can't be created.
    await mkdir(`${pathOf(id)}.tmp`);
    await assert.rejects(journal().open(id));
    assert.equal(await readFile(pathOf(id), 'utf8'), content);
    assert.deepEqual(await turnsOnDisk(id), [noAnswer]);
  });

  it('is not opened or changed if a newer version of the extension has written it', async () => {
    const id = randomUUID();
    const content = `${header(id).replace('"schema":1', '"schema":2')}{"type":"other"}\n`;
    await mkdir(folder);
    await writeFile(pathOf(id), content);
    assert.equal(await journal().open(id), undefined);
    assert.deepEqual(valuesOf(problems, 'kind'), ['newer']);
    assert.deepEqual(await readdir(folder), [`${id}.jsonl`]);
    assert.equal(await readFile(pathOf(id), 'utf8'), content);
  });

  it('makes the deletion of its conversation fail if the journal could not be written', async () => {
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

  describe('time of the last activity', () => {
    for (const { what, content = '', act } of [
      { what: 'when the conversation is only opened', act: () => undefined },
      { what: 'when an incomplete last line is removed', content: '{"type":"eve', act: () => undefined },
      {
        what: 'when the conversation is renamed',
        act: (append: (line: JournalRecord) => void) => append({ type: 'title', title: 'New' }),
      },
      {
        what: 'when another version is selected',
        act: (append: (line: JournalRecord) => void) => append({ type: 'select', answer: 'e' }),
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
      { type: 'rerun', answer: 'e', go: 'restart' } as const,
    ] satisfies readonly JournalRecord[]) {
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

  it('is deleted from disk one hour after the user has deleted the conversation', async () => {
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

  it('is deleted when newer conversations already fill the history limit', async () => {
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

  it('is not deleted if the conversation has a scheduled prompt', async () => {
    const [scheduled, old] = [await written(exchange('e')), await written(exchange('e'))];
    for (const id of [scheduled, old]) await aged(id, 61);
    limit = 0;
    assert.deepEqual(await journal(() => Promise.reject(new Error('the folder is unreadable'))).prune(), []);
    assert.deepEqual(await journal(() => Promise.resolve(new Set([scheduled]))).prune(), [old]);
    assert.deepEqual(await conversationFiles(), [`${scheduled}.jsonl`]);
  });

  it('is not deleted if it was written within the last hour', async () => {
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

  it("is saved when the window closes, even if another journal can't be written", async () => {
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
    assert.deepEqual(valuesOf(problems, 'kind'), ['unwritten']);
  });

  it('is written 5 s after a failed write, even without a further line', async () => {
    let report: (problem: JournalProblem) => void = (problem) => problems.push(problem);
    const keptIds = () => Promise.resolve(new Set<string>());
    const all = new Journal({ folder, clock, limit: () => limit, keptIds, onProblem: (problem) => report(problem) });
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
});

describe('id of a conversation', () => {
  for (const id of ['', '..', '../../etc/passwd', `${randomUUID()}/..`, `../${randomUUID()}`, 1, undefined]) {
    it(`can't be ${JSON.stringify(id)}`, () => assert.equal(isConversationId(id), false));
  }
  it('can be a UUID', () => assert.equal(isConversationId(randomUUID()), true));
});

describe('folder of the conversations', () => {
  const storage = '/storage/us.ours';

  it('is the same in all windows of a workspace, and different in another workspace', () => {
    const of = (workspace: string): string => conversationsFolder(storage, workspace);
    assert.notEqual(of('file:///project'), of('file:///project/other'));
    assert.match(of('file:///project'), /^\/storage\/us\.ours\/workspaces\/[0-9a-f]{32}\/conversations$/);
  });

  it('is separate for a window without a workspace', () => {
    assert.equal(conversationsFolder(storage, undefined), '/storage/us.ours/conversations');
  });
});
