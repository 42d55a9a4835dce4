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
  waitForEvents,
  stopped,
  text,
  waiting,
} from './scriptedEngine';

const configured = { baseUrl: 'https://own.example/v1', apiKey: 'hsa-key' };

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
      connection: (demo) => Promise.resolve(demo ? { ...configured, baseUrl: 'http://127.0.0.1:1/v1' } : configured),
      resumeSetting: () => resume,
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

describe('conversation with demo turns', () => {
  it('sends demo prompts only to the embedded gateway, and other prompts only to the configured gateway', async () => {
    const { conversation, engine } = setUp();
    for (const [demo, baseUrl] of [
      [true, 'http://127.0.0.1:1/v1'],
      [false, 'https://own.example/v1'],
    ] as const) {
      conversation.ask({ prompt: 'Hi', demo });
      assert.equal((await engine.turn.options?.connection?.())?.baseUrl, baseUrl);
      engine.turn.emit(attempt(), done('made up'));
      await waitForEvents();
    }
  });

  it('leaves demo exchanges out of requests to the configured gateway', async () => {
    const { conversation, engine, roles } = setUp();
    conversation.ask({ prompt: 'demo', demo: true });
    engine.turn.emit(attempt(), done('made up'));
    await waitForEvents();
    conversation.ask({ prompt: 'real', demo: false });
    assert.deepEqual(roles(), ['system: Be brief.', 'user: real']);
  });

  it('ends running and queued demo turns when the demo closes, and starts the next turn of the configured gateway', async () => {
    const { conversation, engine, lines, phases } = setUp();
    conversation.ask({ prompt: 'one', demo: true });
    conversation.ask({ prompt: 'two', demo: true });
    const { id } = conversation.ask({ prompt: 'three' });
    conversation.endDemo();
    await waitForEvents();
    assert.deepEqual(phases(), ['stopped', 'interrupted', 'connecting']);
    // Only the third turn is still running, because the end of the demo has ended the first two.
    assert.deepEqual(foldJournal(lines).interruptedIds, [id]);
    conversation.endDemo();
    assert.deepEqual(engine.turn.controls, []);
  });

  it('does not switch the model of a waiting demo turn when the model setting changes', async () => {
    const { conversation, engine, settings } = setUp();
    conversation.ask({ prompt: 'one', demo: true });
    engine.turn.emit(attempt(), waiting);
    await waitForEvents();
    conversation.flush();
    settings.model = 'other';
    conversation.applySettings();
    assert.deepEqual(engine.turn.controls, []);
  });
});

