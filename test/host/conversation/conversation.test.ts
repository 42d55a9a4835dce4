import assert from 'node:assert/strict';
import type { RecordedEvent, StreamEvent } from '../../../src/engine/events/events';
import type { Conversation } from '../../../src/host/conversation/conversation';
import type { ConversationChange } from '../../../src/host/conversation/conversationLog';
import type { JournalRecord } from '../../../src/host/journal/records';
import { openConversation, reopened, retryNow } from '../../support/host/openedConversation';
import { attempt, done, failed, reasoning, resumed, stopped, text, waiting } from '../../support/host/scriptedEngine';
import { rowsOf, valuesOf } from '../../support/valuesOf';
import { refOf } from '../../support/gatewayRef';

const systemPrompt = 'Be brief.';
const fallback: StreamEvent = {
  type: 'model',
  from: 'default',
  to: 'fallback',
  reason: 'overloaded',
  attempt: 1,
  at: 1,
};
const textOf = (event: RecordedEvent): string | undefined => (event.type === 'text' ? event.text : undefined);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('conversation in the offline demo', () => {
  it("sends its prompts only to the demo's gateway", () => {
    for (const demo of [true, false]) {
      const { ask, engine, ranIn } = openConversation({ demo });
      ask('Hi');
      engine.turn.emit(attempt(), done('made up'));
      assert.deepEqual(ranIn, [demo ? 'demo' : 'own']);
    }
  });

  it('belongs to the demo only if its first prompt went to the demo', () => {
    const demo = openConversation({ demo: true });
    demo.ask('one');
    assert.equal(reopened(demo.lines).tree.gateways, 'demo');
    const own = openConversation();
    own.ask('one');
    own.conversation.useSet(own.gatewaySets.demo);
    assert.equal(reopened(own.lines).tree.gateways, 'own');
  });
});

describe('request of a conversation', () => {
  it('contains the system prompt and the parameters from the settings', () => {
    const { ask, engine } = openConversation({ systemPrompt });
    ask({ prompt: 'Hi', content: 'Hi, in full' });
    assert.deepEqual(engine.turn.request, {
      model: 'default',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi, in full' },
      ],
      temperature: 0.5,
      maxTokens: 9,
      moreRoom: undefined,
      cacheKey: 'c',
    });
    assert.equal(engine.turn.options.resumeFrom, undefined);
  });

  it('contains earlier exchanges with complete or partial answers', () => {
    const { ask, engine } = openConversation();
    ask('one', attempt(), done('answer one'));
    ask('two', attempt(), failed('half of t'));
    ask('three', attempt(), failed(''));
    ask('four');
    assert.deepEqual(rowsOf(engine.turn.request.messages, 'role', 'content'), [
      ['user', 'one'],
      ['assistant', 'answer one'],
      ['user', 'two'],
      ['assistant', 'half of t'],
      ['user', 'four'],
    ]);
  });

  it('contains the reasoning effort that the user chose for the model, unless the prompt has another effort', () => {
    const { ask, conversation, engine, settings } = openConversation();
    settings.efforts = { default: 'low', other: 'high', next: 'medium' };
    const sent = (): unknown => engine.turn.request.reasoningEffort;
    const id = ask('plain', done('a'));
    const first = sent();
    conversation.regenerate(id, 'other');
    assert.deepEqual([first, sent(), conversation.requestOf(id)?.reasoningEffort], ['low', 'high', 'low']);
    engine.turn.emit(done('a'));
    const own = ask({ prompt: 'own', reasoningEffort: 'default' }, attempt('default'), failed('half'));
    conversation.continue(own);
    assert.deepEqual([engine.turns.length, sent()], [4, undefined]);
    engine.turn.emit(failed('half'));
    conversation.switchModel(id, 'next');
    conversation.switchModel(own, 'next');
    assert.equal(sent(), undefined);
  });

  it('can be copied later with the current parameters from the settings', () => {
    const { ask, conversation, engine, settings } = openConversation({ systemPrompt });
    const id = ask('one');
    const { messages } = engine.turn.request;
    engine.turn.emit(attempt('fallback'), done('answer one'));
    ask('two');
    settings.model = 'other';
    assert.deepEqual(conversation.requestOf(id), { model: 'fallback', messages, temperature: 0.5, maxTokens: 9 });
    assert.equal(conversation.requestOf('none'), undefined);
  });
});

