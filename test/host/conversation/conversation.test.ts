import assert from 'node:assert/strict';
import { Conversation, type ConversationChange } from '../../../src/host/conversation/conversation';
import type { Exchange } from '../../../src/host/conversation/exchange';
import { foldJournal } from '../../../src/host/conversation/journalFold';
import type { JournalLine } from '../../../src/host/conversation/journalLines';
import { attempt, done, failed, reasoning, ScriptedEngine, settled, text, waiting } from './scriptedEngine';
import { VirtualClock } from '../../support/virtualClock';

function setUp(earlier: readonly Exchange[] = []) {
  const engine = new ScriptedEngine();
  const clock = new VirtualClock();
  const lines: JournalLine[] = [];
  const changes: ConversationChange[] = [];
  const errors: unknown[] = [];
  const conversation = new Conversation(
    'c',
    earlier,
    { append: (line) => lines.push(line) },
    {
      engine,
      clock,
      defaults: () => ({ model: 'default', systemPrompt: 'Be brief.', temperature: 0.5, maxTokens: 9 }),
      connection: (demo) =>
        Promise.resolve({ baseUrl: demo ? 'http://127.0.0.1:1/v1' : 'https://own.example/v1', apiKey: 'hsa-key' }),
      onEvent: () => undefined,
      onError: (error) => errors.push(error),
    },
  );
  conversation.onDidChange((change) => changes.push(change));
  const roles = (): string[] => engine.turn.request.messages.map(({ role, content }) => `${role}: ${content}`);
  const phases = (): string[] => conversation.exchanges().map(({ state, queued }) => (queued ? 'queued' : state.phase));
  return { engine, clock, lines, changes, errors, conversation, roles, phases };
}

describe('A turn of the demo', () => {
  it('goes to the embedded gateway and nowhere else, and a real one never goes there', async () => {
    const { conversation, engine } = setUp();
    for (const [demo, baseUrl] of [
      [true, 'http://127.0.0.1:1/v1'],
      [false, 'https://own.example/v1'],
    ] as const) {
      conversation.ask({ prompt: 'Hi', demo });
      assert.equal((await engine.turn.options?.connection?.())?.baseUrl, baseUrl);
      engine.turn.give(attempt(), done('made up'));
      await settled();
    }
  });

  it('is no part of a real conversation', async () => {
    const { conversation, engine, roles } = setUp();
    conversation.ask({ prompt: 'demo', demo: true });
    engine.turn.give(attempt(), done('made up'));
    await settled();
    conversation.ask({ prompt: 'real', demo: false });
    assert.deepEqual(roles(), ['system: Be brief.', 'user: real']);
  });

  it('ends when the demo is left, with those that wait behind it; a real one goes on', async () => {
    const { conversation, engine, phases } = setUp();
    conversation.ask({ prompt: 'one', demo: true });
    conversation.ask({ prompt: 'two', demo: true });
    conversation.ask({ prompt: 'three' });
    conversation.leaveDemo();
    await settled();
    assert.deepEqual(phases(), ['stopped', 'interrupted', 'connecting']);
    conversation.leaveDemo();
    assert.deepEqual(engine.turn.controls, []);
  });

  it('does not wait for another key of the real gateway', async () => {
    const { conversation, engine } = setUp();
    conversation.ask({ prompt: 'one', demo: true });
    engine.turn.give(attempt(), waiting);
    await settled();
    conversation.flush();
    conversation.settingsChanged(true);
    assert.deepEqual(engine.turn.controls, []);
  });
});