describe('conversation', () => {
  it('sends the system prompt and the parameters from the settings', () => {
    const { conversation, engine, roles } = setUp();
    conversation.ask({ prompt: 'Hi', content: 'Hi, in full' });
    assert.deepEqual(roles(), ['system: Be brief.', 'user: Hi, in full']);
    assert.deepEqual(
      { ...engine.turn.request, messages: [] },
      { model: 'default', messages: [], temperature: 0.5, maxTokens: 9 },
    );
    assert.equal(engine.turn.options?.resumeFrom, undefined);
  });

  it('returns the request for an exchange with the current settings and the model of its answer', async () => {
    const { conversation, engine, settings } = setUp();
    conversation.ask({ prompt: 'made up', demo: true });
    engine.turn.emit(attempt(), done('a demo'));
    await waitForEvents();
    const { id } = conversation.ask({ prompt: 'one' });
    const { messages } = engine.turn.request;
    engine.turn.emit(attempt('fallback'), done('answer one'));
    await waitForEvents();
    conversation.ask({ prompt: 'two' });
    settings.model = 'other';
    assert.deepEqual(conversation.requestOf(id), { model: 'fallback', messages, temperature: 0.5, maxTokens: 9 });
    assert.deepEqual(
      messages.map(({ content }) => content),
      ['Be brief.', 'one'],
    );
    assert.equal(conversation.requestOf('none'), undefined);
  });

  it('includes previous exchanges in a request, with partial answers, but without exchanges that have no answer', async () => {
    const { conversation, engine, roles } = setUp();
    for (const [prompt, end] of [
      ['one', done('answer one')],
      ['two', failed('half of t')],
      ['three', failed('')],
    ] as const) {
      conversation.ask({ prompt });
      engine.turn.emit(attempt(), end);
      await waitForEvents();
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

  it('runs one turn at a time, and runs queued prompts in order', async () => {
    const { conversation, engine, phases, roles } = setUp();
    for (const prompt of ['one', 'two', 'three']) conversation.ask({ prompt });
    assert.equal(engine.turns.length, 1);
    assert.deepEqual(phases(), ['connecting', 'queued', 'queued']);
    engine.turn.emit(done('1'));
    await waitForEvents();
    assert.deepEqual(phases(), ['done', 'connecting', 'queued']);
    assert.equal(roles().at(-1), 'user: two');
    engine.turn.emit(done('2'));
    await waitForEvents();
    assert.deepEqual(phases(), ['done', 'done', 'connecting']);
    assert.equal(roles().at(-1), 'user: three');
  });

  it('stops the running turn and starts the next queued turn', async () => {
    const { conversation, engine, phases } = setUp();
    conversation.ask({ prompt: 'one' });
    conversation.ask({ prompt: 'two' });
    conversation.stop();
    await waitForEvents();
    assert.deepEqual(engine.turns[0]?.controls, ['stop']);
    assert.deepEqual(phases(), ['stopped', 'connecting']);
  });

  it('does not stop the next turn when the user stops the previous turn just after it has ended', async () => {
    const { conversation, engine, phases } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    conversation.ask({ prompt: 'two' });
    engine.turn.emit(done('1'));
    await waitForEvents();
    conversation.stop(id);
    await waitForEvents();
    assert.deepEqual(engine.turn.controls, []);
    assert.deepEqual(phases(), ['done', 'connecting']);
  });

  it('keeps a complete answer that arrived while the user was choosing another model', async () => {
    const { conversation, engine, phases } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.emit(attempt(), text('1'), done('1'));
    await waitForEvents();
    conversation.switchModel(id, 'other');
    assert.equal(engine.turns.length, 1);
    assert.deepEqual(phases(), ['done']);
  });

  it('removes a stopped prompt from the queue and runs the other prompts', async () => {
    const { conversation, engine, phases, roles } = setUp();
    conversation.ask({ prompt: 'one' });
    const { id } = conversation.ask({ prompt: 'two' });
    conversation.ask({ prompt: 'three' });
    conversation.stop(id);
    assert.deepEqual(phases(), ['connecting', 'stopped', 'queued']);
    assert.deepEqual(engine.turns[0]?.controls, []);
    engine.turn.emit(done('1'));
    await waitForEvents();
    assert.deepEqual(phases(), ['done', 'stopped', 'connecting']);
    assert.equal(roles().at(-1), 'user: three');
  });

  it('stops a turn that the user stops right after sending the prompt', () => {
    const { conversation, engine } = setUp();
    conversation.stop(conversation.ask({ prompt: 'one' }).id);
    assert.deepEqual(engine.turn.controls, ['stop']);
  });

  it('passes Retry now, Restart answer and Switch model to the running turn', () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    conversation.retryNow();
    conversation.restart(id);
    conversation.switchModel(id, 'other');
    assert.deepEqual(engine.turn.controls, ['retryNow', 'retryNow', 'switchModel other']);
    assert.equal(engine.turns.length, 1);
  });

  it('sends the prompt of a failed turn again with more room', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    assert.equal(engine.turn.request.moreRoom, undefined);
    engine.turn.emit(attempt(), failed(''));
    await waitForEvents();
    conversation.restart(id, { moreRoom: true });
    assert.deepEqual([engine.turns.length, engine.turn.request.moreRoom], [2, true]);
    assert.deepEqual(engine.turn.request.messages, engine.turns[0]?.request.messages);
  });

  it('retries a failed turn and keeps its partial answer visible', async () => {
    const { conversation, engine, changes } = setUp();
    conversation.ask({ prompt: 'one' });
    engine.turn.emit(attempt(), text('half'), failed('half'));
    await waitForEvents();
    conversation.retryNow();
    assert.equal(engine.turns.length, 2);
    assert.equal(engine.turn.options?.resumeFrom?.text, 'half');
    const last = changes.at(-1);
    assert.ok(last?.type === 'exchange');
    assert.equal(last.exchange.state.text, 'half');
    assert.equal(last.exchange.state.phase, 'connecting');
    assert.equal(last.exchange.state.failure, undefined);
  });

  for (const { name, end } of [
    { name: 'an answer that was stopped', end: stopped('half') },
    { name: 'an answer whose turn failed', end: failed('half') },
    { name: 'an answer that was truncated at the token limit', end: done('half', 'length') },
  ]) {
    it(`appends to the existing text when the user continues ${name}`, async () => {
      const { conversation, engine, roles } = setUp();
      const { id } = conversation.ask({ prompt: 'one' });
      engine.turn.emit(attempt(), reasoning('hm'), text('half'), end);
      await waitForEvents();
      conversation.continue(id);
      assert.deepEqual(engine.turn.options?.resumeFrom, {
        text: 'half',
        hadReasoning: true,
        hadToolCalls: false,
        mode: 'continue',
      });
      assert.deepEqual(roles(), ['system: Be brief.', 'user: one']);
      assert.equal(conversation.activeExchange?.state.reasoning, 'hm');
      engine.turn.emit(attempt(), resumed(4), text(' and half'), done('half and half'));
      await waitForEvents();
      const [only, ...others] = conversation.exchanges();
      assert.deepEqual([only?.state.text, only?.state.resumePoints, others], ['half and half', [{ offset: 4 }], []]);
    });
  }

  it('keeps the resume points between the parts of an answer that is continued again, and clears them when the answer is restarted', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.emit(attempt(), text('one '), resumed(4), text('two '), stopped('one two '));
    await waitForEvents();
    conversation.continue(id);
    engine.turn.emit(attempt(), resumed(8), text('three'), stopped('one two three'));
    await waitForEvents();
    assert.deepEqual(conversation.lastExchange?.state.resumePoints, [{ offset: 4 }, { offset: 8 }]);
    conversation.restart(id);
    assert.equal(engine.turn.options?.resumeFrom?.mode, 'restart');
    assert.deepEqual(
      [conversation.lastExchange.state.resumePoints, conversation.lastExchange.state.text],
      [[], 'one two three'],
    );
  });

  for (const { name, end } of [
    { name: 'is complete', end: done('complete') },
    { name: 'has no text', end: stopped('') },
    { name: 'failed because the request was too large', end: { ...failed('half'), kind: 'too-large' } as StreamEvent },
  ]) {
    it(`does not continue an answer that ${name}`, async () => {
      const { conversation, engine } = setUp();
      const { id } = conversation.ask({ prompt: 'one' });
      engine.turn.emit(attempt(), end);
      await waitForEvents();
      conversation.continue(id);
      assert.equal(engine.turns.length, 1);
    });
  }

  for (const [resume, partial, go] of [
    ['auto', 'half', 'continue'],
    ['restart', 'half', 'restart'],
    ['off', 'half', 'restart'],
    ['auto', '', undefined],
  ] as const) {
    it(`retries ${partial ? 'a partial answer' : 'a turn without text'} with ${go ? `mode ${go}` : 'the original request'} when holysheep.resume is ${resume}`, async () => {
      const { conversation, engine } = setUp(resume);
      conversation.ask({ prompt: 'one' });
      engine.turn.emit(attempt(), reasoning('hm'), failed(partial));
      await waitForEvents();
      conversation.retryNow();
      assert.equal(engine.turns.length, 2);
      assert.equal(engine.turn.options?.resumeFrom?.mode, go);
      assert.equal(conversation.lastExchange?.state.reasoning, go === 'continue' ? 'hm' : '');
    });
  }

  it('restarts a partial answer when another model is selected for it', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.emit(attempt(), failed('half'));
    await waitForEvents();
    conversation.switchModel(id, 'other');
    assert.equal(engine.turn.options?.resumeFrom?.mode, 'restart');
  });

  describe('whose partial answer a fallback model may continue', () => {
    const offer = { actions: ['continueWithFallback'], fallbackModel: 'fallback' } as const;
    const failedWithOffer = { ...failed('half'), kind: 'overloaded', ...offer } as StreamEvent;

    it('passes the fallback model of the current wait and the reason of the wait to the running turn', async () => {
      const { conversation, engine } = setUp();
      const { id } = conversation.ask({ prompt: 'one' });
      conversation.continueWithFallback(id);
      engine.turn.emit(attempt(), text('half'), { ...waiting, reason: 'overloaded', ...offer } as StreamEvent);
      await waitForEvents();
      conversation.continueWithFallback(id);
      assert.deepEqual([engine.turn.controls, engine.turns.length], [['continueWith fallback overloaded'], 1]);
    });

    it('continues a failed turn with the fallback model that its failure names', async () => {
      const { conversation, engine } = setUp();
      const { id } = conversation.ask({ prompt: 'one', model: 'asked' });
      engine.turn.emit(attempt('asked'), text('half'), failedWithOffer);
      await waitForEvents();
      conversation.continueWithFallback(id);
      const { request, options, controls } = engine.turn;
      assert.deepEqual([engine.turns.length, controls], [2, ['continueWith fallback overloaded']]);
      assert.deepEqual(
        [options?.resumeFrom?.mode, options?.resumeFrom?.text, request.model],
        ['continue', 'half', 'asked'],
      );
    });

    it('does nothing for a failed turn without a fallback model, or for a complete answer', async () => {
      const { conversation, engine } = setUp();
      const { id } = conversation.ask({ prompt: 'one' });
      engine.turn.emit(attempt(), failed('half'));
      await waitForEvents();
      conversation.continueWithFallback(id);
      conversation.continueWithFallback('unknown');
      assert.equal(engine.turns.length, 1);
      conversation.restart(id);
      engine.turn.emit(attempt(), done('half'));
      await waitForEvents();
      conversation.continueWithFallback(id);
      assert.equal(engine.turns.length, 2);
    });

    it('stores both models at the resume point, and regenerates the answer with the original model', async () => {
      const { conversation, engine, lines } = setUp();
      const { id } = conversation.ask({ prompt: 'one', model: 'asked' });
      engine.turn.emit(attempt('asked'), text('half'), failedWithOffer);
      await waitForEvents();
      conversation.continueWithFallback(id);
      engine.turn.emit(
        { type: 'model', from: 'asked', to: 'fallback', reason: 'overloaded', attempt: 0, at: 10 },
        { ...attempt('fallback'), why: 'switch', how: 'continue' } as StreamEvent,
        resumed(4),
        text(' and half'),
        done('half and half'),
      );
      await waitForEvents();
      const stored = foldJournal(lines).exchanges;
      assert.deepEqual(stored[0]?.state, conversation.exchanges()[0]?.state);
      const { text: answer, resumePoints } = stored[0]?.state ?? {};
      assert.equal(answer, 'half and half');
      assert.deepEqual(resumePoints, [{ offset: 4, models: { from: 'asked', to: 'fallback', reason: 'overloaded' } }]);
      conversation.regenerate(id);
      assert.equal(engine.turn.request.model, 'asked');
    });
  });

  it('continues a queued answer after the running turn has ended', async () => {
    const { conversation, engine, phases } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.emit(attempt(), stopped('half'));
    await waitForEvents();
    conversation.ask({ prompt: 'two' });
    conversation.continue(id);
    assert.deepEqual(phases(), ['queued', 'connecting']);
    engine.turn.emit(done('2'));
    await waitForEvents();
    assert.equal(engine.turn.options?.resumeFrom?.mode, 'continue');
  });

  it('applies Try anyway to the running turn or to a failed last turn, but not to a failed turn with queued turns after it', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    conversation.tryAnyway(id);
    assert.deepEqual(engine.turn.controls, ['tryAnyway']);
    engine.turn.emit(failed(''));
    await waitForEvents();
    conversation.tryAnyway(id);
    assert.deepEqual([engine.turns.length, engine.turn.controls], [2, ['tryAnyway']]);
    engine.turn.emit(failed(''));
    await waitForEvents();
    conversation.ask({ prompt: 'two' });
    conversation.tryAnyway(id);
    assert.deepEqual([engine.turns.length, engine.turn.controls], [3, []]);
  });

  for (const control of ['retryNow', 'tryAnyway'] as const) {
    it(`skips the first wait of a failed turn after ${control}, even if the turn was queued`, async () => {
      const { conversation, engine, phases } = setUp();
      const { id } = conversation.ask({ prompt: 'one' });
      engine.turn.emit(attempt(), failed('half'));
      await waitForEvents();
      conversation[control](id);
      assert.deepEqual([engine.turns.length, engine.turn.controls], [2, [control]]);
      engine.turn.emit(failed('half'));
      await waitForEvents();
      conversation.ask({ prompt: 'two' });
      conversation[control](id);
      assert.deepEqual([phases(), engine.turn.controls], [['queued', 'connecting'], []]);
      engine.turn.emit(done('2'));
      await waitForEvents();
      assert.deepEqual([engine.turns.length, engine.turn.controls], [4, [control]]);
    });
  }

  it('waits for the cooldown of the gateway after a prompt, Continue, Restart answer or Switch model', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    for (const start of [
      () => conversation.continue(id),
      () => conversation.restart(id),
      () => conversation.switchModel(id, 'other'),
    ]) {
      engine.turn.emit(attempt(), failed('half'));
      await waitForEvents();
      start();
    }
    assert.deepEqual(
      engine.turns.map(({ controls }) => controls),
      [[], [], [], []],
    );
  });

  it('sets the model of an exchange before the first attempt', async () => {
    const { conversation, engine, changes, settings } = setUp();
    const currentModel = (): unknown => {
      const last = changes.at(-1);
      return last?.type === 'exchange' && last.exchange.state.model;
    };
    const { id } = conversation.ask({ prompt: 'one' });
    assert.deepEqual([currentModel(), conversation.lastExchange?.state.model], ['default', 'default']);
    conversation.ask({ prompt: 'two', model: 'asked' });
    assert.equal(conversation.lastExchange?.state.model, '');
    engine.turn.emit(attempt('fallback'), failed(''));
    await waitForEvents();
    assert.equal(currentModel(), 'asked');
    engine.turn.emit(done('2'));
    await waitForEvents();
    settings.model = 'other';
    conversation.restart(id);
    assert.equal(currentModel(), 'other');
  });

  it('clears the recorded model switches when a turn starts again', async () => {
    const { conversation, engine } = setUp();
    const fallback = {
      type: 'model',
      from: 'default',
      to: 'fallback',
      reason: 'overloaded',
      attempt: 1,
      at: 1,
    } as const;
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.emit(attempt(), fallback, failed('half'));
    await waitForEvents();
    assert.equal(conversation.lastExchange?.state.switches.length, 1);
    conversation.continue(id);
    assert.deepEqual(conversation.lastExchange.state.switches, []);
  });

  it('does not retry a complete last answer, but restarts it on request', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.emit(done('complete'));
    await waitForEvents();
    conversation.retryNow();
    assert.equal(engine.turns.length, 1);
    conversation.restart(id);
    assert.equal(engine.turns.length, 2);
  });

  it('restarts a previous exchange after the running turn, and sends only the exchanges before the restarted one as context', async () => {
    const { conversation, engine, phases, roles } = setUp();
    const first = conversation.ask({ prompt: 'one' });
    engine.turn.emit(failed('part'));
    await waitForEvents();
    conversation.ask({ prompt: 'two' });
    conversation.restart(first.id);
    assert.deepEqual(phases(), ['queued', 'connecting']);
    engine.turn.emit(done('2'));
    await waitForEvents();
    assert.deepEqual(roles(), ['system: Be brief.', 'user: one']);
  });

  it('retries a failed turn with the model to which the turn was switched', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one', model: 'asked' });
    assert.equal(engine.turn.request.model, 'asked');
    engine.turn.emit(failed(''));
    await waitForEvents();
    conversation.switchModel(id, 'switched');
    assert.equal(engine.turn.request.model, 'switched');
    engine.turn.emit(failed(''));
    await waitForEvents();
    conversation.retryNow();
    assert.equal(engine.turn.request.model, 'switched');
  });

  it('retries with the model that the user selected during the turn', async () => {
    const { conversation, engine } = setUp();
    conversation.ask({ prompt: 'one' });
    engine.turn.emit({ type: 'model', from: 'default', to: 'switched', reason: 'user', attempt: 1, at: 1 }, failed(''));
    await waitForEvents();
    conversation.retryNow();
    assert.equal(engine.turn.request.model, 'switched');
  });

  it('tells the engine that a continued answer has called tools', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    const call = { type: 'tool-call', index: 0, name: 'read', arguments: '{', attempt: 1, at: 1 } as const;
    engine.turn.emit(attempt(), text('half'), call, stopped('half'));
    await waitForEvents();
    conversation.continue(id);
    assert.equal(engine.turn.options?.resumeFrom?.hadToolCalls, true);
    assert.equal(conversation.activeExchange?.state.toolCalls.length, 1);
  });

  it('keeps the reasoning of a continued answer and appends to it', async () => {
    const { conversation, engine } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.emit(attempt(), reasoning('hm'), text('half'), stopped('half'));
    await waitForEvents();
    conversation.continue(id);
    engine.turn.emit({ ...attempt(), how: 'continue' } as StreamEvent, reasoning('so'), stopped('half'));
    await waitForEvents();
    assert.equal(conversation.lastExchange?.state.reasoning, 'hm\n\nso');
  });

  for (const { model, controls } of [
    { model: undefined, controls: ['switchModel other'] },
    { model: 'asked', controls: [] },
  ]) {
    it(`${model ? 'keeps the model of a waiting turn whose prompt names a model' : 'switches a waiting turn that uses the default model'} when the model setting changes`, async () => {
      const { conversation, engine, clock, settings } = setUp();
      conversation.ask({ prompt: 'one', model });
      engine.turn.emit(attempt(model ?? 'default'), waiting);
      await waitForEvents();
      await clock.advance(16);
      settings.model = 'other';
      conversation.applySettings();
      assert.deepEqual(engine.turn.controls, controls);
    });
  }

  describe('when the user selects a model', () => {
    const cases = [
      { turn: 'that uses the default model', input: {}, demo: false, controls: ['switchModel other'] },
      {
        turn: 'whose prompt names a model',
        input: { model: 'asked' },
        demo: false,
        controls: ['switchModel other'],
      },
      {
        turn: 'of the demo to a demo model',
        input: { demo: true, model: 'demo-rate-limit' },
        demo: true,
        controls: ['switchModel other'],
      },
      { turn: 'of the demo to a model of the configured gateway', input: { demo: true }, demo: false, controls: [] },
      { turn: 'of the configured gateway to a demo model', input: {}, demo: true, controls: [] },
    ];
    for (const { turn, input, demo, controls } of cases) {
      it(`${controls.length > 0 ? 'switches' : 'does not switch'} a waiting turn ${turn}`, async () => {
        const { conversation, engine, settings } = setUp();
        conversation.ask({ prompt: 'one', ...input });
        engine.turn.emit(attempt(), waiting);
        await waitForEvents();
        conversation.selectModel('other', demo);
        // Changes the model setting, as VS Code does after the user has selected a model.
        if (!demo) settings.model = 'other';
        conversation.applySettings();
        assert.deepEqual(engine.turn.controls, controls);
      });
    }

    it('switches a waiting turn back from its fallback model to the model in the settings', async () => {
      const { conversation, engine } = setUp();
      conversation.ask({ prompt: 'one' });
      const fallback = {
        type: 'model',
        from: 'default',
        to: 'fallback',
        reason: 'overloaded',
        attempt: 1,
        at: 1,
      } as const;
      engine.turn.emit(attempt('default'), fallback, attempt('fallback', 2), waiting);
      await waitForEvents();
      conversation.selectModel('default', false);
      assert.deepEqual(engine.turn.controls, ['switchModel default']);
    });

    it('does not switch a turn that is not waiting', async () => {
      const { conversation, engine } = setUp();
      conversation.ask({ prompt: 'one' });
      engine.turn.emit(attempt(), waiting, attempt('default', 2), text('Hi'));
      await waitForEvents();
      conversation.selectModel('other', false);
      assert.deepEqual(engine.turn.controls, []);
    });
  });

  describe('while a turn waits for its fallback model', () => {
    const fallenBack = async () => {
      const world = setUp();
      const { conversation, engine, clock } = world;
      conversation.ask({ prompt: 'one' });
      await engine.turn.options?.connection?.();
      const fallback = {
        type: 'model',
        from: 'default',
        to: 'fallback',
        reason: 'overloaded',
        attempt: 1,
        at: 1,
      } as const;
      engine.turn.emit(attempt('default'), fallback, attempt('fallback', 2), waiting);
      await waitForEvents();
      await clock.advance(16);
      return world;
    };

    it('keeps the fallback model when other settings change', async () => {
      const { conversation, engine } = await fallenBack();
      conversation.applySettings();
      assert.deepEqual(engine.turn.controls, []);
    });

    it('switches only once when another model is selected in the settings', async () => {
      const { conversation, engine, settings } = await fallenBack();
      settings.model = 'other';
      conversation.applySettings();
      conversation.applySettings();
      assert.deepEqual(engine.turn.controls, ['switchModel other']);
    });

    it('keeps waiting when the fallback model is selected in the settings', async () => {
      const { conversation, engine, settings } = await fallenBack();
      settings.model = 'fallback';
      conversation.applySettings();
      assert.deepEqual(engine.turn.controls, []);
    });
  });

  it('fails with an internal error, keeps the partial answer and starts the next turn when the engine throws an error', async () => {
    const { conversation, engine, errors, lines, phases } = setUp();
    conversation.ask({ prompt: 'one' });
    conversation.ask({ prompt: 'two' });
    const defect = new Error('defect');
    engine.turn.emit(attempt(), text('part'));
    await waitForEvents();
    engine.turn.failWith(defect);
    await waitForEvents();
    assert.deepEqual(errors, [defect]);
    assert.deepEqual(phases(), ['failed', 'connecting']);
    const { failure, text: partial } = conversation.exchanges()[0]!.state;
    assert.deepEqual([failure?.kind, partial], ['internal', 'part']);
    assert.deepEqual(failure?.actions, ['showLog', 'exportDiagnostics', 'retryNow', 'continue', 'restart']);
    assert.equal(foldJournal(lines).exchanges[0]!.state.failure?.kind, 'internal');
  });

  it('adds every event to the state, to the changes for the panel and to the journal', async () => {
    const { conversation, engine, clock, changes, lines } = setUp();
    conversation.ask({ prompt: 'one' });
    const events = [attempt(), reasoning('hm'), text('a'), text('b'), waiting, text('c')];
    for (const event of events) engine.turn.emit(event);
    await waitForEvents();
    await clock.advance(16);
    const recorded = changes.flatMap((change) => (change.type === 'events' ? change.events : []));
    assert.deepEqual(recorded, events);
    const state = conversation.exchanges()[0]!.state;
    assert.equal(state.text, 'abc');
    // A turn that is still running counts as interrupted when it is read from disk.
    assert.deepEqual(foldJournal(lines).exchanges[0]!.state.text, 'abc');
    assert.equal(foldJournal(lines).exchanges[0]!.state.phase, 'interrupted');
  });

  it('records turns that were started again, so that reading the journal restores the same exchanges', async () => {
    const { conversation, engine, lines } = setUp();
    const { id } = conversation.ask({ prompt: 'one' });
    engine.turn.emit(attempt(), reasoning('hm'), text('ha'), failed('ha'));
    await waitForEvents();
    conversation.continue(id);
    engine.turn.emit(attempt(), resumed(2), text('lf'), failed('half'));
    await waitForEvents();
    assert.deepEqual(
      JSON.parse(JSON.stringify(foldJournal(lines).exchanges)),
      JSON.parse(JSON.stringify(conversation.exchanges())),
    );
    conversation.switchModel(id, 'b');
    engine.turn.emit(attempt('b'), { type: 'replaced', text: 'complete', attempt: 1, at: 3 }, done('complete'));
    await waitForEvents();
    assert.deepEqual(
      JSON.parse(JSON.stringify(foldJournal(lines).exchanges)),
      JSON.parse(JSON.stringify(conversation.exchanges())),
    );
  });

  it('writes the events of an unfinished batch to the journal on flush', async () => {
    const { conversation, engine, lines } = setUp();
    conversation.ask({ prompt: 'one' });
    engine.turn.emit(text('a'), text('b'));
    await waitForEvents();
    assert.equal(foldJournal(lines).exchanges[0]!.state.text, 'a');
    conversation.flush();
    assert.equal(foldJournal(lines).exchanges[0]!.state.text, 'ab');
  });
});

describe('finished answer of a conversation', () => {
  const answer = 'a complete answer '.repeat(20);
  for (const [name, end] of [
    ['done', done(answer)],
    ['stopped', stopped(answer)],
    ['failed', failed(answer)],
  ] as const) {
    it(`appears only once in the journal, in the events for the page and in the snapshots when its turn ends with ${name}`, async () => {
      const { conversation, engine, lines, changes } = setUp();
      conversation.ask({ prompt: 'Hi' });
      engine.turn.emit(attempt(), text(answer), end);
      await waitForEvents();
      assert.equal(conversation.lastExchange?.state.text, answer);
      assert.equal(foldJournal(lines).exchanges[0]?.state.text, answer);
      const countIn = (value: unknown): number => JSON.stringify(value).split(answer).length - 1;
      assert.deepEqual(
        [countIn(lines), countIn(changes.filter(({ type }) => type === 'events')), countIn(conversation.views())],
        [1, 1, 1],
      );
    });
  }
});
