import assert from 'node:assert/strict';
import { readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamEvent } from '../../../src/core/events';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { attempt, done, settled, text } from './scriptedEngine';
import { openWindow, type Disk } from './window';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';

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

  it('hand a conversation over to the one that opens it, with all that the other one has received', async () => {
    const first = await streaming();
    first.engine.turn.give(text('two '));
    await settled();
    const second = open();
    const found = second.conversations.open(first.id);
    // Between the lock and the last write of the other one.
    while (second.clock.pending === 0) await settled();
    await second.clock.advance(299);
    assert.equal(await Promise.race([found, settled().then(() => 'waits')]), 'waits');
    await second.clock.advance(1);
    const taken = await found;
    assert.deepEqual([taken?.last?.state.phase, taken?.last?.state.text], ['interrupted', 'one ']);
    await second.journal.flush();
    const content = await readFile(pathOf(first.id));
    await first.arrived(text('three'), done('one two three'));
    assert.ok(content.equals(await readFile(pathOf(first.id))));
    assert.deepEqual([first.errors, second.errors], [[{ kind: 'taken', id: first.id }], []]);
  });

  it('open no answer by themselves that another one may be writing', async () => {
    await streaming();
    const { conversations, errors } = open();
    assert.deepEqual(await conversations.brokenOff(), []);
    assert.deepEqual(errors, []);
  });

  it('delete nothing that another one has open', async () => {
    const first = await streaming();
    const { conversations, errors } = open();
    assert.equal(await conversations.remove(first.id), undefined);
    assert.deepEqual(errors, [{ kind: 'elsewhere' }]);
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

  it('write nothing over what another one has written, were it gone again before they look', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const lost: string[] = [];
    first.conversations.onDidLose((conversation) => lost.push(conversation.id));
    const second = open();
    const taken = await there(second, second.conversations.open(id));
    taken?.ask({ prompt: 'two '.repeat(50) });
    second.engine.turn.give(attempt(), done('2'));
    await settled();
    second.conversations.flushSync();
    assert.deepEqual(await readdir(disk.folder), [`${id}.jsonl`]);
    const content = await readFile(pathOf(id));
    first.conversations.current?.ask({ prompt: 'three' });
    await settled();
    await first.journal.flush();
    assert.ok(content.equals(await readFile(pathOf(id))));
    assert.deepEqual([first.errors, lost], [[{ kind: 'taken', id }], [id]]);
    assert.deepEqual([first.conversations.current, first.conversations.running], [undefined, undefined]);
  });

  it('write nothing into what another one has made smaller', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    await truncate(pathOf(id), 10);
    first.conversations.current?.ask({ prompt: 'two' });
    await first.journal.flush();
    assert.equal((await readFile(pathOf(id))).length, 10);
    assert.deepEqual(first.errors, [{ kind: 'taken', id }]);
  });

  it('open what was taken from them anew, with what the other one has said in it', async () => {
    const first = open();
    const id = await first.talk(['one', '1']);
    const second = open();
    const taken = await there(second, second.conversations.open(id));
    taken?.ask({ prompt: 'two' });
    second.engine.turn.give(attempt(), done('2'));
    await settled();
    second.conversations.flushSync();
    await first.clock.advance(4000);
    first.conversations.current?.ask({ prompt: 'nowhere' });
    await first.journal.flush();
    const again = await there(first, first.conversations.open(id));
    assert.deepEqual(prompts(again), ['one: done', 'two: done']);
    again?.ask({ prompt: 'three' });
    await first.journal.flush();
    assert.match(await readFile(pathOf(id), 'utf8'), /three/);
  });

  it('stop a turn that was taken from them: nothing of it would be kept', async () => {
    const first = await streaming();
    const second = open();
    await there(second, second.conversations.open(first.id));
    await first.arrived(text('two '));
    assert.deepEqual(first.engine.turn.controls, ['stop']);
  });

  it('rename nothing that another one has open, and say where it is', async () => {
    const first = await streaming();
    const second = open();
    await there(second, second.conversations.rename(first.id, 'Numbers'));
    assert.deepEqual(second.errors, [{ kind: 'elsewhere' }]);
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
    assert.equal((await brokenOff).length, 2);
  });

  it('go on under the id of one in which nothing was asked, but not of one that was deleted', async () => {
    const { conversations, talk } = open();
    assert.equal((await conversations.openOrStart(noId))?.id, noId);
    const id = await talk(['one', '1']);
    await conversations.remove(id);
    assert.equal(await conversations.openOrStart(id), undefined);
    assert.equal(await conversations.openOrStart('../escape'), undefined);
  });

  it('tell a person whose conversation was taken over, and write nothing of it any more', async () => {
    const first = await streaming();
    await rm(join(disk.folder, `${first.id}.lock`));
    const second = open();
    assert.equal((await second.conversations.open(first.id))?.id, first.id);
    await second.journal.flush();
    await first.clock.advance(4000);
    assert.deepEqual(first.errors, [{ kind: 'taken', id: first.id }]);
    const content = await readFile(pathOf(first.id));
    await first.arrived(text('two'));
    assert.ok(content.equals(await readFile(pathOf(first.id))));
  });
});