describe('queue of a conversation', () => {
  it('runs one turn at a time, in the order of the prompts', () => {
    const { ask, engine, phases, sentTexts } = openConversation();
    for (const prompt of ['one', 'two', 'three']) ask(prompt);
    assert.deepEqual([engine.turns.length, phases()], [1, ['one: connecting', 'two: queued', 'three: queued']]);
    engine.turn.emit(done('1'));
    assert.deepEqual(phases(), ['one: done', 'two: connecting', 'three: queued']);
    assert.equal(sentTexts().at(-1), 'two');
  });

  it('starts the next turn when the user stops the running turn', () => {
    const { ask, conversation, engine, phases } = openConversation();
    ask('one');
    ask('two');
    conversation.stop();
    assert.deepEqual(engine.turns[0]?.controls, ['stop']);
    assert.deepEqual(phases(), ['one: stopped', 'two: connecting']);
  });

  it('does not stop the next turn when the user clicks Stop just after the previous turn has ended', () => {
    const { ask, conversation, engine, phases } = openConversation();
    const id = ask('one');
    ask('two');
    engine.turn.emit(done('1'));
    conversation.stop(id);
    assert.deepEqual([engine.turn.controls, phases()], [[], ['one: done', 'two: connecting']]);
  });

  it('stops no turn if the exchange to stop is unknown', () => {
    const { ask, conversation, engine } = openConversation();
    ask('one');
    conversation.stop('unknown');
    assert.deepEqual(engine.turn.controls, []);
  });

  it('skips a queued prompt that the user has stopped', () => {
    const { ask, conversation, engine, phases } = openConversation();
    ask('one');
    const id = ask('two');
    ask('three');
    conversation.stop(id);
    assert.deepEqual(engine.turns[0]?.controls, []);
    engine.turn.emit(done('1'));
    assert.deepEqual(phases(), ['one: done', 'two: stopped', 'three: connecting']);
  });

  it('continues a partial answer only after the running turn has ended', () => {
    const { ask, conversation, engine, phases } = openConversation();
    const id = ask('one', attempt(), stopped('half'));
    ask('two');
    conversation.continue(id);
    assert.deepEqual(phases(), ['one: queued', 'two: connecting']);
    engine.turn.emit(done('2'));
    assert.equal(engine.turn.options.resumeFrom?.resumeMode, 'continue');
    assert.deepEqual(engine.turn.request.messages, [{ role: 'user', content: 'one' }]);
  });
});

