import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StreamEvent } from '../../../src/core/events';
import { attempt, done, settled, text } from './scriptedEngine';
import { openWindow, type Disk } from './window';

const noId = '5f1c7e9a-0000-4000-8000-000000000001';

describe('Windows that share their conversations', () => {
  let disk: Disk;
  const pathOf = (id: string): string => join(disk.folder, `${id}.jsonl`);

  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windows-'));
    disk = { folder, memory: new Map(), limit: 10, epoch: Date.now() };
  });
  afterEach(() => rm(disk.folder, { recursive: true }));

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
    await second.clock.advance(300);
    const taken = await found;
    assert.deepEqual([taken?.last?.state.phase, taken?.last?.state.text], ['interrupted', 'one ']);
    await second.journal.flush();
    const content = await readFile(pathOf(first.id));
    await first.arrived(text('three'), done('one two three'));
    assert.ok(content.equals(await readFile(pathOf(first.id))));
    assert.deepEqual([first.errors, second.errors], [[{ kind: 'taken' }], []]);
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

  it('tell a person whose conversation was taken over, and write nothing of it any more', async () => {
    const first = await streaming();
    await rm(join(disk.folder, `${first.id}.lock`));
    const second = open();
    assert.equal((await second.conversations.open(first.id))?.id, first.id);
    await second.journal.flush();
    await first.clock.advance(4000);
    assert.deepEqual(first.errors, [{ kind: 'taken' }]);
    const content = await readFile(pathOf(first.id));
    await first.arrived(text('two'));
    assert.ok(content.equals(await readFile(pathOf(first.id))));
  });
});
