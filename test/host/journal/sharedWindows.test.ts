import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { settle } from '../../support/virtualClock';
import { attempt, done, waitForEvents, text } from '../../support/host/scriptedEngine';
import { openWindow, type Disk } from '../../support/host/conversationWindow';

/** The id of a process that has exited, so that no running process has it. */
const exitedPid = spawnSync(process.execPath, ['-e', '']).pid;
const noId = '5f1c7e9a-0000-4000-8000-000000000001';

describe('conversation that two windows have open', () => {
  let disk: Disk;
  const pathOf = (id: string): string => join(disk.folder, `${id}.jsonl`);

  beforeEach(() => {
    const folder = temporaryFolder();
    disk = { folder, memory: new Map(), limit: 10, epoch: Date.now() };
  });
  afterEach(() => removeTemporaryFolder(disk.folder));

  const open = (memory = new Map<string, unknown>()) => openWindow({ ...disk, memory });

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
    conversation?.tree.path().map(({ exchange, answer }) => `${exchange.prompt}: ${answer.state.phase}`);

  const stateOf = (conversation: Conversation | undefined) => {
    const last = conversation?.last?.answer.state;
    return [conversation?.readOnly, last?.phase, last?.text];
  };
  /** Opens a conversation of the first window in the second one, as *Open Here* does. */
  async function openHere(second: ReturnType<typeof open>, id: string) {
    const conversation = await second.conversations.open(id);
    assert.equal(conversation?.readOnly, true);
    await finish(second, second.conversations.takeOver(conversation));
    return conversation;
  }

  it('is read-only in the second window, which shows the changes of the first window', async () => {
    const first = await streaming();
    const second = open();
    const conversation = await second.conversations.open(first.id);
    assert.deepEqual(stateOf(conversation), [true, 'streaming', 'one ']);
    await first.arrived(text('two'), done('one two'));
    first.conversation.ask({ prompt: 'And now?' });
    await first.journal.flush();
    await second.clock.advance(2000);
    assert.deepEqual(prompts(conversation), ['Hi: done', 'And now?: connecting']);
    assert.deepEqual([first.errors, second.errors], [[], []]);
  });

  it('is not updated in the second window while an answer streams in the first window', async () => {
    const first = await streaming();
    const second = open();
    const conversation = await second.conversations.open(first.id);
    let changes = 0;
    conversation?.log.onDidChange(() => changes++);
    await settle();
    changes = 0;
    for (const word of ['two ', 'three ', 'four ']) {
      await first.arrived(text(word));
      await second.clock.advance(1000);
    }
    assert.deepEqual([changes, stateOf(conversation)], [0, [true, 'streaming', 'one ']]);
    const changed = new Promise((resolve) => conversation?.log.onDidChange(resolve));
    second.conversations.rereadReadOnly();
    await changed;
    assert.deepEqual(stateOf(conversation), [true, 'streaming', 'one two three four ']);
    await first.arrived(done('one two three four '));
    await second.clock.advance(2000);
    assert.deepEqual(stateOf(conversation), [true, 'done', 'one two three four ']);
  });

  it('shows its turn as interrupted when the window that ran the turn closes', async () => {
    const first = await streaming();
    const second = open();
    const conversation = await second.conversations.open(first.id);
    first.conversations.flushSync();
    await second.clock.advance(2000);
    assert.deepEqual(stateOf(conversation), [true, 'interrupted', 'one ']);
  });

  it("becomes writable in a reloaded window when the window's previous extension host exits", async () => {
    const memory = new Map<string, unknown>();
    const before = open(memory);
    const id = await before.talk(['one', '1']);
    const after = open(memory);
    const conversation = await after.conversations.open(id);
    const third = open();
    const other = await third.conversations.open(id);
    assert.deepEqual([conversation?.readOnly, other?.readOnly], [true, true]);
    before.conversations.flushSync();
    await third.clock.advance(2000);
    await filesAreClosed(third);
    await after.clock.advance(2000);
    await filesAreClosed(after);
    assert.deepEqual([conversation?.readOnly, other?.readOnly], [false, true]);
    assert.deepEqual(after.errors, []);
  });

  it("can't be changed in the second window", async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const content = await readFile(pathOf(id));
    const second = open();
    const conversation = (await second.conversations.open(id))!;
    const { exchange, answer } = conversation.last!;
    conversation.regenerate(answer.id);
    conversation.restart(answer.id);
    conversation.retryNow(answer.id);
    conversation.rename('Numbers');
    assert.throws(() => conversation.ask({ prompt: 'two' }), /read-only/);
    assert.throws(() => conversation.edit(exchange.id, { prompt: 'two' }), /read-only/);
    await second.journal.flush();
    assert.deepEqual([prompts(conversation), conversation.tree.title], [['one: done'], undefined]);
    assert.ok(content.equals(await readFile(pathOf(id))));
    assert.notEqual((await second.conversations.ensureCurrent()).id, id);
  });

  it('becomes read-only in the first window when the second window takes it over', async () => {
    const first = await streaming();
    const second = open();
    const conversation = await openHere(second, first.id);
    assert.deepEqual(stateOf(conversation), [false, 'interrupted', 'one ']);
    conversation.ask({ prompt: 'And now?' });
    await second.journal.flush();
    await first.clock.advance(1000);
    await first.clock.advance(1000);
    assert.deepEqual(first.engine.turn.controls, ['stop']);
    assert.equal(first.conversation.readOnly, true);
    assert.deepEqual(prompts(first.conversation), ['Hi: interrupted', 'And now?: connecting']);
    assert.deepEqual([first.errors, second.errors], [[{ kind: 'taken', isComplete: true }], []]);
  });

  it('is no longer written by the first window after the second window has taken it over', async () => {
    const first = await streaming();
    const second = open();
    await openHere(second, first.id);
    await second.journal.flush();
    const content = await readFile(pathOf(first.id));
    await first.arrived(text('two '));
    await first.clock.advance(1000);
    assert.ok(content.equals(await readFile(pathOf(first.id))));
    assert.deepEqual(first.engine.turn.controls, ['stop']);
    assert.deepEqual(stateOf(first.conversation), [true, 'interrupted', 'one ']);
    assert.deepEqual([first.errors, second.errors], [[{ kind: 'taken', isComplete: false }], []]);
  });

  it("does not send a prompt that the first window can't save because the second window has taken it over", async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const original = first.conversations.current!;
    const second = open();
    (await openHere(second, id)).ask({ prompt: 'two' });
    second.engine.turn.emit(attempt(), done('2'));
    await waitForEvents();
    second.conversations.flushSync();
    assert.deepEqual(await readdir(disk.folder), [`${id}.jsonl`]);
    const content = await readFile(pathOf(id));
    original.ask({ prompt: 'three' });
    await waitForEvents();
    await first.journal.flush();
    await first.clock.advance(1000);
    assert.ok(content.equals(await readFile(pathOf(id))));
    assert.deepEqual(first.errors, [{ kind: 'taken', isComplete: false }]);
    assert.deepEqual([original.readOnly, prompts(original)], [true, ['one: done', 'two: done']]);
    assert.equal(first.conversations.runningConversation, undefined);
  });

  it('loses no text when the windows take it over from each other', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const original = first.conversations.current!;
    const second = open();
    const conversation = await openHere(second, id);
    conversation.ask({ prompt: 'two' });
    second.engine.turn.emit(attempt(), done('2'));
    await waitForEvents();
    await second.journal.flush();
    await first.clock.advance(1000);
    await finish(first, first.conversations.takeOver(original));
    original.ask({ prompt: 'three' });
    first.engine.turn.emit(attempt(), done('3'));
    await waitForEvents();
    await first.journal.flush();
    await second.clock.advance(1000);
    await second.clock.advance(1000);
    assert.deepEqual([original.readOnly, conversation.readOnly], [false, true]);
    for (const copy of [original, conversation]) {
      assert.deepEqual(prompts(copy), ['one: done', 'two: done', 'three: done']);
    }
  });

  it('leaves no lock file behind when the second window takes it over after the first window has deleted it', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const second = open();
    const conversation = (await second.conversations.open(id))!;
    await first.conversations.remove(id);
    await second.conversations.takeOver(conversation);
    assert.deepEqual(await readdir(disk.folder), [`${id}.jsonl.deleted`]);
  });

  it('leaves no lock file when the user closes its panel while a window takes it over', async () => {
    const first = await streaming();
    const second = open();
    const conversation = await second.conversations.open(first.id);
    assert.ok(conversation);
    const taken = second.conversations.takeOver(conversation);
    await waitForEvents();
    second.conversations.startNew();
    await finish(second, taken);
    // Waits for all work on files: removing an unknown conversation changes nothing, but waits for its turn.
    await second.conversations.remove(noId);
    assert.deepEqual(await readdir(disk.folder), [`${first.id}.jsonl`]);
  });

  it('becomes writable when the second window opens it after the first window has closed', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const second = open();
    const conversation = await second.conversations.open(id);
    first.conversations.flushSync();
    assert.equal(await second.conversations.open(id), conversation);
    assert.equal(conversation?.readOnly, false);
  });

  it('is opened with an interrupted answer if a crashed window has left a lock file', async () => {
    const first = await streaming();
    await writeFile(join(disk.folder, `${first.id}.lock`), `${exitedPid} ${hostname()} token`);
    const second = open();
    const [conversation] = await finish(second, second.conversations.openInterrupted());
    assert.deepEqual(stateOf(conversation), [false, 'interrupted', 'one ']);
    assert.deepEqual(second.errors, []);
  });

  it("can't be deleted by a window in which it is read-only", async () => {
    const first = await streaming();
    const { conversations, errors } = open();
    assert.equal(await conversations.remove(first.id), undefined);
    const conversation = await conversations.open(first.id);
    assert.equal(await conversations.remove(first.id), undefined);
    assert.deepEqual(errors, [{ kind: 'open-elsewhere' }, { kind: 'open-elsewhere' }]);
    assert.equal(await conversations.open(first.id), conversation);
    await first.arrived(text('two'), done('one two'));
    assert.equal((await conversations.read(first.id))?.path()[0]?.answer.state.text, 'one two');
  });

  it('is not written by a window that has shut down', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    first.conversations.flushSync();
    assert.equal((await open().conversations.open(id))?.id, id);
    const content = await readFile(pathOf(id));
    first.conversations.current?.ask({ prompt: 'Late' });
    await first.journal.flush();
    assert.ok(content.equals(await readFile(pathOf(id))));
  });

  it('has no lock file while it is empty, deleted, missing or closed', async () => {
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

  it('is not deleted when the other window enforces the history limit', async () => {
    const first = open();
    const [old, openId] = [await first.talk(['one', '1']), await first.talk(['two', '2'])];
    await filesAreClosed(first);
    for (const id of [old, openId]) await utimes(pathOf(id), 1, 1);
    const { conversations, journal } = openWindow({ ...disk, limit: 0 });
    await journal.prune();
    assert.deepEqual((await readdir(disk.folder)).sort(), [`${openId}.jsonl`, `${openId}.lock`]);
    assert.equal(conversations.current, undefined);
  });

  it("can't be renamed in the second window", async () => {
    const first = await streaming();
    const second = open();
    await second.conversations.rename(first.id, 'Numbers');
    await second.conversations.open(first.id);
    await second.conversations.rename(first.id, 'Numbers');
    assert.deepEqual(second.errors, [{ kind: 'open-elsewhere' }, { kind: 'open-elsewhere' }]);
    await first.arrived(text('two'), done('one two'));
    assert.deepEqual(first.errors, []);
    const tree = await second.conversations.read(first.id);
    assert.deepEqual([tree?.title, tree?.path()[0]?.answer.state.text], [undefined, 'one two']);
  });

  it('is not reopened by a reloaded window if another window has it open', async () => {
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
});