describe('running turn of a conversation', () => {
  it("reacts to the user's commands: retry, restart, switch and stop", () => {
    const { ask, conversation, engine } = openConversation();
    const id = ask('one');
    retryNow(conversation);
    conversation.restart(id);
    conversation.tryAnyway(id);
    conversation.switchModel(id, 'other');
    conversation.switchGateway(id);
    conversation.stop(id);
    assert.deepEqual(engine.turn.controls, [
      'retryNow',
      'retryNow',
      'tryAnyway',
      'switchModel other',
      'switchGateway',
      'stop',
    ]);
    assert.equal(engine.turns.length, 1);
  });

  describe('when the user switches to another gateway', () => {
    const [own, preferred] = ['https://own.example', 'https://backup.example'];
    const left = (reason: 'connection' | 'user', from = preferred): StreamEvent =>
      ({ type: 'gateway', from: refOf(from), to: refOf(own), reason, attempt: 1, at: 0 }) as const;
    const refused = (next: string): StreamEvent => Object.assign(failed(''), { nextGateway: refOf(next) });
    const setUp = () => {
      const opened = openConversation();
      const id = opened.ask('one');
      opened.engine.turn.nextGateway = preferred;
      opened.conversation.switchGateway(id);
      const nextGateway = (): string | undefined => {
        opened.ask('next', done('2'));
        return opened.engine.turn.options.preferredGateway;
      };
      return { ...opened, id, nextGateway };
    };

    it('makes later prompts use the other gateway', () => {
      const { emit, nextGateway } = setUp();
      emit(attempt(), done('1'));
      assert.deepEqual([nextGateway(), nextGateway()], [preferred, preferred]);
    });

    it('makes later prompts use the original gateway after the user has switched back', () => {
      const { conversation, emit, nextGateway } = setUp();
      emit(attempt(), done('1'));
      conversation.useGateway(undefined);
      assert.deepEqual([conversation.preferredGateway, nextGateway()], [undefined, undefined]);
    });

    it('is retried at the gateway that its failure card offers', () => {
      const { conversation, ask, engine, nextGateway } = { ...setUp() };
      engine.turn.emit(done('1'));
      const id = ask('two', refused('https://third.example'));
      assert.equal(nextGateway(), undefined);
      conversation.switchGateway(id);
      assert.equal(engine.turn.options.preferredGateway, 'https://third.example');
      assert.equal(conversation.preferredGateway, 'https://third.example');
    });

    for (const { name, event, expected } of [
      { name: 'a turn leaves that gateway after a fault', event: left('connection'), expected: undefined },
      { name: 'the user switches a turn back to the first gateway', event: left('user'), expected: preferred },
      {
        name: 'a turn leaves a third gateway after a fault',
        event: left('connection', 'https://third.example'),
        expected: preferred,
      },
    ] as const) {
      it(`${expected === undefined ? 'resets' : 'keeps'} the switch when ${name}`, () => {
        const { emit, nextGateway } = setUp();
        emit(event, done('1'));
        assert.equal(nextGateway(), expected);
      });
    }

    it('makes later prompts use the other gateway even if the turn fails', () => {
      for (const [event, expected] of [
        [refused(own), undefined],
        [refused(preferred), preferred],
        [failed(''), preferred],
      ] as const) {
        const { emit, nextGateway } = setUp();
        emit(event);
        assert.equal(nextGateway(), expected);
      }
    });
  });

  it('shows the requested model before the first attempt starts', () => {
    const { ask, changes, conversation, engine, settings } = openConversation();
    const shownModel = (): unknown => {
      const last = changes.at(-1);
      return last?.type === 'answer' && last.answer.state.model;
    };
    const id = ask('one');
    assert.equal(shownModel(), 'default');
    ask({ prompt: 'two', models: ['asked'] });
    engine.turn.emit(attempt('fallback'), failed(''));
    assert.equal(shownModel(), 'asked');
    engine.turn.emit(done('2'));
    settings.model = 'other';
    conversation.restart(id);
    assert.equal(shownModel(), 'other');
  });

  const usesFallback = [attempt(), fallback, attempt('fallback', 2), waiting];
  for (const { name, input, events, selected, controls } of [
    { name: 'that waits', input: {}, events: [attempt(), waiting], selected: 'other', controls: ['switchModel other'] },
    {
      name: 'whose prompt names a model',
      input: { models: ['asked'] },
      events: [attempt('asked'), waiting],
      selected: 'other',
      controls: [],
    },
    { name: 'of the demo', input: { demo: true }, events: [attempt(), waiting], selected: 'other', controls: [] },
    { name: 'that streams', input: {}, events: [attempt(), text('Hi')], selected: 'other', controls: [] },
    {
      name: 'that waits for its fallback model when other settings change',
      input: {},
      events: usesFallback,
      selected: 'default',
      controls: [],
    },
    {
      name: 'that waits for the fallback model to which the setting changes',
      input: {},
      events: usesFallback,
      selected: 'fallback',
      controls: [],
    },
  ] as const) {
    it(`${controls.length > 0 ? 'switches to' : 'ignores'} a new model in the settings in a turn ${name}`, async () => {
      const { ask, clock, conversation, engine, settings } = openConversation({ demo: 'demo' in input });
      ask({ prompt: 'one', ...('models' in input && input) }, ...events);
      await clock.advance(16);
      settings.model = selected;
      conversation.applySettings();
      conversation.applySettings();
      assert.deepEqual(engine.turn.controls, controls);
    });
  }

  for (const { name, input, demo, controls } of [
    { name: 'a waiting turn', input: {}, demo: false, controls: ['switchModel other'] },
    {
      name: 'a waiting turn whose prompt names a model',
      input: { models: ['asked'] },
      demo: false,
      controls: ['switchModel other'],
    },
    { name: 'a waiting demo turn', input: { demo: true }, demo: true, controls: ['switchModel other'] },
    { name: 'a demo turn to a model of the gateway', input: { demo: true }, demo: false, controls: [] },
    { name: 'a turn of the gateway to a demo model', input: {}, demo: true, controls: [] },
  ] as const) {
    it(`${controls.length > 0 ? 'switches' : 'does not switch'} ${name} when the user selects a model`, () => {
      const { ask, conversation, engine, settings, gatewaySets } = openConversation({ demo: 'demo' in input });
      ask({ prompt: 'one', ...('models' in input && input) }, attempt(), waiting);
      conversation.selectModel('other', demo ? gatewaySets.demo : gatewaySets.own);
      // VS Code reports the changed setting after the user has selected a model.
      if (!demo) settings.model = 'other';
      conversation.applySettings();
      assert.deepEqual(engine.turn.controls, controls);
    });
  }

  it('switches from a fallback model to the selected model, but only before text arrives', () => {
    const { ask, conversation, engine, gatewaySets } = openConversation();
    ask('one', attempt(), fallback, attempt('fallback', 2), waiting);
    conversation.selectModel('default', gatewaySets.own);
    engine.turn.emit(attempt('default', 3), text('Hi'));
    conversation.selectModel('other', gatewaySets.own);
    assert.deepEqual(engine.turn.controls, ['switchModel default']);
  });
});

