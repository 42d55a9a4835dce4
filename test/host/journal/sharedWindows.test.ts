import assert from 'node:assert/strict';
import { readdir, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamEvent } from '../../../src/engine/events';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { attempt, done, waitForEvents, text } from '../conversation/scriptedEngine';
import { openWindow, type Disk } from './window';

const noId = '5f1c7e9a-0000-4000-8000-000000000001';

describe('window that shares conversations with other windows', () => {
  let disk: Disk;
  const pathOf = (id: string): string => join(disk.folder, `${id}.jsonl`);

  beforeEach(() => {
    const folder = temporaryFolder();
    disk = { folder, memory: new Map(), limit: 10, epoch: Date.now() };
  });
  afterEach(() => removeTemporaryFolder(disk.folder));

  const open = () => openWindow({ ...disk, memory: new Map() });

  /** Waits until all previous work on files is done. Work on files is done one job at a time. */
  const filesAreClosed = async ({ conversations }: Pick<ReturnType<typeof open>, 'conversations'>): Promise<void> => {
    await conversations.open(noId);
  };

  /** Opens a window in which an answer is streaming. */
  async function streaming() {
    const window = open();
    const conversation = window.conversations.startNew();
    conversation.ask({ prompt: 'Hi' });
    const arrived = async (...events: StreamEvent[]): Promise<void> => {
      window.engine.turn.emit(...events);
      await waitForEvents();
      conversation.flush();
      await window.journal.flush();
    };
    await arrived(attempt(), text('one '));
    return { ...window, conversation, id: conversation.id, arrived };
  }

  /** Advances the clock until the promise is settled. */
  async function finish<T>({ clock }: Pick<ReturnType<typeof open>, 'clock'>, work: Promise<T>): Promise<T> {
    const progress = { isFinished: false };
    const markFinished = (): void => void (progress.isFinished = true);
    work.then(markFinished, markFinished);
    while (!progress.isFinished) {
      await waitForEvents();
      await new Promise((resolve) => setImmediate(resolve));
      if (clock.pending > 0) await clock.advance(300);
    }
    return work;
  }
  const prompts = (conversation: Conversation | undefined) =>
    conversation?.exchanges().map(({ prompt, state }) => `${prompt}: ${state.phase}`);

  const stateOf = (conversation: Conversation | undefined) => {
    const last = conversation?.lastExchange?.state;
    return [conversation?.readOnly, last?.phase, last?.text];
  };
  /** Hands a conversation over from the first window to the second one, while both are running. */
  async function openHere(first: ReturnType<typeof open>, second: ReturnType<typeof open>, id: string) {
    const conversation = await second.conversations.open(id);
    assert.equal(conversation?.readOnly, true);
    const handedOver = second.conversations.takeOver(conversation);
    await waitForEvents();
    await first.clock.advance(1000);
    await finish(second, handedOver);
    return conversation;
  }

  it('shows a conversation read-only while another window writes it, and follows its changes', async () => {
    const first = await streaming();
    const second = open();
    const conversation = await second.conversations.open(first.id);
    assert.deepEqual(stateOf(conversation), [true, 'streaming', 'one ']);
    await first.arrived(text('two'), done('one two'));
    first.conversation.ask({ prompt: 'And now?' });
    await first.journal.flush();
    await second.clock.advance(1000);
    assert.deepEqual(prompts(conversation), ['Hi: done', 'And now?: connecting']);
    assert.deepEqual([first.errors, second.errors], [[], []]);
  });

  it('shows a turn as interrupted when the window that ran it has closed', async () => {
    const first = await streaming();
    const second = open();
    const conversation = await second.conversations.open(first.id);
    first.conversations.flushSync();
    await second.clock.advance(1000);
    assert.deepEqual(stateOf(conversation), [true, 'interrupted', 'one ']);
  });

  it('rejects or ignores all changes of a read-only conversation', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const content = await readFile(pathOf(id));
    const second = open();
    const conversation = (await second.conversations.open(id))!;
    const exchangeId = conversation.lastExchange!.id;
    conversation.regenerate(exchangeId);
    conversation.restart(exchangeId);
    conversation.retryNow();
    conversation.rename('Numbers');
    assert.throws(() => conversation.ask({ prompt: 'two' }), /read-only/);
    assert.throws(() => conversation.edit(exchangeId, { prompt: 'two' }), /read-only/);
    await second.journal.flush();
    assert.deepEqual([prompts(conversation), conversation.title], [['one: done'], undefined]);
    assert.ok(content.equals(await readFile(pathOf(id))));
    assert.notEqual((await second.conversations.ensureCurrent()).id, id);
  });

  it('hands a conversation over to a requesting window with all received text', async () => {
    const first = await streaming();
    first.engine.turn.emit(text('two '));
    await waitForEvents();
    const second = open();
    const conversation = await openHere(first, second, first.id);
    assert.deepEqual(first.engine.turn.controls, ['stop']);
    assert.deepEqual(stateOf(conversation), [false, 'stopped', 'one two ']);
    conversation.ask({ prompt: 'And now?' });
    await second.journal.flush();
    await first.clock.advance(1000);
    assert.equal(first.conversation.readOnly, true);
    assert.deepEqual(prompts(first.conversation), ['Hi: stopped', 'And now?: connecting']);
    assert.deepEqual([first.errors, second.errors], [[], []]);
  });

  it('hands a conversation over and back without losing or repeating anything', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const original = first.conversations.current!;
    const second = open();
    const conversation = await openHere(first, second, id);
    conversation.ask({ prompt: 'two' });
    second.engine.turn.emit(attempt(), done('2'));
    await waitForEvents();
    await second.journal.flush();
    const handedBack = first.conversations.takeOver(original);
    await waitForEvents();
    await second.clock.advance(1000);
    await finish(first, handedBack);
    assert.deepEqual([original.readOnly, conversation.readOnly], [false, true]);
    original.ask({ prompt: 'three' });
    first.engine.turn.emit(attempt(), done('3'));
    await waitForEvents();
    await first.journal.flush();
    await second.clock.advance(1000);
    for (const copy of [original, conversation]) {
      assert.deepEqual(prompts(copy), ['one: done', 'two: done', 'three: done']);
    }
  });

  it('does not hand over a conversation before all received text is on disk', async () => {
    const first = await streaming();
    const movedPath = `${pathOf(first.id)}.away`;
    await rename(pathOf(first.id), movedPath);
    first.engine.turn.emit(text('two '));
    await waitForEvents();
    first.conversation.flush();
    const second = open();
    const request = second.journal.requestLock(first.id);
    await waitForEvents();
    await first.clock.advance(1000);
    assert.deepEqual([first.conversation.readOnly, first.journal.isWritten(first.id)], [false, false]);
    assert.deepEqual(first.engine.turn.controls, []);
    await rename(movedPath, pathOf(first.id));
    await first.clock.advance(5000);
    assert.equal(await finish(second, request), true);
    assert.equal((await second.journal.read(first.id))?.exchanges[0]?.state.text, 'one two ');
  });

  it('leaves no lock when a conversation is deleted during the hand-over', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const second = open();
    const conversation = (await second.conversations.open(id))!;
    await first.conversations.remove(id);
    await second.conversations.takeOver(conversation);
    assert.deepEqual(await readdir(disk.folder), [`${id}.jsonl.deleted`]);
  });

  it('leaves no lock when the receiving panel is closed during the hand-over', async () => {
    const first = await streaming();
    const second = open();
    const conversation = await second.conversations.open(first.id);
    assert.ok(conversation);
    const handedOver = second.conversations.takeOver(conversation);
    await waitForEvents();
    second.conversations.startNew();
    await first.clock.advance(1000);
    await finish(second, handedOver);
    // Waits for all work on files: removing an unknown conversation changes nothing, but waits for its turn.
    await second.conversations.remove(noId);
    assert.deepEqual(await readdir(disk.folder), [`${first.id}.jsonl`]);
  });

  it('makes a read-only conversation writable when it is opened after the other window has closed', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const second = open();
    const conversation = await second.conversations.open(id);
    first.conversations.flushSync();
    assert.equal(await second.conversations.open(id), conversation);
    assert.equal(conversation?.readOnly, false);
  });

  it('takes a conversation from a window that has not touched its lock for 15 s', async () => {
    const first = await streaming();
    await utimes(join(disk.folder, `${first.id}.lock`), disk.epoch / 1000 - 16, disk.epoch / 1000 - 16);
    const second = open();
    const conversation = await finish(second, second.conversations.open(first.id));
    assert.deepEqual(stateOf(conversation), [false, 'interrupted', 'one ']);
    await second.journal.flush();
    const content = await readFile(pathOf(first.id));
    await first.arrived(text('three'));
    assert.ok(content.equals(await readFile(pathOf(first.id))));
    await first.clock.advance(1000);
    assert.deepEqual(stateOf(first.conversation), [true, 'interrupted', 'one ']);
    assert.deepEqual(first.engine.turn.controls, ['stop']);
    assert.deepEqual([first.errors, second.errors], [[{ kind: 'taken' }], []]);
  });

  it('does not automatically open a conversation whose answer another window may be writing', async () => {
    await streaming();
    const { conversations, errors } = open();
    assert.deepEqual(await conversations.openInterrupted(), []);
    assert.deepEqual(errors, []);
  });

  it('does not delete a conversation that another window has open, whether or not this window has it open too', async () => {
    const first = await streaming();
    const { conversations, errors } = open();
    assert.equal(await conversations.remove(first.id), undefined);
    const conversation = await conversations.open(first.id);
    assert.equal(await conversations.remove(first.id), undefined);
    assert.deepEqual(errors, [{ kind: 'open-elsewhere' }, { kind: 'open-elsewhere' }]);
    assert.equal(await conversations.open(first.id), conversation);
    await first.arrived(text('two'), done('one two'));
    assert.equal((await conversations.read(first.id))?.exchanges[0]?.state.text, 'one two');
  });

  it('lists, searches and reads a conversation that another window is writing', async () => {
    const { id } = await streaming();
    const { conversations, errors } = open();
    assert.deepEqual(
      (await conversations.list()).map((summary) => summary.id),
      [id],
    );
    assert.equal((await conversations.search('one')).length, 1);
    assert.equal((await conversations.read(id))?.exchanges[0]?.state.text, 'one ');
    assert.deepEqual(errors, []);
  });

  it('writes nothing after its shutdown, because another window may have opened its conversations', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    first.conversations.flushSync();
    assert.equal((await open().conversations.open(id))?.id, id);
    const content = await readFile(pathOf(id));
    first.conversations.current?.ask({ prompt: 'Late' });
    await first.journal.flush();
    assert.ok(content.equals(await readFile(pathOf(id))));
  });

  it('leaves no lock for empty, deleted, missing and closed conversations', async () => {
    const { conversations, errors, talk } = open();
    conversations.startNew();
    assert.deepEqual(await readdir(disk.folder), []);
    const id = await talk(['one', '1']);
    assert.deepEqual((await readdir(disk.folder)).sort(), [`${id}.jsonl`, `${id}.lock`]);
    await (await conversations.remove(id))?.undo();
    assert.deepEqual(await readdir(disk.folder), [`${id}.jsonl`]);
    assert.equal(await conversations.open(noId), undefined);
    await conversations.rename(id, 'Numbers');
    await filesAreClosed({ conversations });
    assert.deepEqual(await readdir(disk.folder), [`${id}.jsonl`]);
    assert.deepEqual(errors, []);
  });

  it('does not delete an old conversation that another window has open', async () => {
    const first = open();
    const [old, openId] = [await first.talk(['one', '1']), await first.talk(['two', '2'])];
    await filesAreClosed(first);
    for (const id of [old, openId]) await utimes(pathOf(id), 1, 1);
    const { conversations, journal } = openWindow({ ...disk, limit: 0 });
    await journal.prune();
    assert.deepEqual((await readdir(disk.folder)).sort(), [`${openId}.jsonl`, `${openId}.lock`]);
    assert.equal(conversations.current, undefined);
  });

  it('does not overwrite what another window has written, even if that window has closed meanwhile', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const original = first.conversations.current;
    await rm(join(disk.folder, `${id}.lock`));
    const second = open();
    const taken = await second.conversations.open(id);
    taken?.ask({ prompt: 'two '.repeat(50) });
    second.engine.turn.emit(attempt(), done('2'));
    await waitForEvents();
    second.conversations.flushSync();
    assert.deepEqual(await readdir(disk.folder), [`${id}.jsonl`]);
    const content = await readFile(pathOf(id));
    original?.ask({ prompt: 'three' });
    await waitForEvents();
    await first.journal.flush();
    assert.ok(content.equals(await readFile(pathOf(id))));
    assert.deepEqual([first.errors, original?.readOnly], [[{ kind: 'taken' }], true]);
    assert.equal(first.conversations.running, undefined);
  });

  it('does not write to a file that another window has made smaller', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    await truncate(pathOf(id), 10);
    first.conversations.current?.ask({ prompt: 'two' });
    await first.journal.flush();
    assert.equal((await readFile(pathOf(id))).length, 10);
    assert.deepEqual(first.errors, [{ kind: 'taken' }]);
  });

  it('notifies the user instead of renaming a conversation that another window has open', async () => {
    const first = await streaming();
    const second = open();
    await second.conversations.rename(first.id, 'Numbers');
    await second.conversations.open(first.id);
    await second.conversations.rename(first.id, 'Numbers');
    assert.deepEqual(second.errors, [{ kind: 'open-elsewhere' }, { kind: 'open-elsewhere' }]);
    await first.arrived(text('two'), done('one two'));
    assert.deepEqual(first.errors, []);
    const { title, exchanges } = (await second.conversations.read(first.id)) ?? {};
    assert.deepEqual([title, exchanges?.[0]?.state.text], [undefined, 'one two']);
  });

  it('starts a new conversation when another window has opened the previously current one', async () => {
    const memory = new Map<string, unknown>();
    const first = openWindow({ ...disk, memory });
    const { id } = first.conversations.startNew();
    first.conversations.current?.ask({ prompt: 'one' });
    first.engine.turn.emit(attempt(), text('1'));
    await waitForEvents();
    await first.journal.flush();
    const second = openWindow({ ...disk, memory });
    const resumed = await finish(second, second.conversations.ensureCurrent());
    assert.notEqual(resumed.id, id);
    assert.deepEqual([first.errors, second.errors], [[], []]);
  });

  it('starts a new conversation without delay when another machine may have opened the previously current one', async () => {
    const memory = new Map<string, unknown>();
    const first = openWindow({ ...disk, memory });
    const id = await first.talk(['one', '1']);
    await writeFile(join(disk.folder, `${id}.lock`), JSON.stringify({ pid: 1, host: 'another', token: 't' }));
    await utimes(join(disk.folder, `${id}.lock`), disk.epoch / 1000 - 60, disk.epoch / 1000 - 60);
    const second = openWindow({ ...disk, memory });
    assert.notEqual((await second.conversations.ensureCurrent()).id, id);
    assert.equal(second.clock.pending, 0);
  });

  it('waits for several locks of another machine at the same time, and does not delay the opening of panels meanwhile', async () => {
    const first = open();
    const ids: string[] = [];
    for (const prompt of ['one', 'two', 'three']) {
      ids.push(first.conversations.startNew().id);
      first.conversations.current?.ask({ prompt });
      first.engine.turn.emit(attempt(), text('half'));
      await waitForEvents();
      await first.journal.flush();
    }
    const second = open();
    for (const id of ids) {
      await writeFile(join(disk.folder, `${id}.lock`), JSON.stringify({ pid: 1, host: 'another', token: 't' }));
      await utimes(join(disk.folder, `${id}.lock`), disk.epoch / 1000 - 60, disk.epoch / 1000 - 60);
    }
    const waiting = async (timers: number): Promise<void> => {
      while (second.clock.pending < timers) await new Promise((resolve) => setImmediate(resolve));
    };
    const brokenOff = second.conversations.openInterrupted();
    // At this point, each stale lock is being watched.
    await waiting(3);
    const opened = second.conversations.open(ids[0]);
    // At this point, the window has taken one lock and polls it.
    await waiting(5);
    await second.clock.advance(300);
    assert.equal((await opened)?.id, ids[0]);
    await second.clock.advance(5700);
    assert.equal((await finish(second, brokenOff)).length, 2);
  });

  it('creates a conversation under the id of an empty one that a page has stored, but not under the id of a deleted one', async () => {
    const { conversations, talk } = open();
    assert.equal((await conversations.openOrCreate(noId))?.id, noId);
    const id = await talk(['one', '1']);
    await conversations.remove(id);
    assert.equal(await conversations.openOrCreate(id), undefined);
    assert.equal(await conversations.openOrCreate('../escape'), undefined);
  });
});
