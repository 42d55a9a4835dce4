import assert from 'node:assert/strict';
import type { EngineSettings } from '../../../src/engine/engine';
import type { StreamEvent } from '../../../src/engine/events';
import { Conversation, type ConversationChange } from '../../../src/host/conversation/conversation';
import { foldJournal } from '../../../src/host/journal/journalFold';
import type { JournalLine } from '../../../src/host/journal/journalSchema';
import { VirtualClock } from '../../support/virtualClock';
import {
  attempt,
  done,
  failed,
  reasoning,
  resumed,
  ScriptedEngine,
  settled,
  stopped,
  text,
  waiting,
} from './scriptedEngine';

const own = { baseUrl: 'https://own.example/v1', apiKey: 'hsa-key' };

function setUp(resume: EngineSettings['resume'] = 'auto') {
  const engine = new ScriptedEngine();
  const clock = new VirtualClock();
  const lines: JournalLine[] = [];
  const changes: ConversationChange[] = [];
  const errors: unknown[] = [];
  const settings = { model: 'default' };
  const conversation = new Conversation(
    'c',
    foldJournal([]),
    { append: (line) => lines.push(line) },
    {
      engine: () => engine,
      clock,
      defaults: () => ({ ...settings, systemPrompt: 'Be brief.', temperature: 0.5, maxTokens: 9 }),
      connection: (demo) => Promise.resolve(demo ? { ...own, baseUrl: 'http://127.0.0.1:1/v1' } : own),
      resume: () => resume,
      localize: (message) => message,
      onEvent: () => undefined,
      onError: (error) => errors.push(error),
    },
  );
  conversation.onDidChange((change) => changes.push(change));
  const roles = (): string[] =>
    engine.turn.request.messages.map(({ role, content }) => `${role}: ${typeof content === 'string' ? content : ''}`);
  const phases = (): string[] => conversation.exchanges().map(({ state, queued }) => (queued ? 'queued' : state.phase));
  return { engine, clock, lines, changes, errors, settings, conversation, roles, phases };
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
    const { conversation, engine, lines, phases } = setUp();
    conversation.ask({ prompt: 'one', demo: true });
    conversation.ask({ prompt: 'two', demo: true });
    const { id } = conversation.ask({ prompt: 'three' });
    conversation.endDemo();
    await settled();
    assert.deepEqual(phases(), ['stopped', 'interrupted', 'connecting']);
    // Nobody has to be told of the others again.
    assert.deepEqual(foldJournal(lines).interruptedIds, [id]);
    conversation.endDemo();
    assert.deepEqual(engine.turn.controls, []);
  });

  it('does not mind another model of the real gateway', async () => {
    const { conversation, engine, settings } = setUp();
    conversation.ask({ prompt: 'one', demo: true });
    engine.turn.give(attempt(), waiting);
    await settled();
    conversation.flush();
    settings.model = 'other';
    conversation.applySettings();
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
    assert.equal(engine.turn.options?.earlier, undefined);
  });

  it('tells what an exchange asks, of the model that has answered it, with the settings as they are', async () => {
    const { conversation, engine, settings } = setUp();
    conversation.ask({ prompt: 'made up', demo: true });
    engine.turn.give(attempt(), done('a demo'));
    await settled();
    const { id } = conversation.ask({ prompt: 'one' });
    const { messages } = engine.turn.request;
    engine.turn.give(attempt('fallback'), done('answer one'));
    await settled();
    conversation.ask({ prompt: 'two' });
    settings.model = 'other';
    assert.deepEqual(conversation.requestOf(id), { model: 'fallback', messages, temperature: 0.5, maxTokens: 9 });
    assert.deepEqual(
      messages.map(({ content }) => content),
      ['Be brief.', 'one'],
    );
    assert.equal(conversation.requestOf('none'), undefined);
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

  it('does not stop the next turn when a stop of the previous turn arrives late', async () => {
    const { conversation, engine, phases } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    conversation.ask({ prompt: 'two' });
    engine.turn.give(done('1'));
    await settled();
    conversation.stop(id);
    await settled();
    assert.deepEqual(engine.turn.controls, []);
    assert.deepEqual(phases(), ['done', 'connecting']);
  });

  it('keeps a complete answer that arrived while the user was choosing another model', async () => {
    const { conversation, engine, phases } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.give(attempt(), text('1'), done('1'));
    await settled();
    conversation.switchModel(id, 'other');
    assert.equal(engine.turns.length, 1);
    assert.deepEqual(phases(), ['done']);
  });

  it('removes a queued prompt that is stopped and goes on with the others', async () => {
    const { conversation, engine, phases, roles } = setUp();
    conversation.ask({ prompt: 'one' });
    const { id } = conversation.ask({ prompt: 'two' });
    conversation.ask({ prompt: 'three' });
    conversation.stop(id);
    assert.deepEqual(phases(), ['connecting', 'stopped', 'queued']);
    assert.deepEqual(engine.turns[0]?.controls, []);
    engine.turn.give(done('1'));
    await settled();
    assert.deepEqual(phases(), ['done', 'stopped', 'connecting']);
    assert.equal(roles().at(-1), 'user: three');
  });

  it('stops a turn that began while its queued prompt was being removed', () => {
    const { conversation, engine } = setUp();
    conversation.stop(conversation.ask({ prompt: 'one' }).id);
    assert.deepEqual(engine.turn.controls, ['stop']);
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

  it('retries a failed turn with its text, which stays on screen', async () => {
    const { conversation, engine, changes } = setUp();
    conversation.ask({ prompt: 'one' });
    engine.turn.give(attempt(), text('half'), failed('half'));
    await settled();
    conversation.retryNow();
    assert.equal(engine.turns.length, 2);
    assert.equal(engine.turn.options?.earlier?.text, 'half');
    const last = changes.at(-1);
    assert.ok(last?.type === 'exchange');
    assert.equal(last.exchange.state.text, 'half');
    assert.equal(last.exchange.state.phase, 'connecting');
    assert.equal(last.exchange.state.failure, undefined);
  });

  for (const { name, end } of [
    { name: 'stopped', end: stopped('half') },
    { name: 'failed', end: failed('half') },
    { name: 'cut by the token limit', end: done('half', 'length') },
  ]) {
    it(`goes on with an answer that was ${name} in its own exchange, where its text ends`, async () => {
      const { conversation, engine, roles } = setUp();
      const { id } = conversation.ask({ prompt: 'one' });
      engine.turn.give(attempt(), reasoning('hm'), text('half'), end);
      await settled();
      conversation.continue(id);
      assert.deepEqual(engine.turn.options?.earlier, {
        text: 'half',
        reasoned: true,
        calledTools: false,
        go: 'continue',
      });
      assert.deepEqual(roles(), ['system: Be brief.', 'user: one']);
      assert.equal(conversation.active?.state.reasoning, 'hm');
      engine.turn.give(attempt(), resumed(4), text(' and half'), done('half and half'));
      await settled();
      const [only, ...more] = conversation.exchanges();
      assert.deepEqual([only?.state.text, only?.state.seams, more], ['half and half', [{ offset: 4 }], []]);
    });
  }

  it('keeps the seams of an answer that goes on once more, and forgets them when it starts anew', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.give(attempt(), text('one '), resumed(4), text('two '), stopped('one two '));
    await settled();
    conversation.continue(id);
    engine.turn.give(attempt(), resumed(8), text('three'), stopped('one two three'));
    await settled();
    assert.deepEqual(conversation.last?.state.seams, [{ offset: 4 }, { offset: 8 }]);
    conversation.restart(id);
    assert.equal(engine.turn.options?.earlier?.go, 'restart');
    assert.deepEqual([conversation.last.state.seams, conversation.last.state.text], [[], 'one two three']);
  });

  for (const { name, end } of [
    { name: 'is whole', end: done('whole') },
    { name: 'has no text', end: stopped('') },
    { name: 'exceeded the size limit', end: { ...failed('half'), kind: 'too-large' } as StreamEvent },
  ]) {
    it(`does not go on with an answer that ${name}`, async () => {
      const { conversation, engine } = setUp();
      const { id } = conversation.ask({ prompt: 'one' });
      engine.turn.give(attempt(), end);
      await settled();
      conversation.continue(id);
      assert.equal(engine.turns.length, 1);
    });
  }

  for (const [resume, words, go] of [
    ['auto', 'half', 'continue'],
    ['restart', 'half', 'restart'],
    ['off', 'half', 'restart'],
    ['auto', '', undefined],
  ] as const) {
    it(`tries ${words ? 'a partial answer' : 'a turn without text'} again by ${go ?? 'asking again'} where the setting is ${resume}`, async () => {
      const { conversation, engine } = setUp(resume);
      conversation.ask({ prompt: 'one' });
      engine.turn.give(attempt(), reasoning('hm'), failed(words));
      await settled();
      conversation.retryNow();
      assert.equal(engine.turns.length, 2);
      assert.equal(engine.turn.options?.earlier?.go, go);
      assert.equal(conversation.last?.state.reasoning, go === 'continue' ? 'hm' : '');
    });
  }

  it('asks another model anew, whatever there is of an answer', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.give(attempt(), failed('half'));
    await settled();
    conversation.switchModel(id, 'other');
    assert.equal(engine.turn.options?.earlier?.go, 'restart');
  });

  it('goes on, when it has waited for the turn before, as it was asked to', async () => {
    const { conversation, engine, phases } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.give(attempt(), stopped('half'));
    await settled();
    conversation.ask({ prompt: 'two' });
    conversation.continue(id);
    assert.deepEqual(phases(), ['queued', 'connecting']);
    engine.turn.give(done('2'));
    await settled();
    assert.equal(engine.turn.options?.earlier?.go, 'continue');
  });

  it('tries anyway: the running turn, or one that is over, and no other', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    conversation.tryAnyway(id);
    assert.deepEqual(engine.turn.controls, ['tryAnyway']);
    engine.turn.give(failed(''));
    await settled();
    conversation.tryAnyway(id);
    assert.deepEqual([engine.turns.length, engine.turn.controls], [2, ['tryAnyway']]);
    engine.turn.give(failed(''));
    await settled();
    conversation.ask({ prompt: 'two' });
    conversation.tryAnyway(id);
    assert.deepEqual([engine.turns.length, engine.turn.controls], [3, []]);
  });

  for (const control of ['retryNow', 'tryAnyway'] as const) {
    it(`sends a turn that is over at once at ${control}, also after the one it has to wait for`, async () => {
      const { conversation, engine, phases } = setUp();
      const { id } = conversation.ask({ prompt: 'one' });
      engine.turn.give(attempt(), failed('half'));
      await settled();
      conversation[control](id);
      assert.deepEqual([engine.turns.length, engine.turn.controls], [2, [control]]);
      engine.turn.give(failed('half'));
      await settled();
      conversation.ask({ prompt: 'two' });
      conversation[control](id);
      assert.deepEqual([phases(), engine.turn.controls], [['queued', 'connecting'], []]);
      engine.turn.give(done('2'));
      await settled();
      assert.deepEqual([engine.turns.length, engine.turn.controls], [4, [control]]);
    });
  }

  it('lets a prompt, Continue, Restart and another model wait in line', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    for (const again of [
      () => conversation.continue(id),
      () => conversation.restart(id),
      () => conversation.switchModel(id, 'other'),
    ]) {
      engine.turn.give(attempt(), failed('half'));
      await settled();
      again();
    }
    assert.deepEqual(
      engine.turns.map(({ controls }) => controls),
      [[], [], [], []],
    );
  });

  it('names the model that is asked before there is an attempt', async () => {
    const { conversation, engine, changes, settings } = setUp();
    const shown = (): unknown => {
      const last = changes.at(-1);
      return last?.type === 'exchange' && last.exchange.state.model;
    };
    const { id } = conversation.ask({ prompt: 'one' });
    assert.deepEqual([shown(), conversation.last?.state.model], ['default', 'default']);
    conversation.ask({ prompt: 'two', model: 'asked' });
    assert.equal(conversation.last?.state.model, '');
    engine.turn.give(attempt('fallback'), failed(''));
    await settled();
    assert.equal(shown(), 'asked');
    engine.turn.give(done('2'));
    await settled();
    settings.model = 'other';
    conversation.restart(id);
    assert.equal(shown(), 'other');
  });

  it('forgets the switches of the model when it starts again', async () => {
    const { conversation, engine } = setUp();
    const back = { type: 'model', from: 'default', to: 'fallback', reason: 'overloaded', attempt: 1, at: 1 } as const;
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.give(attempt(), back, failed('half'));
    await settled();
    assert.equal(conversation.last?.state.switches.length, 1);
    conversation.continue(id);
    assert.deepEqual(conversation.last.state.switches, []);
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

  it('says of an answer that goes on whether it has called tools', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    const call = { type: 'tool-call', index: 0, name: 'read', arguments: '{', attempt: 1, at: 1 } as const;
    engine.turn.give(attempt(), text('half'), call, stopped('half'));
    await settled();
    conversation.continue(id);
    assert.equal(engine.turn.options?.earlier?.calledTools, true);
    assert.equal(conversation.active?.state.toolCalls.length, 1);
  });

  it('keeps what was thought when an answer goes on, and thinks on from there', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.give(attempt(), reasoning('hm'), text('half'), stopped('half'));
    await settled();
    conversation.continue(id);
    engine.turn.give({ ...attempt(), how: 'continue' } as StreamEvent, reasoning('so'), stopped('half'));
    await settled();
    assert.equal(conversation.last?.state.reasoning, 'hm\n\nso');
  });

  for (const { model, controls } of [
    { model: undefined, controls: ['switchModel other'] },
    { model: 'asked', controls: [] },
  ]) {
    it(`${model ? 'leaves alone' : 'ends'} a wait of a turn asked of ${model ?? 'the set model'} when that changes`, async () => {
      const { conversation, engine, clock, settings } = setUp();
      conversation.ask({ prompt: 'one', model });
      engine.turn.give(attempt(model ?? 'default'), waiting);
      await settled();
      await clock.advance(16);
      settings.model = 'other';
      conversation.applySettings();
      assert.deepEqual(engine.turn.controls, controls);
    });
  }

  describe('Select Model in the shown conversation', () => {
    const cases = [
      { turn: 'with the model of the settings', input: {}, demo: false, controls: ['switchModel other'] },
      { turn: 'with its own model', input: { model: 'asked' }, demo: false, controls: ['switchModel other'] },
      {
        turn: 'of the demo',
        input: { demo: true, model: 'demo-rate-limit' },
        demo: true,
        controls: ['switchModel other'],
      },
      { turn: 'of the demo when the model is of the gateway', input: { demo: true }, demo: false, controls: [] },
      { turn: 'of the gateway when the model is of the demo', input: {}, demo: true, controls: [] },
    ];
    for (const { turn, input, demo, controls } of cases) {
      it(`${controls.length > 0 ? 'moves' : 'does not move'} a waiting turn ${turn}`, async () => {
        const { conversation, engine, settings } = setUp();
        conversation.ask({ prompt: 'one', ...input });
        engine.turn.give(attempt(), waiting);
        await settled();
        conversation.selectModel('other', demo);
        // The setting of the gateway's model changes only afterwards.
        if (!demo) settings.model = 'other';
        conversation.applySettings();
        assert.deepEqual(engine.turn.controls, controls);
      });
    }

    it('moves a waiting turn back from its fallback model to the model that is set', async () => {
      const { conversation, engine } = setUp();
      conversation.ask({ prompt: 'one' });
      const back = { type: 'model', from: 'default', to: 'fallback', reason: 'overloaded', attempt: 1, at: 1 } as const;
      engine.turn.give(attempt('default'), back, attempt('fallback', 2), waiting);
      await settled();
      conversation.selectModel('default', false);
      assert.deepEqual(engine.turn.controls, ['switchModel default']);
    });

    it('does not move a turn that is not waiting', async () => {
      const { conversation, engine } = setUp();
      conversation.ask({ prompt: 'one' });
      engine.turn.give(attempt(), waiting, attempt('default', 2), text('Hi'));
      await settled();
      conversation.selectModel('other', false);
      assert.deepEqual(engine.turn.controls, []);
    });
  });

  describe('in a wait for the model a turn has fallen back to', () => {
    const fallenBack = async () => {
      const world = setUp();
      const { conversation, engine, clock } = world;
      conversation.ask({ prompt: 'one' });
      await engine.turn.options?.connection?.();
      const back = { type: 'model', from: 'default', to: 'fallback', reason: 'overloaded', attempt: 1, at: 1 } as const;
      engine.turn.give(attempt('default'), back, attempt('fallback', 2), waiting);
      await settled();
      await clock.advance(16);
      return world;
    };

    it('a change of other settings leaves it there', async () => {
      const { conversation, engine } = await fallenBack();
      conversation.applySettings();
      assert.deepEqual(engine.turn.controls, []);
    });

    it('another model that is set takes its place', async () => {
      const { conversation, engine, settings } = await fallenBack();
      settings.model = 'other';
      conversation.applySettings();
      conversation.applySettings();
      assert.deepEqual(engine.turn.controls, ['switchModel other']);
    });

    it('that model itself, when it is set, is no other', async () => {
      const { conversation, engine, settings } = await fallenBack();
      settings.model = 'fallback';
      conversation.applySettings();
      assert.deepEqual(engine.turn.controls, []);
    });
  });

  it('ends a turn with an internal error and the partial answer after a defect, and starts the next turn', async () => {
    const { conversation, engine, errors, lines, phases } = setUp();
    conversation.ask({ prompt: 'one' });
    conversation.ask({ prompt: 'two' });
    const defect = new Error('defect');
    engine.turn.give(attempt(), text('part'));
    await settled();
    engine.turn.break(defect);
    await settled();
    assert.deepEqual(errors, [defect]);
    assert.deepEqual(phases(), ['failed', 'connecting']);
    const { failure, text: kept } = conversation.exchanges()[0]!.state;
    assert.deepEqual([failure?.kind, kept], ['internal', 'part']);
    assert.deepEqual(failure?.actions, ['showLog', 'exportDiagnostics', 'retryNow', 'continue', 'restart']);
    assert.equal(foldJournal(lines).exchanges[0]!.state.failure?.kind, 'internal');
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
    engine.turn.give(attempt(), reasoning('hm'), text('ha'), failed('ha'));
    await settled();
    conversation.continue(id);
    engine.turn.give(attempt(), resumed(2), text('lf'), failed('half'));
    await settled();
    assert.deepEqual(
      JSON.parse(JSON.stringify(foldJournal(lines).exchanges)),
      JSON.parse(JSON.stringify(conversation.exchanges())),
    );
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

describe('An answer that has ended', () => {
  const answer = 'a whole answer '.repeat(20);
  for (const [name, end] of [
    ['done', done(answer)],
    ['stopped', stopped(answer)],
    ['failed', failed(answer)],
  ] as const) {
    it(`is written once to the journal, to the events for the page and to its later views: ${name}`, async () => {
      const { conversation, engine, lines, changes } = setUp();
      conversation.ask({ prompt: 'Hi' });
      engine.turn.give(attempt(), text(answer), end);
      await settled();
      assert.equal(conversation.last?.state.text, answer);
      assert.equal(foldJournal(lines).exchanges[0]?.state.text, answer);
      const timesIn = (all: unknown): number => JSON.stringify(all).split(answer).length - 1;
      assert.deepEqual(
        [timesIn(lines), timesIn(changes.filter(({ type }) => type === 'events')), timesIn(conversation.views())],
        [1, 1, 1],
      );
    });
  }
});
