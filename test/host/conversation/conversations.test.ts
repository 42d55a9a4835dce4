import assert from 'node:assert/strict';
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { holdWrites } from '../../support/heldWrites';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { settle as filesWritten } from '../../support/virtualClock';
import { nextWindow, type Disk } from '../journal/window';
import { attempt, done, settled, text } from './scriptedEngine';

describe('Conversations', () => {
  let folder: string;
  let memory: Map<string, unknown>;
  let disk: Disk;

  beforeEach(() => {
    folder = temporaryFolder();
    memory = new Map();
    disk = { folder, memory, limit: 10, epoch: Date.now() };
  });
  afterEach(() => removeTemporaryFolder(folder));

  const open = () => nextWindow(disk);

  it('gives back, after a reload in mid-stream, all that had arrived', async () => {
    const before = open();
    const conversation = await before.conversations.resume();
    conversation.ask({ prompt: 'Hi' });
    before.engine.turn.give(attempt(), text('one '), text('two '), text('three'));
    await filesWritten();
    before.conversations.flushSync();

    const after = open();
    const again = await after.conversations.resume();
    assert.equal(again.id, conversation.id);
    assert.deepEqual(again.last?.state.text, 'one two three');
    assert.equal(again.last.state.phase, 'interrupted');
    again.retryNow();
    assert.deepEqual(after.engine.turn.options?.earlier, {
      text: 'one two three',
      reasoned: false,
      calledTools: false,
      go: 'continue',
    });
  });

  it('calls no synchronous function of the file system while answers stream and conversations open and close', async () => {
    const { conversations, engine, journal, clock, talk } = open();
    const other = await talk(['one', '1']);
    const disk = holdWrites();
    disk.releaseAll();
    try {
      const conversation = conversations.startNew();
      conversation.ask({ prompt: 'Hi' });
      for (let second = 0; second < 10; second++) {
        engine.turn.give(text('word '));
        await clock.advance(1000);
      }
      await conversations.open(other);
      await conversations.search('word');
      engine.turn.give(done('word '.repeat(10)));
      await filesWritten();
      await journal.flush();
      assert.deepEqual(disk.synchronousCalls, []);
    } finally {
      disk.restore();
    }
  });

  it('sends a prompt only when it is on disk, or 100 ms later', async () => {
    const { conversations, engine, clock } = open();
    const disk = holdWrites();
    try {
      const sent: string[] = [];
      for (const prompt of ['written', 'late']) {
        conversations.startNew().ask({ prompt });
        void engine.turn.options?.connection?.().then(() => sent.push(prompt));
        await clock.advance(99);
        assert.ok(!sent.includes(prompt));
        if (prompt === 'written') await disk.release(0);
        else await clock.advance(1);
        await filesWritten();
        assert.ok(sent.includes(prompt));
      }
    } finally {
      disk.restore();
    }
  });

  it('starts anew after a reload when nothing was interrupted, and opens the old one by its id', async () => {
    const before = open();
    const conversation = await before.conversations.resume();
    conversation.ask({ prompt: 'Hi' });
    before.engine.turn.give(done('Hello'));
    await filesWritten();
    before.conversations.flushSync();

    const after = open();
    assert.notEqual((await after.conversations.resume()).id, conversation.id);
    const opened = await after.conversations.open(conversation.id);
    assert.equal(opened?.last?.state.text, 'Hello');
    assert.equal(after.conversations.current, opened);
  });

  it('brings back the one whose answer was broken off, once', async () => {
    const before = open();
    const conversation = await before.conversations.resume();
    conversation.ask({ prompt: 'Hi' });
    await filesWritten();
    before.conversations.flushSync();

    const after = open();
    assert.deepEqual(
      (await after.conversations.brokenOff()).map(({ id }) => id),
      [conversation.id],
    );
    assert.equal(after.conversations.current?.id, conversation.id);
    await filesWritten();
    after.conversations.flushSync();
    assert.deepEqual(await open().conversations.brokenOff(), []);
  });

  it('is one conversation for all who ask at the same time', async () => {
    const { conversations } = open();
    const all = await Promise.all([conversations.resume(), conversations.resume(), conversations.resume()]);
    assert.equal(new Set(all).size, 1);
  });

  it('opens a file once for all who ask at the same time', async () => {
    const before = open();
    const { id } = await before.conversations.resume();
    before.conversations.current?.ask({ prompt: 'Hi' });
    await filesWritten();
    before.conversations.flushSync();
    const { conversations } = open();
    const all = await Promise.all([conversations.open(id), conversations.open(id), conversations.resume()]);
    assert.equal(new Set(all).size, 1);
  });

  it('keeps a turn running when another conversation is started, and finds it to stop it', async () => {
    const { conversations, engine } = open();
    const first = await conversations.resume();
    first.ask({ prompt: 'Hi' });
    conversations.startNew();
    assert.equal(conversations.running, first);
    engine.turn.give(done('Hello'));
    await settled();
    assert.equal(first.last?.state.text, 'Hello');
    assert.equal(conversations.running, undefined);
  });

  it('leads whoever looks for the running turn to the conversation that was left, and makes it the current one', async () => {
    const { conversations, engine } = open();
    const first = await conversations.resume();
    first.ask({ prompt: 'Hi' });
    const second = conversations.startNew();
    assert.equal(await conversations.resumeBusy(), first);
    assert.equal(conversations.current, first);
    await conversations.open(second.id);
    const current = conversations.current;
    current.ask({ prompt: 'Hi' });
    // With one of its own, the current one is busy enough.
    assert.equal(await conversations.resumeBusy(), current);
    for (const turn of engine.turns) turn.give(done('Hello'));
    await settled();
    assert.equal(await conversations.resumeBusy(), current);
  });

  it('gives the same conversation back when it was left and is opened again', async () => {
    const { conversations, engine, journal } = open();
    const first = await conversations.resume();
    first.ask({ prompt: 'Hi' });
    engine.turn.give(done('Hello'));
    await settled();
    conversations.startNew();
    const again = await conversations.open(first.id);
    assert.deepEqual(
      again?.exchanges().map(({ state }) => state.text),
      ['Hello'],
    );
    again.ask({ prompt: 'More' });
    engine.turn.give(done('Yes'));
    await settled();
    await journal.flush();
    const reloaded = await open().conversations.open(first.id);
    assert.deepEqual(
      reloaded?.exchanges().map(({ state }) => state.text),
      ['Hello', 'Yes'],
    );
  });

  it('keeps no more files than the limit', async () => {
    disk.limit = 2;
    // Files of the last hour are kept in any case.
    disk.epoch = Date.now() + 2 * 60 * 60 * 1000;
    const { conversations, engine, journal, errors } = open();
    const removals: unknown[] = [];
    const asked: string[] = [];
    conversations.onDidRemove((removal) => removals.push(removal));
    for (let n = 0; n < 4; n++) {
      conversations.startNew().ask({ prompt: 'Hi' });
      engine.turn.give(done('Hello'));
      await settled();
      await journal.flush();
      asked.push(conversations.current?.id ?? '');
    }
    await conversations.open(conversations.current?.id);
    assert.equal((await readdir(folder)).filter((name) => name.endsWith('.jsonl')).length, 2);
    assert.deepEqual(
      removals,
      asked.slice(0, 2).map((id) => ({ id, state: 'deleted' })),
    );
    assert.deepEqual(errors, []);
  });

  it('leaves the current conversation alone when the one that is opened is not wanted any more', async () => {
    const before = open();
    const { id } = await before.conversations.resume();
    before.conversations.current?.ask({ prompt: 'Hi' });
    await filesWritten();
    before.conversations.flushSync();
    const { conversations, errors } = open();
    const current = conversations.startNew();
    assert.equal(await conversations.open(id, () => false), undefined);
    assert.equal(conversations.current, current);
    assert.equal(memory.get('holysheep.currentConversation'), current.id);
    assert.equal((await conversations.open(id))?.id, id);
    assert.deepEqual(errors, []);
  });

  it('has no conversation for what is not an id', async () => {
    const { conversations } = open();
    for (const id of [undefined, 1, '../x', {}]) assert.equal(await conversations.open(id), undefined);
  });

  it('gives no second empty conversation, but one beside a conversation with a title', () => {
    const { conversations, errors } = open();
    const first = conversations.startNew();
    assert.equal(conversations.startNew(), first);
    first.rename('Sheep');
    const second = conversations.startNew();
    assert.notEqual(second, first);
    second.ask({ prompt: 'Hi' });
    assert.notEqual(conversations.startNew(), second);
    assert.deepEqual(errors, []);
  });

  it('brings back all that were broken off, the newest first, and no other', async () => {
    const before = open();
    const whole = await before.talk(['Whole', 'Yes']);
    const ids: string[] = [];
    for (const prompt of ['one', 'two']) {
      const conversation = before.conversations.startNew();
      conversation.ask({ prompt });
      ids.unshift(conversation.id);
      await before.journal.flush();
      await utimes(join(folder, `${conversation.id}.jsonl`), ids.length, ids.length);
    }
    await utimes(join(folder, `${whole}.jsonl`), 9, 9);

    const { conversations } = open();
    const found = await conversations.brokenOff();
    assert.deepEqual(
      found.map(({ id }) => id),
      ids,
    );
    assert.equal(conversations.current, found[0]);
    await filesWritten();
    conversations.flushSync();
    assert.deepEqual(await open().conversations.brokenOff(), []);
  });

  it('leaves the current conversation where others were broken off', async () => {
    const before = open();
    before.conversations.startNew().ask({ prompt: 'Hi' });
    await filesWritten();
    before.conversations.flushSync();
    const { conversations } = open();
    const current = conversations.startNew();
    assert.equal((await conversations.brokenOff()).length, 1);
    assert.equal(conversations.current, current);
  });

  it('keeps a conversation open as long as a panel holds it', async () => {
    const { conversations, talk } = open();
    const first = conversations.startNew();
    first.ask({ prompt: 'Hi' });
    first.stop();
    await settled();
    const holds = [conversations.hold(first), conversations.hold(first)];
    await talk(['Other', 'Yes']);
    for (const hold of holds) {
      assert.equal(await conversations.open(first.id), first);
      await talk(['Other', 'Yes']);
      hold.dispose();
      hold.dispose();
    }
    await conversations.list();
    await settled();
    assert.notEqual(await conversations.open(first.id), first);
  });

  it('lets go of one that nobody shows when its turn has ended', async () => {
    const { conversations, engine, talk } = open();
    const first = conversations.startNew();
    first.ask({ prompt: 'one' });
    first.ask({ prompt: 'two' });
    const turn = engine.turn;
    await talk(['Other', 'Yes']);
    turn.give(attempt(), done('1'));
    await settled();
    // The next in line runs.
    assert.equal(conversations.running, first);
    engine.turn.give(attempt(), done('2'));
    await settled();
    const again = await conversations.open(first.id);
    assert.notEqual(again, first);
    assert.deepEqual(
      again?.exchanges().map(({ state }) => state.text),
      ['1', '2'],
    );
  });

  it('keeps open what somebody has just been given, and holds a little later', async () => {
    const id = await open().talk(['one', '1']);
    const { conversations } = open();
    const conversation = (await conversations.open(id))!;
    conversations.startNew();
    // A caller may have callers.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    conversations.hold(conversation);
    await conversations.list();
    assert.equal(await conversations.open(id), conversation);
  });

  it('acts on the conversation whose panel was focused last', async () => {
    const { conversations } = open();
    const changes: string[] = [];
    const first = conversations.startNew();
    first.ask({ prompt: 'Hi' });
    const second = conversations.startNew();
    conversations.hold(second);
    conversations.onDidChange(({ conversation, change }) => changes.push(change ? 'other' : conversation.id));
    conversations.activate(first);
    conversations.activate(first);
    assert.equal(conversations.current, first);
    assert.equal(memory.get('holysheep.currentConversation'), first.id);
    await conversations.remove(second.id);
    conversations.activate(second);
    assert.equal(conversations.current, first);
    assert.deepEqual(changes, [first.id, second.id]);
  });

  it('loses nothing that is asked while the conversation is being let go', async () => {
    const { conversations, engine, journal } = open();
    const first = conversations.startNew();
    first.ask({ prompt: 'Hi' });
    engine.turn.give(done('Hello'));
    await settled();
    conversations.startNew();
    first.ask({ prompt: 'More' });
    engine.turn.give(done('Yes'));
    await settled();
    await journal.flush();
    assert.equal((await open().conversations.read(first.id))?.exchanges.length, 2);
  });

  it('keeps open one that a panel takes while it is being let go', async () => {
    const { conversations, journal, talk } = open();
    await talk(['Hi', 'Hello']);
    const first = conversations.current!;
    const flush = journal.flush.bind(journal);
    journal.flush = async (id) => {
      await flush(id);
      if (id === first.id) conversations.hold(first);
    };
    conversations.startNew();
    assert.equal(await conversations.open(first.id), first);
  });

  describe('that is removed', () => {
    for (const state of ['open', 'busy', 'closed'] as const) {
      it(`is gone when it was ${state}, and back when that is undone`, async () => {
        const { conversations, engine, errors, talk } = open();
        const id = await talk(['Hi', 'Hello']);
        if (state === 'busy') conversations.current?.ask({ prompt: 'More' });
        if (state === 'closed') {
          await talk(['Other', 'Yes']);
          await settled();
        }
        const was = conversations.current;
        const removed = (await conversations.remove(id))!;
        assert.equal(engine.turns.length > 0 && conversations.running, undefined);
        assert.equal(conversations.current, state === 'closed' ? was : undefined);
        assert.deepEqual(
          (await conversations.list()).filter((summary) => summary.id === id),
          [],
        );
        assert.deepEqual([await conversations.open(id), await conversations.read(id)], [undefined, undefined]);
        await removed.undo();
        const texts = (await conversations.open(id))?.exchanges().map(({ state }) => `${state.phase} ${state.text}`);
        assert.deepEqual(texts, state === 'busy' ? ['done Hello', 'stopped '] : ['done Hello']);
        await (await conversations.remove(id))?.deletePermanently();
        assert.deepEqual(
          (await readdir(folder)).filter((name) => name.startsWith(id)),
          [],
        );
        assert.deepEqual(errors, []);
      });
    }

    it('stays, and is written, where its file can not be put aside', async () => {
      const { conversations, engine, journal, errors, talk } = open();
      const id = await talk(['Hi', 'Hello']);
      const conversation = conversations.current!;
      await mkdir(join(folder, `${id}.jsonl.deleted`));
      await assert.rejects(conversations.remove(id), { code: 'EISDIR' });
      assert.equal(conversations.current, conversation);
      assert.equal(await conversations.open(id), conversation);
      conversation.ask({ prompt: 'More' });
      engine.turn.give(attempt(), done('Yes'));
      await settled();
      await journal.flush();
      const texts = (await open().conversations.read(id))?.exchanges.map(({ state }) => state.text);
      assert.deepEqual(texts, ['Hello', 'Yes']);
      assert.deepEqual(errors, []);
    });

    it('is announced when it is hidden, restored and deleted', async () => {
      const { conversations, talk } = open();
      const id = await talk(['one', '1']);
      const heard: unknown[] = [];
      conversations.onDidRemove((removal) => heard.push(removal));
      await (await conversations.remove(id))?.undo();
      await (await conversations.remove(id))?.deletePermanently();
      assert.deepEqual(heard, [
        { id, state: 'hidden' },
        { id, state: 'restored' },
        { id, state: 'hidden' },
        { id, state: 'deleted' },
      ]);
    });

    it('was nothing where there is nothing on disk', async () => {
      const { conversations } = open();
      const { id } = conversations.startNew();
      assert.equal(await conversations.remove(id), undefined);
      assert.equal(conversations.current, undefined);
      assert.equal(await conversations.remove('../x'), undefined);
    });

    it('writes nothing any more', async () => {
      const { conversations, journal, talk } = open();
      const id = await talk(['Hi', 'Hello']);
      const conversation = conversations.current!;
      await conversations.remove(id);
      conversation.ask({ prompt: 'Late' });
      await journal.flush();
      conversations.flushSync();
      assert.deepEqual(await readdir(folder), [`${id}.jsonl.deleted`]);
    });
  });
});
