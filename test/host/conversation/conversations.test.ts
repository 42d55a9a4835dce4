import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Conversations } from '../../../src/host/conversation/conversations';
import { Journal } from '../../../src/host/conversation/journal';
import { VirtualClock } from '../../support/virtualClock';
import { attempt, done, ScriptedEngine, settled, text } from './scriptedEngine';

describe('Conversations', () => {
  let folder: string;
  let memory: Map<string, unknown>;
  let limit: number;
  let epoch: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conversations-'));
    memory = new Map();
    limit = 10;
    epoch = Date.now();
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Another window, or the same one after a reload. */
  function open() {
    const clock = new VirtualClock();
    clock.epoch = epoch;
    const engine = new ScriptedEngine();
    const errors: unknown[] = [];
    const onProblem = (problem: unknown): unknown => errors.push(problem);
    const journal = new Journal({ folder, clock, limit: () => limit, onProblem });
    const conversations = new Conversations({
      engine,
      clock,
      journal,
      defaults: () => ({ model: 'm', systemPrompt: '', temperature: 1, maxTokens: 1 }),
      connection: () => Promise.resolve({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-own' }),
      resume: () => 'auto',
      memory: {
        get: (key) => memory.get(key),
        update: (key, value) => Promise.resolve(void memory.set(key, value)),
      },
      onEvent: () => undefined,
      onError: (error) => errors.push(error),
    });
    return { conversations, engine, journal, errors };
  }

  it('gives back, after a reload in mid-stream, all that had arrived', async () => {
    const before = open();
    const conversation = await before.conversations.resume();
    conversation.ask({ prompt: 'Hi' });
    before.engine.turn.give(attempt(), text('one '), text('two '), text('three'));
    await settled();
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

  it('starts anew after a reload when nothing was interrupted, and opens the old one by its id', async () => {
    const before = open();
    const conversation = await before.conversations.resume();
    conversation.ask({ prompt: 'Hi' });
    before.engine.turn.give(done('Hello'));
    await settled();
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
    await settled();
    before.conversations.flushSync();

    const after = open();
    assert.equal((await after.conversations.brokenOff())?.id, conversation.id);
    assert.equal(after.conversations.current?.id, conversation.id);
    after.conversations.flushSync();
    assert.equal(await open().conversations.brokenOff(), undefined);
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
    limit = 2;
    // Files of the last hour are kept in any case.
    epoch = Date.now() + 2 * 60 * 60 * 1000;
    const { conversations, engine, journal, errors } = open();
    for (let n = 0; n < 4; n++) {
      conversations.startNew().ask({ prompt: 'Hi' });
      engine.turn.give(done('Hello'));
      await settled();
      await journal.flush();
    }
    await conversations.open(conversations.current?.id);
    assert.equal((await readdir(folder)).length, 2);
    assert.deepEqual(errors, []);
  });

  it('leaves the current conversation alone when the one that is opened is not wanted any more', async () => {
    const before = open();
    const { id } = await before.conversations.resume();
    before.conversations.current?.ask({ prompt: 'Hi' });
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
});