describe('Conversation', () => {
  it('asks with the system prompt and the settings', () => {
    const { conversation, engine, roles } = setUp();
    conversation.ask({ prompt: 'Hi', content: 'Hi, in full' });
    assert.deepEqual(roles(), ['system: Be brief.', 'user: Hi, in full']);
    assert.deepEqual(
      { ...engine.turn.request, messages: [] },
      { model: 'default', messages: [], temperature: 0.5, maxTokens: 9 },
    );
    assert.equal(engine.turn.options?.partial, undefined);
  });

  it('sends earlier exchanges along, a partial answer with its partial, one without text not at all', async () => {
    const { conversation, engine, roles } = setUp();
    for (const [prompt, end] of [
      ['one', done('answer one')],
      ['two', failed('half of t')],
      ['three', failed('')],
    ] as const) {
      conversation.ask({ prompt });
      engine.turn.give(attempt(), end);
      await settled();
    }
    conversation.ask({ prompt: 'four' });
    assert.deepEqual(roles(), [
      'system: Be brief.',
      'user: one',
      'assistant: answer one',
      'user: two',
      'assistant: half of t',
      'user: four',
    ]);
  });

  it('runs one turn at a time and the queued prompts in order', async () => {
    const { conversation, engine, phases, roles } = setUp();
    for (const prompt of ['one', 'two', 'three']) conversation.ask({ prompt });
    assert.equal(engine.turns.length, 1);
    assert.deepEqual(phases(), ['connecting', 'queued', 'queued']);
    engine.turn.give(done('1'));
    await settled();
    assert.deepEqual(phases(), ['done', 'connecting', 'queued']);
    assert.equal(roles().at(-1), 'user: two');
    engine.turn.give(done('2'));
    await settled();
    assert.deepEqual(phases(), ['done', 'done', 'connecting']);
    assert.equal(roles().at(-1), 'user: three');
  });

  it('stops the running turn and goes on with the queue', async () => {
    const { conversation, engine, phases } = setUp();
    conversation.ask({ prompt: 'one' });
    conversation.ask({ prompt: 'two' });
    conversation.stop();
    await settled();
    assert.deepEqual(engine.turns[0]?.controls, ['stop']);
    assert.deepEqual(phases(), ['stopped', 'connecting']);
  });

  it('hands controls to the turn while it runs', () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    conversation.retryNow();
    conversation.restart(id);
    conversation.switchModel(id, 'other');
    assert.deepEqual(engine.turn.controls, ['retryNow', 'retryNow', 'switchModel other']);
    assert.equal(engine.turns.length, 1);
  });

  it('retries a failed turn with its text as the partial, which stays on screen', async () => {
    const { conversation, engine, changes } = setUp();
    conversation.ask({ prompt: 'one' });
    engine.turn.give(attempt(), text('half'), failed('half'));
    await settled();
    conversation.retryNow();
    assert.equal(engine.turns.length, 2);
    assert.equal(engine.turn.options?.partial, 'half');
    const last = changes.at(-1);
    assert.ok(last?.type === 'exchange');
    assert.equal(last.exchange.state.text, 'half');
    assert.equal(last.exchange.state.phase, 'connecting');
    assert.equal(last.exchange.state.failure, undefined);
  });

  it('retries nothing when the last answer is whole, but restarts it when asked to', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.give(done('whole'));
    await settled();
    conversation.retryNow();
    assert.equal(engine.turns.length, 1);
    conversation.restart(id);
    assert.equal(engine.turns.length, 2);
  });

  it('starts an earlier turn again with only what came before it, and only after the running one', async () => {
    const { conversation, engine, phases, roles } = setUp();
    const first = conversation.ask({ prompt: 'one' });
    engine.turn.give(failed('part'));
    await settled();
    conversation.ask({ prompt: 'two' });
    conversation.restart(first.id);
    assert.deepEqual(phases(), ['queued', 'connecting']);
    engine.turn.give(done('2'));
    await settled();
    assert.deepEqual(roles(), ['system: Be brief.', 'user: one']);
  });

  it('uses the model a failed turn was switched to, and the one of the settings otherwise', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one', model: 'asked' });
    assert.equal(engine.turn.request.model, 'asked');
    engine.turn.give(failed(''));
    await settled();
    conversation.switchModel(id, 'switched');
    assert.equal(engine.turn.request.model, 'switched');
    engine.turn.give(failed(''));
    await settled();
    conversation.retryNow();
    assert.equal(engine.turn.request.model, 'switched');
  });

  it('keeps the model that was switched to in mid-turn for a later attempt', async () => {
    const { conversation, engine } = setUp();
    conversation.ask({ prompt: 'one' });
    engine.turn.give({ type: 'model', from: 'default', to: 'switched', reason: 'user', attempt: 1, at: 1 }, failed(''));
    await settled();
    conversation.retryNow();
    assert.equal(engine.turn.request.model, 'switched');
  });

  it('ends a wait when the route changes, and disturbs nothing else', async () => {
    const { conversation, engine, clock } = setUp();
    conversation.ask({ prompt: 'one' });
    engine.turn.give(attempt('default'));
    await settled();
    conversation.settingsChanged(true);
    assert.deepEqual(engine.turn.controls, []);
    engine.turn.give(waiting);
    await settled();
    await clock.advance(16);
    conversation.settingsChanged(false);
    assert.deepEqual(engine.turn.controls, []);
    conversation.settingsChanged(true);
    assert.deepEqual(engine.turn.controls, ['retryNow']);
  });

  for (const { model, controls } of [
    { model: undefined, controls: ['switchModel default'] },
    { model: 'asked', controls: [] },
  ]) {
    it(`${model ? 'leaves alone' : 'ends'} a wait of a turn asked of ${model ?? 'the set model'} when that changes`, async () => {
      const { conversation, engine, clock } = setUp();
      conversation.ask({ prompt: 'one', model });
      engine.turn.give(attempt('earlier default'), waiting);
      await settled();
      await clock.advance(16);
      conversation.settingsChanged(false);
      assert.deepEqual(engine.turn.controls, controls);
    });
  }

  it('shows a turn that ended without an end as interrupted, reports the defect and goes on', async () => {
    const { conversation, engine, errors, phases } = setUp();
    conversation.ask({ prompt: 'one' });
    conversation.ask({ prompt: 'two' });
    const defect = new Error('defect');
    engine.turn.break(defect);
    await settled();
    assert.deepEqual(errors, [defect]);
    assert.deepEqual(phases(), ['interrupted', 'connecting']);
  });

  it('has every event in state, changes and journal alike', async () => {
    const { conversation, engine, clock, changes, lines } = setUp();
    conversation.ask({ prompt: 'one' });
    const events = [attempt(), reasoning('hm'), text('a'), text('b'), waiting, text('c')];
    for (const event of events) engine.turn.give(event);
    await settled();
    await clock.advance(16);
    const seen = changes.flatMap((change) => (change.type === 'events' ? change.events : []));
    assert.deepEqual(seen, events);
    const state = conversation.exchanges()[0]!.state;
    assert.equal(state.text, 'abc');
    // On disk a running turn is one that was interrupted.
    assert.deepEqual(foldJournal(lines).exchanges[0]!.state.text, 'abc');
    assert.equal(foldJournal(lines).exchanges[0]!.state.phase, 'interrupted');
  });

  it('writes reruns so that the journal folds to the same exchanges', async () => {
    const { conversation, engine, lines } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.give(attempt(), text('half'), failed('half'));
    await settled();
    conversation.switchModel(id, 'b');
    engine.turn.give(attempt('b'), { type: 'replaced', text: 'whole', attempt: 1, at: 3 }, done('whole'));
    await settled();
    assert.deepEqual(
      JSON.parse(JSON.stringify(foldJournal(lines).exchanges)),
      JSON.parse(JSON.stringify(conversation.exchanges())),
    );
  });

  it('has what was gathered after a flush', async () => {
    const { conversation, engine, lines } = setUp();
    conversation.ask({ prompt: 'one' });
    engine.turn.give(text('a'), text('b'));
    await settled();
    assert.equal(foldJournal(lines).exchanges[0]!.state.text, 'a');
    conversation.flush();
    assert.equal(foldJournal(lines).exchanges[0]!.state.text, 'ab');
  });
});