describe('retried, continued or restarted turn of a conversation', () => {
  it('keeps its partial answer visible', () => {
    const { ask, changes, conversation, engine } = openConversation();
    ask('one', attempt(), text('half'), failed('half'));
    retryNow(conversation);
    assert.equal(engine.turn.options.resumeFrom?.text, 'half');
    const last = changes.at(-1);
    assert.ok(last?.type === 'answer');
    const { text: shown, phase, failure } = last.answer.state;
    assert.deepEqual([engine.turns.length, shown, phase, failure], [2, 'half', 'connecting', undefined]);
  });

  for (const { name, end } of [
    { name: 'an answer that was stopped', end: stopped('half') },
    { name: 'an answer whose turn failed', end: failed('half') },
    { name: 'an answer that was truncated at the token limit', end: done('half', 'length') },
  ]) {
    it(`appends to the existing text when the user continues ${name}`, () => {
      const { ask, conversation, engine, sentTexts } = openConversation();
      const call = { type: 'tool-call', index: 0, name: 'read', arguments: '{', attempt: 1, at: 1 } as const;
      const id = ask('one', attempt(), reasoning('hm'), text('half'), call, end);
      conversation.continue(id);
      assert.deepEqual(engine.turn.options.resumeFrom, {
        text: 'half',
        model: 'm',
        hadReasoning: true,
        hadToolCalls: true,
        resumeMode: 'continue',
      });
      assert.deepEqual(sentTexts(), ['one']);
      const started: StreamEvent = {
        ...attempt(),
        type: 'attempt',
        gateway: refOf('https://gateway.test'),
        model: 'm',
        why: 'resume',
        time: 0,
        how: 'continue',
      };
      engine.turn.emit(started, reasoning('so'), resumed(4), text(' and half'), done('half and half'));
      const { state } = conversation.last!.answer;
      assert.equal(conversation.tree.answers().length, 1);
      assert.deepEqual(
        [state.text, state.reasoning, state.resumePoints, state.previousSegments.length],
        ['half and half', 'hm\n\nso', [{ offset: 4 }], 1],
      );
    });
  }

  it('keeps the offsets at which the answer was continued', () => {
    const { ask, conversation, engine } = openConversation();
    const id = ask('one', attempt(), fallback, text('one '), resumed(4), text('two '), stopped('one two '));
    conversation.continue(id);
    assert.deepEqual(conversation.last?.answer.state.switches, []);
    engine.turn.emit(attempt(), resumed(8), text('three'), stopped('one two three'));
    const offsets = conversation.last.answer.state.resumePoints.map(({ offset }) => offset);
    assert.deepEqual(offsets, [4, 8]);
    conversation.restart(id);
    assert.equal(engine.turn.options.resumeFrom?.resumeMode, 'restart');
    const { resumePoints, text: shown, previousSegments } = conversation.last.answer.state;
    assert.deepEqual([resumePoints, shown, previousSegments], [[], 'one two three', []]);
  });

  for (const { name, end } of [
    { name: 'is complete', end: done('complete') },
    { name: 'has no text', end: stopped('') },
    { name: 'failed because the request was too large', end: { ...failed('half'), kind: 'too-large' } as StreamEvent },
  ]) {
    it(`does not continue an answer that ${name}`, () => {
      const { ask, conversation, engine } = openConversation();
      conversation.continue(ask('one', attempt(), end));
      assert.equal(engine.turns.length, 1);
    });
  }

  for (const { resume, partial, mode } of [
    { resume: 'auto', partial: 'half', mode: 'continue' },
    { resume: 'restart', partial: 'half', mode: 'restart' },
    { resume: 'off', partial: 'half', mode: 'restart' },
    { resume: 'auto', partial: '', mode: undefined },
  ] as const) {
    it(`retries ${partial ? 'a partial answer' : 'a turn without text'} with ${mode ? `mode ${mode}` : 'the original request'} when holysheep.resume is ${resume}`, () => {
      const { ask, conversation, engine } = openConversation({ resume });
      ask('one', attempt(), reasoning('hm'), failed(partial));
      retryNow(conversation);
      assert.deepEqual([engine.turns.length, engine.turn.options.resumeFrom?.resumeMode], [2, mode]);
      assert.equal(conversation.last?.answer.state.reasoning, mode === 'continue' ? 'hm' : '');
    });
  }

  it('has a higher token limit when the user asks for a longer answer', () => {
    const { ask, conversation, engine } = openConversation();
    conversation.restart(ask('one', attempt(), failed('')), { moreRoom: true });
    const [first, second] = engine.turns.map(({ request }) => request);
    assert.deepEqual(second, { ...first, moreRoom: true });
  });

  it('replaces a complete answer only on *Restart answer*', () => {
    const { ask, conversation, engine } = openConversation();
    const id = ask('one', attempt(), done('complete'));
    retryNow(conversation);
    conversation.switchModel(id, 'other');
    assert.equal(engine.turns.length, 1);
    conversation.restart(id);
    assert.equal(engine.turns.length, 2);
  });

  for (const control of ['retryNow', 'tryAnyway'] as const) {
    it(`skips the first wait after ${control}, even if the turn was queued`, () => {
      const { ask, conversation, engine } = openConversation();
      const id = ask('one', attempt(), failed('half'));
      conversation[control](id);
      assert.deepEqual([engine.turns.length, engine.turn.controls], [2, [control]]);
      engine.turn.emit(failed('half'));
      ask('two');
      conversation[control](id);
      assert.deepEqual([engine.turns.length, engine.turn.controls], [3, []]);
      engine.turn.emit(done('2'));
      assert.deepEqual([engine.turns.length, engine.turn.controls], [4, [control]]);
    });
  }

  const calmStarts: Readonly<Record<string, (conversation: Conversation, id: string) => void>> = {
    Continue: (conversation, id) => conversation.continue(id),
    'Restart answer': (conversation, id) => conversation.restart(id),
    'Switch model': (conversation, id) => conversation.switchModel(id, 'other'),
  };
  for (const [name, start] of Object.entries(calmStarts)) {
    it(`waits for the gateway's cooldown after *${name}*`, () => {
      const { ask, conversation, engine } = openConversation();
      start(conversation, ask('one', attempt(), failed('half')));
      assert.deepEqual(valuesOf(engine.turns, 'controls'), [[], []]);
    });
  }

  it('uses the last model to which the user switched', () => {
    const { ask, conversation, engine } = openConversation();
    const id = ask({ prompt: 'one', models: ['asked'] }, attempt('asked'), failed('half'));
    conversation.switchModel(id, 'switched');
    assert.deepEqual([engine.turn.request.model, engine.turn.options.resumeFrom?.resumeMode], ['switched', 'restart']);
    engine.turn.emit({ type: 'model', from: 'switched', to: 'last', reason: 'user', attempt: 1, at: 1 }, failed(''));
    retryNow(conversation);
    assert.equal(engine.turn.request.model, 'last');
  });

  it('has the same state when the conversation is read from the journal', () => {
    const { ask, conversation, engine, lines } = openConversation();
    const id = ask('one', attempt(), reasoning('hm'), text('ha'), failed('ha'));
    conversation.continue(id);
    engine.turn.emit(attempt(), resumed(2), text('lf'), failed('half'));
    assert.deepEqual(plain(reopened(lines).tree.path()), plain(conversation.tree.path()));
    conversation.switchModel(id, 'b');
    engine.turn.emit(attempt('b'), { type: 'replaced', text: 'complete', attempt: 1, at: 3 }, done('complete'));
    assert.deepEqual(plain(reopened(lines).tree.path()), plain(conversation.tree.path()));
  });
});

