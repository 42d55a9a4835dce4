import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamEvent } from '../../../src/engine/events/events';
import { draftImages } from '../../../src/shared/images';
import { holdWrites } from '../../support/heldWrites';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { settle as filesWritten } from '../../support/virtualClock';
import { pngFile, promptImageOf } from '../../support/images';
import { nextWindow, type Disk } from '../../support/host/conversationWindow';
import { retryNow } from '../../support/host/openedConversation';
import { attempt, done, text, waitForEvents, waiting } from '../../support/host/scriptedEngine';
import { valuesOf } from '../../support/valuesOf';

describe('window with several conversations', () => {
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
  /** Closes a window while its turn is running. @returns the id of the conversation */
  const interrupted = async (...words: readonly string[]): Promise<string> => {
    const { conversations, engine } = open();
    const { id } = await conversations.ensureCurrent();
    conversations.current?.ask({ prompt: 'Hi' });
    engine.turn.emit(attempt(), ...words.map((word) => text(word)));
    await filesWritten();
    conversations.flushSync();
    return id;
  };

  it('restores all received text after a reload in the middle of an answer', async () => {
    const id = await interrupted('one ', 'two ', 'three');
    const after = open();
    const reopened = await after.conversations.ensureCurrent();
    assert.equal(reopened.id, id);
    assert.deepEqual(reopened.last?.answer.state.text, 'one two three');
    assert.equal(reopened.last.answer.state.phase, 'interrupted');
    retryNow(reopened);
    assert.deepEqual(after.engine.turn.options.resumeFrom, {
      text: 'one two three',
      model: 'm',
      hadReasoning: false,
      hadToolCalls: false,
      resumeMode: 'continue',
    });
  });

  it('uses no synchronous file system function while answers stream', async () => {
    const { conversations, engine, journal, clock, talk } = open();
    const other = await talk(['one', '1']);
    const disk = holdWrites();
    disk.releaseAll();
    try {
      const conversation = conversations.startNew();
      conversation.ask({ prompt: 'Hi' });
      for (let second = 0; second < 10; second++) {
        engine.turn.emit(text('word '));
        await clock.advance(1000);
      }
      await conversations.open(other);
      await conversations.search('word');
      engine.turn.emit(done('word '.repeat(10)));
      await filesWritten();
      await journal.flush();
      assert.deepEqual(disk.synchronousCalls, []);
    } finally {
      disk.restore();
    }
  });

  it('sends a prompt as soon as it is saved, or after 500 ms if the disk is slow', async () => {
    const { conversations, engine, clock } = open();
    const disk = holdWrites();
    try {
      const sent: string[] = [];
      for (const prompt of ['written', 'late']) {
        conversations.startNew().ask({ prompt });
        void engine.turn.options.beforeAttempt?.().then(() => sent.push(prompt));
        await clock.advance(499);
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

  it('starts with a new conversation after a reload, unless an answer was interrupted', async () => {
    const id = await open().talk(['Hi', 'Hello']);
    const after = open();
    assert.notEqual((await after.conversations.ensureCurrent()).id, id);
    const opened = await after.conversations.open(id);
    assert.equal(opened?.last?.answer.state.text, 'Hello');
    assert.equal(after.conversations.current, opened);
  });

  it('opens the conversation with the running turn when the user asks for the running turn', async () => {
    const { conversations, engine } = open();
    const first = await conversations.ensureCurrent();
    first.ask({ prompt: 'Hi' });
    const second = conversations.startNew();
    assert.equal(await conversations.openRunning(), first);
    assert.equal(conversations.current, first);
    await conversations.open(second.id);
    const current = conversations.current;
    current.ask({ prompt: 'Hi' });
    // If the current conversation has a running turn too, it stays current.
    assert.equal(await conversations.openRunning(), current);
    for (const turn of engine.turns) turn.emit(done('Hello'));
    await waitForEvents();
    assert.equal(await conversations.openRunning(), current);
  });

  it("prefers, among several running turns, the current conversation's turn, then turns that wait", async () => {
    const { conversations, engine } = open();
    const turns = Array.from({ length: 4 }, () => {
      const conversation = conversations.startNew();
      conversation.ask({ prompt: 'Hi' });
      return { conversation, turn: engine.turn };
    });
    const [streaming, waits, offline, current] = turns;
    streaming?.turn.emit(attempt(), text('Hello'));
    waits?.turn.emit(attempt(), waiting);
    offline?.turn.emit(attempt(), { ...waiting, reason: 'offline' } as StreamEvent);
    for (const shown of [current, waits, offline, streaming]) {
      assert.equal(conversations.runningConversation, shown?.conversation);
      shown?.turn.emit(done('Hello'));
      await waitForEvents();
    }
    assert.equal(conversations.runningConversation, undefined);
    await filesWritten();
  });

  it('deletes the oldest conversations beyond the history limit', async () => {
    disk.limit = 2;
    const { conversations, errors, clock, talk } = open();
    const removals: unknown[] = [];
    const ids: string[] = [];
    conversations.onDidRemove((removal) => removals.push(removal));
    for (let n = 0; n < 4; n++) {
      ids.push(await talk(['Hi', 'Hello']));
      // Files of the last hour are never deleted.
      clock.epoch += 2 * 60 * 60 * 1000;
    }
    await conversations.open(ids[3]);
    assert.equal((await readdir(folder)).filter((name) => name.endsWith('.jsonl')).length, 2);
    const oldest = ids.slice(0, 2).map((id) => ({ id, state: 'deleted' }));
    assert.deepEqual([new Set(removals), removals.length, errors], [new Set(oldest), 2, []]);
  });

  it('keeps its current conversation when it opens conversations with interrupted answers', async () => {
    const id = await interrupted();
    const { conversations, errors } = open();
    const current = conversations.startNew();
    assert.equal((await conversations.openInterrupted()).length, 1);
    assert.equal(conversations.current, current);
    assert.equal(memory.get('holysheep.currentConversation'), current.id);
    assert.equal((await conversations.open(id))?.id, id);
    assert.deepEqual(errors, []);
  });

  it('reuses an empty conversation when the user starts a new conversation', () => {
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

  it('reopens an empty conversation with the id that its page has saved', async () => {
    const id = randomUUID();
    assert.equal((await open().conversations.openOrCreate(id))?.id, id);
  });

  it('does not recreate a deleted conversation from the id that its page has saved', async () => {
    const { conversations, talk } = open();
    const id = await talk(['one', '1']);
    await conversations.remove(id);
    assert.equal(await conversations.openOrCreate(id), undefined);
  });

  it('opens no conversation if the id that a page has saved is a file path', async () => {
    assert.equal(await open().conversations.openOrCreate('../escape'), undefined);
  });

  it('opens the conversations with interrupted answers after a reload, newest first', async () => {
    const before = open();
    const completeId = await before.talk(['Whole', 'Yes']);
    const ids: string[] = [];
    for (const prompt of ['one', 'two']) {
      const conversation = before.conversations.startNew();
      conversation.ask({ prompt });
      ids.unshift(conversation.id);
      await before.journal.flush();
      await utimes(join(folder, `${conversation.id}.jsonl`), ids.length, ids.length);
    }
    await utimes(join(folder, `${completeId}.jsonl`), 9, 9);

    const { conversations } = open();
    const found = await conversations.openInterrupted();
    assert.deepEqual(valuesOf(found, 'id'), ids);
    assert.equal(conversations.current, found[0]);
    await filesWritten();
    conversations.flushSync();
    assert.deepEqual(await open().conversations.openInterrupted(), []);
  });

  it('keeps a conversation open until all panels have released it', async () => {
    const { conversations, talk } = open();
    const first = conversations.startNew();
    first.ask({ prompt: 'Hi' });
    first.stop();
    await waitForEvents();
    const holds = [conversations.keepOpen(first), conversations.keepOpen(first)];
    await talk(['Other', 'Yes']);
    for (const hold of holds) {
      assert.equal(await conversations.open(first.id), first);
      await talk(['Other', 'Yes']);
      hold.dispose();
      hold.dispose();
    }
    await conversations.list();
    await waitForEvents();
    assert.notEqual(await conversations.open(first.id), first);
  });

  it('closes a conversation without a panel when its last turn has ended', async () => {
    const { conversations, engine, talk } = open();
    const first = conversations.startNew();
    first.ask({ prompt: 'one' });
    first.ask({ prompt: 'two' });
    const turn = engine.turn;
    await talk(['Other', 'Yes']);
    turn.emit(attempt(), done('1'));
    await waitForEvents();
    // The queued turn is running now, so the conversation must stay open.
    assert.equal(conversations.runningConversation, first);
    engine.turn.emit(attempt(), done('2'));
    await waitForEvents();
    const reopened = await conversations.open(first.id);
    assert.notEqual(reopened, first);
    const texts = reopened?.tree.path().map(({ answer }) => answer.state.text);
    assert.deepEqual(texts, ['1', '2']);
  });

  it('does not close a conversation that has just been opened for a panel', async () => {
    const id = await open().talk(['one', '1']);
    const { conversations } = open();
    const conversation = (await conversations.open(id))!;
    conversations.startNew();
    // Waits some microtasks, because a conversation may be returned through several async functions.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    conversations.keepOpen(conversation);
    await conversations.list();
    assert.equal(await conversations.open(id), conversation);
  });

  it('makes the conversation of the focused panel current', async () => {
    const { conversations } = open();
    const changes: string[] = [];
    const first = conversations.startNew();
    first.ask({ prompt: 'Hi' });
    const second = conversations.startNew();
    conversations.keepOpen(second);
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

  it('saves a prompt that is sent while its conversation is being closed', async () => {
    const { conversations, engine, journal } = open();
    const first = conversations.startNew();
    first.ask({ prompt: 'Hi' });
    engine.turn.emit(done('Hello'));
    await waitForEvents();
    conversations.startNew();
    first.ask({ prompt: 'More' });
    engine.turn.emit(done('Yes'));
    await waitForEvents();
    await journal.flush();
    assert.equal((await open().conversations.read(first.id))?.path().length, 2);
  });

  it('does not close a conversation that a panel requests during the closing', async () => {
    const { conversations, journal, talk } = open();
    await talk(['Hi', 'Hello']);
    const first = conversations.current!;
    const flush = journal.flush.bind(journal);
    journal.flush = async (id) => {
      await flush(id);
      if (id === first.id) conversations.keepOpen(first);
    };
    conversations.startNew();
    assert.equal(await conversations.open(first.id), first);
  });

  describe('when the user deletes a conversation', () => {
    for (const state of ['open', 'busy', 'closed'] as const) {
      it(`hides ${state === 'open' ? 'an' : 'a'} ${state} conversation, restores it on Undo, and otherwise deletes its files`, async () => {
        const { conversations, engine, errors, talk } = open();
        const id = await talk(['Hi', 'Hello']);
        if (state === 'busy') conversations.current?.ask({ prompt: 'More' });
        if (state === 'closed') {
          await talk(['Other', 'Yes']);
          await waitForEvents();
        }
        const previous = conversations.current;
        const removed = (await conversations.remove(id))!;
        assert.equal(engine.turns.length > 0 && conversations.runningConversation, undefined);
        assert.equal(conversations.current, state === 'closed' ? previous : undefined);
        assert.deepEqual(
          (await conversations.list()).filter((summary) => summary.id === id),
          [],
        );
        assert.deepEqual([await conversations.open(id), await conversations.read(id)], [undefined, undefined]);
        await removed.undo();
        const texts = (await conversations.open(id))?.tree
          .path()
          .map(({ answer: { state } }) => `${state.phase} ${state.text}`);
        assert.deepEqual(texts, state === 'busy' ? ['done Hello', 'stopped '] : ['done Hello']);
        await (await conversations.remove(id))?.deletePermanently();
        assert.deepEqual(
          (await readdir(folder)).filter((name) => name.startsWith(id)),
          [],
        );
        assert.deepEqual(errors, []);
      });
    }

    it('deletes its images only when the deletion can no longer be undone', async () => {
      const { conversations, engine, journal } = open();
      const { images } = journal.files;
      const image = await images.save(pngFile, promptImageOf('dot.png'));
      const conversation = conversations.startNew();
      conversation.ask({ prompt: 'What is this?', images: [image] });
      engine.turn.emit(attempt(), done('A dot'));
      await filesWritten();
      const removed = await conversations.remove(conversation.id);
      assert.deepEqual(images.read(conversation.id, image), pngFile);
      await removed?.deletePermanently();
      assert.deepEqual(
        [conversation.id, draftImages].map((owner) => images.has(owner, image)),
        [false, false],
      );
    });

    it('does not stop the running answer if the deletion fails', async () => {
      const { conversations, engine, talk } = open();
      const id = await talk(['Hi', 'Hello']);
      conversations.current!.ask({ prompt: 'More' });
      engine.turn.emit(attempt(), text('Y'));
      await mkdir(join(folder, `${id}.jsonl.deleted`));
      await assert.rejects(conversations.remove(id), { code: 'EISDIR' });
      assert.deepEqual([engine.turn.controls, conversations.current?.last?.answer.state.phase], [[], 'streaming']);
      engine.turn.emit(done('Yes'));
    });

    it('saves the text that arrives during the deletion, so that Undo restores it', async () => {
      const { conversations, engine, journal, talk } = open();
      const id = await talk(['Hi', 'Hello']);
      conversations.current!.ask({ prompt: 'More' });
      const hide = journal.files.hide.bind(journal.files);
      journal.files.hide = async (hiddenId) => {
        const hidden = hide(hiddenId);
        engine.turn.emit(attempt(), text('Yes'));
        return hidden;
      };
      const removed = await conversations.remove(id);
      await removed?.undo();
      const { phase, text: restored } = (await conversations.open(id))!.last!.answer.state;
      assert.deepEqual([phase, restored], ['stopped', 'Yes']);
    });

    it('keeps the conversation open and writable if the deletion fails', async () => {
      const { conversations, engine, journal, errors, talk } = open();
      const id = await talk(['Hi', 'Hello']);
      const conversation = conversations.current!;
      await mkdir(join(folder, `${id}.jsonl.deleted`));
      await assert.rejects(conversations.remove(id), { code: 'EISDIR' });
      assert.equal(conversations.current, conversation);
      assert.equal(await conversations.open(id), conversation);
      conversation.ask({ prompt: 'More' });
      engine.turn.emit(attempt(), done('Yes'));
      await waitForEvents();
      await journal.flush();
      const texts = (await open().conversations.read(id))?.path().map(({ answer }) => answer.state.text);
      assert.deepEqual(texts, ['Hello', 'Yes']);
      assert.deepEqual(errors, []);
    });

    it('reports that the conversation is hidden, and later that it is restored or permanently deleted', async () => {
      const { conversations, talk } = open();
      const id = await talk(['one', '1']);
      const events: unknown[] = [];
      conversations.onDidRemove((removal) => events.push(removal));
      await (await conversations.remove(id))?.undo();
      await (await conversations.remove(id))?.deletePermanently();
      assert.deepEqual(events, [
        { id, state: 'hidden' },
        { id, state: 'restored' },
        { id, state: 'hidden' },
        { id, state: 'deleted' },
      ]);
    });

    it('offers no Undo if the conversation was never saved', async () => {
      const { conversations } = open();
      const { id } = conversations.startNew();
      assert.equal(await conversations.remove(id), undefined);
      assert.equal(conversations.current, undefined);
      assert.equal(await conversations.remove('../x'), undefined);
    });
  });
});
