import assert from 'node:assert/strict';
import { readdir, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamEvent } from '../../../src/engine/events';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { attempt, done, settled, text } from '../conversation/scriptedEngine';
import { openWindow, type Disk } from './window';

const noId = '5f1c7e9a-0000-4000-8000-000000000001';

describe('Windows that share their conversations', () => {
  let disk: Disk;
  const pathOf = (id: string): string => join(disk.folder, `${id}.jsonl`);

  beforeEach(() => {
    const folder = temporaryFolder();
    disk = { folder, memory: new Map(), limit: 10, epoch: Date.now() };
  });
  afterEach(() => removeTemporaryFolder(disk.folder));

  const open = () => openWindow({ ...disk, memory: new Map() });

  /** Work on files is done in order. */
  const filesAreClosed = async ({ conversations }: Pick<ReturnType<typeof open>, 'conversations'>): Promise<void> => {
    await conversations.open(noId);
  };

  /** A window in mid-answer. */
  async function streaming() {
    const window = open();
    const conversation = window.conversations.startNew();
    conversation.ask({ prompt: 'Hi' });
    const arrived = async (...events: StreamEvent[]): Promise<void> => {
      window.engine.turn.give(...events);
      await settled();
      conversation.flush();
      await window.journal.flush();
    };
    await arrived(attempt(), text('one '));
    return { ...window, conversation, id: conversation.id, arrived };
  }

  /** Time goes on until it is there. */
  async function there<T>({ clock }: Pick<ReturnType<typeof open>, 'clock'>, work: Promise<T>): Promise<T> {
    const progress = { isOver: false };
    const over = (): void => void (progress.isOver = true);
    work.then(over, over);
    while (!progress.isOver) {
      await settled();
      await new Promise((resolve) => setImmediate(resolve));
      if (clock.pending > 0) await clock.advance(300);
    }
    return work;
  }
  const prompts = (conversation: Conversation | undefined) =>
    conversation?.exchanges().map(({ prompt, state }) => `${prompt}: ${state.phase}`);

  const shown = (conversation: Conversation | undefined) => {
    const last = conversation?.last?.state;
    return [conversation?.readOnly, last?.phase, last?.text];
  };
  /** Both windows live on while one of them is given the conversation. */
  async function openHere(first: ReturnType<typeof open>, second: ReturnType<typeof open>, id: string) {
    const conversation = await second.conversations.open(id);
    assert.equal(conversation?.readOnly, true);
    const handedOver = second.conversations.takeOver(conversation);
    await settled();
    await first.clock.advance(1000);
    await there(second, handedOver);
    return conversation;
  }

  it('show what another one is writing read-only, and follow it', async () => {
    const first = await streaming();
    const second = open();
    const conversation = await second.conversations.open(first.id);
    assert.deepEqual(shown(conversation), [true, 'streaming', 'one ']);
    await first.arrived(text('two'), done('one two'));
    first.conversation.ask({ prompt: 'And now?' });
    await first.journal.flush();
    await second.clock.advance(1000);
    assert.deepEqual(prompts(conversation), ['Hi: done', 'And now?: connecting']);
    assert.deepEqual([first.errors, second.errors], [[], []]);
  });

  it('show a turn of a window that has gone away as interrupted', async () => {
    const first = await streaming();
    const second = open();
    const conversation = await second.conversations.open(first.id);
    first.conversations.flushSync();
    await second.clock.advance(1000);
    assert.deepEqual(shown(conversation), [true, 'interrupted', 'one ']);
  });

  it('change nothing in a conversation that is read-only', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const content = await readFile(pathOf(id));
    const second = open();
    const conversation = (await second.conversations.open(id))!;
    const exchangeId = conversation.last!.id;
    conversation.regenerate(exchangeId);
    conversation.restart(exchangeId);
    conversation.retryNow();
    conversation.rename('Numbers');
    assert.throws(() => conversation.ask({ prompt: 'two' }), /read-only/);
    assert.throws(() => conversation.edit(exchangeId, { prompt: 'two' }), /read-only/);
    await second.journal.flush();
    assert.deepEqual([prompts(conversation), conversation.title], [['one: done'], undefined]);
    assert.ok(content.equals(await readFile(pathOf(id))));
    assert.notEqual((await second.conversations.resume()).id, id);
  });

  it('hand a conversation over to the one that asks for it, with all that has been received', async () => {
    const first = await streaming();
    first.engine.turn.give(text('two '));
    await settled();
    const second = open();
    const conversation = await openHere(first, second, first.id);
    assert.deepEqual(first.engine.turn.controls, ['stop']);
    assert.deepEqual(shown(conversation), [false, 'stopped', 'one two ']);
    conversation.ask({ prompt: 'And now?' });
    await second.journal.flush();
    await first.clock.advance(1000);
    assert.equal(first.conversation.readOnly, true);
    assert.deepEqual(prompts(first.conversation), ['Hi: stopped', 'And now?: connecting']);
    assert.deepEqual([first.errors, second.errors], [[], []]);
  });

  it('hand a conversation over and back, and neither lose nor double anything', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const own = first.conversations.current!;
    const second = open();
    const conversation = await openHere(first, second, id);
    conversation.ask({ prompt: 'two' });
    second.engine.turn.give(attempt(), done('2'));
    await settled();
    await second.journal.flush();
    const handedBack = first.conversations.takeOver(own);
    await settled();
    await second.clock.advance(1000);
    await there(first, handedBack);
    assert.deepEqual([own.readOnly, conversation.readOnly], [false, true]);
    own.ask({ prompt: 'three' });
    first.engine.turn.give(attempt(), done('3'));
    await settled();
    await first.journal.flush();
    await second.clock.advance(1000);
    for (const each of [own, conversation]) {
      assert.deepEqual(prompts(each), ['one: done', 'two: done', 'three: done']);
    }
  });

  it('keep a conversation whose last words are not on disk yet', async () => {
    const first = await streaming();
    const away = `${pathOf(first.id)}.away`;
    await rename(pathOf(first.id), away);
    first.engine.turn.give(text('two '));
    await settled();
    first.conversation.flush();
    const second = open();
    const asked = second.journal.requestLock(first.id);
    await settled();
    await first.clock.advance(1000);
    assert.deepEqual([first.conversation.readOnly, first.journal.isWritten(first.id)], [false, false]);
    assert.deepEqual(first.engine.turn.controls, []);
    await rename(away, pathOf(first.id));
    await first.clock.advance(5000);
    assert.equal(await there(second, asked), true);
    assert.equal((await second.journal.read(first.id))?.exchanges[0]?.state.text, 'one two ');
  });

  it('leave no lock behind of a conversation that was deleted while it was handed over', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const second = open();
    const conversation = (await second.conversations.open(id))!;
    await first.conversations.remove(id);
    await second.conversations.takeOver(conversation);
    assert.deepEqual(await readdir(disk.folder), [`${id}.jsonl.deleted`]);
  });

  it('leave no lock behind of a conversation that is shown nowhere any more when it is handed over', async () => {
    const first = await streaming();
    const second = open();
    const conversation = await second.conversations.open(first.id);
    assert.ok(conversation);
    const handedOver = second.conversations.takeOver(conversation);
    await settled();
    second.conversations.startNew();
    await first.clock.advance(1000);
    await there(second, handedOver);
    // Waits for the work on files, and changes nothing.
    await second.conversations.remove(noId);
    assert.deepEqual(await readdir(disk.folder), [`${first.id}.jsonl`]);
  });

  it('open a conversation to write it as soon as no other one has it', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const second = open();
    const conversation = await second.conversations.open(id);
    first.conversations.flushSync();
    assert.equal(await second.conversations.open(id), conversation);
    assert.equal(conversation?.readOnly, false);
  });

  it('take a conversation from a window that has been silent for 15 s', async () => {
    const first = await streaming();
    await utimes(join(disk.folder, `${first.id}.lock`), disk.epoch / 1000 - 16, disk.epoch / 1000 - 16);
    const second = open();
    const conversation = await there(second, second.conversations.open(first.id));
    assert.deepEqual(shown(conversation), [false, 'interrupted', 'one ']);
    await second.journal.flush();
    const content = await readFile(pathOf(first.id));
    await first.arrived(text('three'));
    assert.ok(content.equals(await readFile(pathOf(first.id))));
    await first.clock.advance(1000);
    assert.deepEqual(shown(first.conversation), [true, 'interrupted', 'one ']);
    assert.deepEqual(first.engine.turn.controls, ['stop']);
    assert.deepEqual([first.errors, second.errors], [[{ kind: 'taken' }], []]);
  });

  it('open no answer by themselves that another one may be writing', async () => {
    await streaming();
    const { conversations, errors } = open();
    assert.deepEqual(await conversations.brokenOff(), []);
    assert.deepEqual(errors, []);
  });

  it('delete nothing that another one has open, shown here or not', async () => {
    const first = await streaming();
    const { conversations, errors } = open();
    assert.equal(await conversations.remove(first.id), undefined);
    const conversation = await conversations.open(first.id);
    assert.equal(await conversations.remove(first.id), undefined);
    assert.deepEqual(errors, [{ kind: 'elsewhere' }, { kind: 'elsewhere' }]);
    assert.equal(await conversations.open(first.id), conversation);
    await first.arrived(text('two'), done('one two'));
    assert.equal((await conversations.read(first.id))?.exchanges[0]?.state.text, 'one two');
  });

  it('list, search and read what another one is writing', async () => {
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

  it('write nothing late at a place that has other words', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    first.conversations.flushSync();
    assert.equal((await open().conversations.open(id))?.id, id);
    const content = await readFile(pathOf(id));
    first.conversations.current?.ask({ prompt: 'Late' });
    await first.journal.flush();
    assert.ok(content.equals(await readFile(pathOf(id))));
  });

  it('leave no lock behind: of a blank one, one that is deleted, one that is not there, and those that are closed', async () => {
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

  it('delete no old conversation that another one has open', async () => {
    const first = open();
    const [old, shown] = [await first.talk(['one', '1']), await first.talk(['two', '2'])];
    await filesAreClosed(first);
    for (const id of [old, shown]) await utimes(pathOf(id), 1, 1);
    const { conversations, journal } = openWindow({ ...disk, limit: 0 });
    await journal.prune();
    assert.deepEqual((await readdir(disk.folder)).sort(), [`${shown}.jsonl`, `${shown}.lock`]);
    assert.equal(conversations.current, undefined);
  });

  it('write nothing over what another one has written, were it gone again before they look', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const own = first.conversations.current;
    await rm(join(disk.folder, `${id}.lock`));
    const second = open();
    const taken = await second.conversations.open(id);
    taken?.ask({ prompt: 'two '.repeat(50) });
    second.engine.turn.give(attempt(), done('2'));
    await settled();
    second.conversations.flushSync();
    assert.deepEqual(await readdir(disk.folder), [`${id}.jsonl`]);
    const content = await readFile(pathOf(id));
    own?.ask({ prompt: 'three' });
    await settled();
    await first.journal.flush();
    assert.ok(content.equals(await readFile(pathOf(id))));
    assert.deepEqual([first.errors, own?.readOnly], [[{ kind: 'taken' }], true]);
    assert.equal(first.conversations.running, undefined);
  });

  it('write nothing into what another one has made smaller', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    await truncate(pathOf(id), 10);
    first.conversations.current?.ask({ prompt: 'two' });
    await first.journal.flush();
    assert.equal((await readFile(pathOf(id))).length, 10);
    assert.deepEqual(first.errors, [{ kind: 'taken' }]);
  });

  it('rename nothing that another one has open, shown here or not, and say where it is', async () => {
    const first = await streaming();
    const second = open();
    await second.conversations.rename(first.id, 'Numbers');
    await second.conversations.open(first.id);
    await second.conversations.rename(first.id, 'Numbers');
    assert.deepEqual(second.errors, [{ kind: 'elsewhere' }, { kind: 'elsewhere' }]);
    await first.arrived(text('two'), done('one two'));
    assert.deepEqual(first.errors, []);
    const { title, exchanges } = (await second.conversations.read(first.id)) ?? {};
    assert.deepEqual([title, exchanges?.[0]?.state.text], [undefined, 'one two']);
  });

  it('ask in a conversation of their own where another one has the one that is remembered', async () => {
    const memory = new Map<string, unknown>();
    const first = openWindow({ ...disk, memory });
    const { id } = first.conversations.startNew();
    first.conversations.current?.ask({ prompt: 'one' });
    first.engine.turn.give(attempt(), text('1'));
    await settled();
    await first.journal.flush();
    const second = openWindow({ ...disk, memory });
    const resumed = await there(second, second.conversations.resume());
    assert.notEqual(resumed.id, id);
    assert.deepEqual([first.errors, second.errors], [[], []]);
  });

  it('ask at once where another machine may still have the one that is remembered', async () => {
    const memory = new Map<string, unknown>();
    const first = openWindow({ ...disk, memory });
    const id = await first.talk(['one', '1']);
    await writeFile(join(disk.folder, `${id}.lock`), JSON.stringify({ pid: 1, host: 'another', token: 't' }));
    await utimes(join(disk.folder, `${id}.lock`), disk.epoch / 1000 - 60, disk.epoch / 1000 - 60);
    const second = openWindow({ ...disk, memory });
    assert.notEqual((await second.conversations.resume()).id, id);
    assert.equal(second.clock.pending, 0);
  });

  it('wait once for all that another machine may still have, and make no panel wait for it', async () => {
    const first = open();
    const ids: string[] = [];
    for (const prompt of ['one', 'two', 'three']) {
      ids.push(first.conversations.startNew().id);
      first.conversations.current?.ask({ prompt });
      first.engine.turn.give(attempt(), text('half'));
      await settled();
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
    const brokenOff = second.conversations.brokenOff();
    // All of them are to be looked at again.
    await waiting(3);
    const opened = second.conversations.open(ids[0]);
    // One is taken, and its lock kept alive.
    await waiting(5);
    await second.clock.advance(300);
    assert.equal((await opened)?.id, ids[0]);
    await second.clock.advance(5700);
    assert.equal((await there(second, brokenOff)).length, 2);
  });

  it('go on under the id of one in which nothing was asked, but not of one that was deleted', async () => {
    const { conversations, talk } = open();
    assert.equal((await conversations.openOrStart(noId))?.id, noId);
    const id = await talk(['one', '1']);
    await conversations.remove(id);
    assert.equal(await conversations.openOrStart(id), undefined);
    assert.equal(await conversations.openOrStart('../escape'), undefined);
  });
});