describe('partial answer that a fallback model can continue', () => {
  const offer = { actions: ['continueWithFallback'], fallbackModel: 'fallback' } as const;
  const failedWithOffer = { ...failed('half'), kind: 'overloaded', ...offer } as StreamEvent;

  it('is continued by the fallback model that the wait card offers', () => {
    const { ask, conversation, engine } = openConversation();
    const id = ask('one');
    conversation.continueWithFallback(id);
    engine.turn.emit(attempt(), text('half'), { ...waiting, reason: 'overloaded', ...offer } as StreamEvent);
    conversation.continueWithFallback(id);
    assert.deepEqual([engine.turn.controls, engine.turns.length], [['continueWith fallback overloaded'], 1]);
  });

  it('is continued by the fallback model after a failure', () => {
    const { ask, conversation, engine, lines } = openConversation();
    const id = ask({ prompt: 'one', models: ['asked'] }, attempt('asked'), text('half'), failedWithOffer);
    conversation.continueWithFallback(id);
    const { request, options, controls } = engine.turn;
    assert.deepEqual(
      [options.resumeFrom?.resumeMode, options.resumeFrom?.text, request.model, controls],
      ['continue', 'half', 'asked', ['continueWith fallback overloaded']],
    );
    engine.turn.emit(
      { type: 'model', from: 'asked', to: 'fallback', reason: 'overloaded', attempt: 0, at: 10 },
      { ...attempt('fallback'), why: 'switch', how: 'continue' } as StreamEvent,
      resumed(4),
      text(' and half'),
      done('half and half'),
    );
    const { text: answer, resumePoints } = reopened(lines).tree.path()[0]?.answer.state ?? {};
    assert.equal(answer, 'half and half');
    assert.deepEqual(resumePoints, [{ offset: 4, models: { from: 'asked', to: 'fallback', reason: 'overloaded' } }]);
    conversation.regenerate(id);
    assert.equal(engine.turn.request.model, 'asked');
  });

  it('is not continued if the failed turn offers no fallback model', () => {
    const { ask, conversation, engine } = openConversation();
    const id = ask('one', attempt(), failed('half'));
    conversation.continueWithFallback(id);
    conversation.continueWithFallback('unknown');
    conversation.continueWithFallback(ask('two', attempt(), done('whole')));
    assert.equal(engine.turns.length, 2);
  });
});

describe('events and errors of a turn in a conversation', () => {
  it('reach the page and the journal in batches, one for each animation frame', async () => {
    const { ask, changes, clock, engine, lines } = openConversation();
    ask('one', attempt());
    for (const each of [text('a'), text('b'), text('c'), waiting, text('d')]) engine.turn.emit(each);
    const batches = (of: readonly (ConversationChange | JournalRecord)[]): unknown =>
      of.flatMap((each) => (each.type === 'events' ? [each.events.map((event) => textOf(event) ?? event.type)] : []));
    await clock.advance(15);
    assert.deepEqual(batches(changes), [['attempt'], ['a']]);
    await clock.advance(1);
    assert.deepEqual(batches(changes), [['attempt'], ['a'], ['bc', 'waiting', 'd']]);
    assert.deepEqual(batches(lines), batches(changes));
    engine.turn.emit(text('e'), done('abcde'));
    assert.equal(clock.pending, 0);
    assert.equal(reopened(lines).tree.path()[0]?.answer.state.text, 'abcde');
  });

  const answer = 'a complete answer '.repeat(20);
  for (const end of [done(answer), stopped(answer), failed(answer)]) {
    it(`contain the text of a finished answer only once when the turn ends with "${end.type}"`, () => {
      const { ask, changes, conversation, lines } = openConversation();
      ask('Hi', attempt(), text(answer), end);
      assert.equal(reopened(lines).tree.path()[0]?.answer.state.text, answer);
      const countIn = (value: unknown): number => JSON.stringify(value).split(answer).length - 1;
      const events = changes.filter(({ type }) => type === 'events');
      assert.deepEqual([countIn(lines), countIn(events), countIn(conversation.tree.page())], [1, 1, 1]);
    });
  }

  it("mark the turn as interrupted if the turn can't start", () => {
    const { engine, conversation, phases } = openConversation({ onError: () => undefined });
    const run = engine.run.bind(engine);
    engine.run = () => {
      throw new Error('no engine');
    };
    conversation.ask({ prompt: 'one' });
    engine.run = run;
    conversation.ask({ prompt: 'two' });
    assert.deepEqual(phases(), ['one: interrupted', 'two: connecting']);
  });

  it("mark the turn as interrupted if the turn's last event can't be handled", () => {
    const errors: unknown[] = [];
    const { ask, conversation, engine, lines, phases } = openConversation({ onError: (error) => errors.push(error) });
    const id = ask('one', attempt(), text('a'));
    ask('two');
    const { tree } = conversation;
    const apply = tree.apply.bind(tree);
    tree.apply = (record) => {
      if (record.type !== 'events') return apply(record);
      throw new Error('a defect');
    };
    const [first] = engine.turns;
    first!.emit(text('b'), done('ab'));
    tree.apply = apply;
    assert.deepEqual([phases(), errors.map(String)], [['one: interrupted', 'two: connecting'], ['Error: a defect']]);
    assert.deepEqual(reopened(lines).tree.path()[0]?.answer.state.phase, 'interrupted');
    engine.turn.emit(attempt(), done('two'));
    conversation.retryNow(id);
    engine.turn.emit(attempt(), done('ab'));
    assert.deepEqual(conversation.tree.answer(id)?.state.text, 'ab');
  });

  it('reach the journal completely even if a listener throws an error', () => {
    const errors: unknown[] = [];
    const onEvent = (): never => {
      throw new Error('a defect');
    };
    const { ask, lines } = openConversation({ onEvent, onError: (error) => errors.push(error) });
    ask('one', attempt(), text('a'), text('b'), done('ab'));
    const { phase, text: shown } = reopened(lines).tree.path()[0]!.answer.state;
    assert.deepEqual([phase, shown], ['done', 'ab']);
    assert.equal(errors.length, 1);
  });
});
