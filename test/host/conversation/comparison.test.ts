import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { StreamEvent } from '../../../src/engine/events/events';
import { comparedModels } from '../../../src/host/journal/exchange';
import type { Step } from '../../../src/shared/exchanges';
import { propertyRuns } from '../../support/propertyRuns';
import { valuesOf } from '../../support/valuesOf';
import { openConversation, reopened, retryNow, shownAnswers } from '../../support/host/openedConversation';
import { attempt, done, failed, text, waiting } from '../../support/host/scriptedEngine';

/** Opens a conversation and compares three models. `emit` emits events in the last turn of a model. */
function comparing() {
  const opened = openConversation();
  const { ask, conversation, engine } = opened;
  ask('before', attempt(), text('earlier'), done('earlier'));
  const [a = '', b = '', c = ''] = conversation.ask({ prompt: 'which?' }, ['a', 'b', 'c']);
  const turnOf = (model: string) => engine.turns.findLast(({ request }) => request.model === model)!;
  const emit = (model: string, ...events: readonly StreamEvent[]): void => {
    turnOf(model).emit(...events);
    conversation.flush();
  };
  const answer = (...models: readonly string[]): void => {
    for (const model of models) emit(model, attempt(model), text(`of ${model}`), done(`of ${model}`));
  };
  /** Model, phase and text of the columns on the page. */
  const columns = (): readonly string[] =>
    shownAnswers(conversation)
      .filter(({ isCompared }) => isCompared)
      .map(({ state }) => `${state.model} ${state.phase} ${state.text}`.trim());
  return { ...opened, a, b, c, turnOf, emit, answer, columns };
}

describe('comparison of models', () => {
  it('sends the prompt with the same context to all models at the same time', () => {
    const { engine, columns } = comparing();
    const requests = engine.turns.slice(1).map(({ request }) => request);
    assert.deepEqual(valuesOf(requests, 'model'), ['a', 'b', 'c']);
    for (const { messages } of requests) {
      assert.deepEqual(valuesOf(messages, 'content'), ['before', 'earlier', 'which?']);
    }
    assert.deepEqual(columns(), ['a connecting', 'b connecting', 'c connecting']);
  });

  it('starts after the running turn, and delays later prompts', () => {
    const { ask, conversation, engine, phases } = openConversation();
    ask('first');
    conversation.ask({ prompt: 'which?' }, ['a', 'b']);
    ask('last');
    assert.deepEqual(phases(), ['first: connecting', 'which?: queued', 'which?: queued', 'last: queued']);
    engine.turns[0]!.emit(done(''));
    assert.deepEqual(phases().slice(1), ['which?: connecting', 'which?: connecting', 'last: queued']);
    engine.turns[1]!.emit(done('of a'));
    assert.equal(phases().at(-1), 'last: queued');
    engine.turns[2]!.emit(done('of b'));
    assert.equal(phases().at(-1), 'last: connecting');
  });

  it('reports the events of every column', () => {
    const { a, b, c, changes, emit } = comparing();
    changes.length = 0;
    for (const model of ['c', 'a', 'b']) emit(model, attempt(model), text(model));
    const reported = changes.flatMap((change) => (change.type === 'events' ? change.answerId : []));
    assert.deepEqual([...new Set(reported)], [c, a, b]);
  });

  it('can be stopped in one column only', () => {
    const { conversation, b, emit, columns } = comparing();
    emit('b', attempt('b'), text('half'));
    conversation.stop(b);
    assert.deepEqual(columns(), ['a connecting', 'b stopped half', 'c connecting']);
  });

  it('can be stopped in all columns with one click', () => {
    const { conversation, b, emit, columns } = comparing();
    emit('b', attempt('b'), text('half'));
    conversation.stop(b);
    conversation.stop();
    assert.deepEqual(columns(), ['a stopped', 'b stopped half', 'c stopped']);
  });

  it('can retry one column while the other columns keep running', () => {
    const { conversation, c, emit, columns, turnOf } = comparing();
    emit('b', attempt('b'), waiting);
    retryNow(conversation);
    assert.deepEqual([turnOf('b').controls, turnOf('a').controls], [['retryNow'], []]);
    conversation.ask({ prompt: 'next' });
    emit('c', attempt('c'), failed(''));
    conversation.restart(c);
    assert.deepEqual(columns(), ['a connecting', 'b waiting', 'c connecting']);
  });

  it('keeps the models of its columns when the user selects another model', () => {
    const { conversation, emit, turnOf } = comparing();
    emit('a', attempt('a'), waiting);
    conversation.selectModel('other', conversation.set);
    assert.deepEqual(turnOf('a').controls, []);
  });

  it('lets the user switch the model of a waiting answer after the user has chosen that answer', () => {
    const { a, conversation, emit, turnOf } = comparing();
    emit('a', attempt('a'), waiting);
    conversation.useAnswer(a);
    conversation.selectModel('other', conversation.set);
    assert.deepEqual(turnOf('a').controls, ['switchModel other']);
  });

  it('continues with the answer that the user chooses', () => {
    const { a, b, c, answer, ask, columns, conversation, emit, lines, phases, sentTexts } = comparing();
    answer('a', 'b');
    emit('c', attempt('c'), text('half'));
    conversation.useAnswer(b);
    assert.deepEqual(columns(), []);
    assert.deepEqual(phases(), ['before: done', 'which?: done']);
    assert.deepEqual(shownAnswers(conversation).at(-1)?.versions, [a, b, c]);
    assert.equal(conversation.tree.answer(c)?.state.phase, 'stopped');
    ask('next');
    assert.deepEqual(sentTexts(), ['before', 'earlier', 'which?', 'of b', 'next']);
    assert.deepEqual(reopened(lines).tree.path()[1]?.answer.id, b);
  });

  describe('reopened by the user', () => {
    const chosen = () => {
      const opened = comparing();
      opened.answer('a', 'b', 'c');
      opened.conversation.useAnswer(opened.b);
      return opened;
    };

    it('shows all columns again after a reload', () => {
      const { b, columns, conversation, lines } = chosen();
      conversation.reopenComparison(b);
      assert.equal(columns().length, 3);
      const restored = shownAnswers(openConversation({ stored: reopened(lines) }).conversation);
      assert.equal(restored.filter(({ isCompared }) => isCompared).length, 3);
    });

    it('continues with the given answer', () => {
      for (const model of ['a', 'b'] as const) {
        const { ask, conversation, sentTexts, ...ids } = chosen();
        conversation.reopenComparison(ids[model]);
        ask('next');
        assert.deepEqual(sentTexts().slice(-2), [`of ${model}`, 'next']);
      }
    });

    it('marks the answer that the user had chosen, also after a reload', () => {
      const { b, conversation, lines } = chosen();
      conversation.reopenComparison(b);
      const { tree } = openConversation({ stored: reopened(lines) }).conversation;
      for (const page of [conversation.tree.page(), tree.page()]) {
        const [, item] = page;
        assert.equal(item && 'followed' in item ? item.followed : undefined, b);
      }
    });

    it('marks no answer after the choice was undone', () => {
      const { a, conversation } = chosen();
      conversation.reopenComparison(a);
      const [, item] = conversation.tree.page();
      assert.ok(item && 'answers' in item && item.followed === undefined);
    });

    it('keeps the later turns when the user hides the other answers again', () => {
      const { b, ask, columns, conversation, engine, phases } = chosen();
      ask('next');
      engine.turns.at(-1)!.emit(text('so'), done('so'));
      conversation.reopenComparison(b);
      conversation.useAnswer(b);
      assert.deepEqual([columns().length, phases().at(-1)], [0, 'next: done']);
    });

    it('keeps the later turns', () => {
      const { a, ask, columns, conversation, engine, phases } = chosen();
      ask('next');
      engine.turns.at(-1)!.emit(text('so'), done('so'));
      conversation.reopenComparison(a);
      assert.deepEqual([columns().length, phases().at(-1)], [3, 'next: done']);
    });

    it('does nothing while a turn is running', () => {
      const { b, ask, columns, conversation } = chosen();
      ask('next');
      conversation.reopenComparison(b);
      assert.deepEqual(columns(), []);
    });

    it('is named below the chosen answer, with the other models', () => {
      const { conversation } = chosen();
      const [, item] = conversation.tree.page();
      assert.deepEqual(item && 'comparedWith' in item ? item.comparedWith : undefined, [
        { model: 'a', laterTurns: 0 },
        { model: 'c', laterTurns: 0 },
      ]);
    });
  });

  it('counts the turns that are hidden because they follow another answer', () => {
    const { b, answer, ask, conversation, engine } = comparing();
    answer('a', 'b', 'c');
    for (const prompt of ['next', 'deleted', 'last']) {
      ask(prompt);
      engine.turns.at(-1)!.emit(text('so'), done('so'));
    }
    conversation.deleteExchange(conversation.tree.path().at(-2)!.exchange.id);
    conversation.useAnswer(b);
    const item = conversation.tree.page().at(-1);
    const others = item && 'comparedWith' in item ? item.comparedWith : undefined;
    assert.deepEqual(valuesOf(others ?? [], 'laterTurns'), [2, 0]);
  });

  it('continues with the first complete answer if the user chooses no answer', () => {
    const { answer, ask, columns, conversation, emit, sentTexts } = comparing();
    emit('a', attempt('a'), failed(''));
    answer('c', 'b');
    ask('next');
    assert.deepEqual(sentTexts(), ['before', 'earlier', 'which?', 'of b', 'next']);
    assert.deepEqual(columns(), ['a failed', 'b done of b', 'c done of c']);
    assert.deepEqual(
      shownAnswers(conversation).map(({ isFollowed }) => isFollowed),
      [false, false, true, false, false],
    );
  });

  it('stops the turn of a later prompt when the user chooses another answer', () => {
    const { b, answer, conversation, phases, turnOf } = comparing();
    answer('b', 'a', 'c');
    conversation.ask({ prompt: 'next' }, ['n']);
    conversation.useAnswer(b);
    assert.deepEqual(turnOf('n').controls, ['stop']);
    assert.deepEqual([conversation.busy, phases()], [false, ['before: done', 'which?: done']]);
  });

  it('sends queued prompts after the answer that the user chooses', () => {
    const { c, answer, ask, conversation, engine, phases, turnOf } = comparing();
    answer('b');
    ask('next');
    conversation.ask({ prompt: 'and which now?' }, ['d', 'e']);
    answer('c');
    conversation.useAnswer(c);
    assert.deepEqual(turnOf('a').controls, ['stop']);
    assert.deepEqual(phases(), [
      'before: done',
      'which?: done',
      'next: connecting',
      'and which now?: queued',
      'and which now?: queued',
    ]);
    const sent = (): readonly unknown[] => valuesOf(engine.turns.at(-1)!.request.messages, 'content');
    assert.deepEqual(sent(), ['before', 'earlier', 'which?', 'of c', 'next']);
    engine.turns.at(-1)!.emit(text('well'), done('well'));
    assert.deepEqual(valuesOf(valuesOf(engine.turns.slice(-2), 'request'), 'model'), ['d', 'e']);
    assert.deepEqual(sent().slice(-3), ['next', 'well', 'and which now?']);
  });

  it('skips models that the user removed while the comparison was queued', () => {
    const { c, answer, conversation, engine } = comparing();
    answer('b');
    const [first] = conversation.ask({ prompt: 'and which now?' }, ['d', 'e', 'f']);
    conversation.stop(first);
    answer('c');
    conversation.useAnswer(c);
    assert.deepEqual(valuesOf(valuesOf(engine.turns.slice(4), 'request'), 'model'), ['e', 'f']);
  });

  it('drops the queued retry of one answer when the user chooses the answer in another column', () => {
    const { a, b, answer, ask, conversation, emit, phases } = comparing();
    emit('a', attempt('a'), failed(''));
    answer('b', 'c');
    ask('next');
    conversation.retryNow(a);
    assert.equal(conversation.tree.answer(a)?.isQueued, true);
    conversation.useAnswer(b);
    assert.deepEqual(phases(), ['before: done', 'which?: done', 'next: connecting']);
  });

  it('continues with the first complete answer if further prompts are already queued', () => {
    const { answer, columns, conversation, emit, sentTexts } = comparing();
    conversation.ask({ prompt: 'next' });
    emit('a', attempt('a'), failed(''));
    answer('b', 'c');
    assert.deepEqual(sentTexts(), ['before', 'earlier', 'which?', 'of b', 'next']);
    assert.equal(columns().length, 3);
    assert.deepEqual(
      shownAnswers(conversation).map(({ isFollowed }) => isFollowed),
      [false, false, true, false, false],
    );
  });

  it('is shown with all columns when the user returns from another version of the answer', () => {
    const { conversation, columns } = comparing();
    const { id } = shownAnswers(conversation)[1]!;
    conversation.stop();
    const [other] = conversation.regenerate(id, 'd');
    conversation.stop();
    assert.deepEqual(columns(), []);
    conversation.showVersion(id);
    assert.equal(columns().length, 3);
    assert.deepEqual(shownAnswers(conversation)[1]?.versions, [id, other]);
  });

  it('keeps the next prompt below it when the user shows another version of the answer and then returns', () => {
    const { a, answer, ask, conversation, phases } = comparing();
    answer('b');
    ask('next');
    answer('a', 'c');
    conversation.stopAll();
    const [second = ''] = conversation.requestMoreAnswers(conversation.tree.exchangeOf(a)!.id, ['a', 'b']);
    conversation.stopAll();
    assert.deepEqual(shownAnswers(conversation)[1]?.versions, [a, second]);
    conversation.showVersion(a);
    assert.deepEqual(phases().slice(-2), ['which?: done', 'next: stopped']);
  });

  it('is only one version of its exchange, regardless of the number of columns', () => {
    const { a, b, conversation, edit } = comparing();
    const [second = ''] = conversation.requestMoreAnswers(conversation.tree.exchangeOf(a)!.id, ['a', 'b']);
    const third = edit(second, 'and which?');
    const versions = () => shownAnswers(conversation)[1]?.versions;
    assert.deepEqual(versions(), [a, second, third]);
    conversation.stopAll();
    conversation.showVersion(a);
    assert.deepEqual(versions(), [a, second, third]);
    conversation.useAnswer(b);
    assert.equal(versions()?.length, 5);
  });

  it('can be started from an earlier exchange, whose first answer is kept as a version', () => {
    const { conversation, engine, columns } = comparing();
    const [{ exchange, answer: before }] = conversation.tree.path() as [Step, ...Step[]];
    conversation.stop();
    conversation.requestMoreAnswers(exchange.id, ['d', 'e']);
    assert.deepEqual(columns(), ['d connecting', 'e connecting']);
    assert.deepEqual(valuesOf(engine.turn.request.messages, 'content'), ['before']);
    const [first, second] = shownAnswers(conversation);
    assert.deepEqual(first?.versions, [before.id, first?.id]);
    assert.deepEqual(second?.versions, first.versions);
    conversation.stop();
    conversation.showVersion(before.id);
    assert.deepEqual(columns(), ['a stopped', 'b stopped', 'c stopped']);
  });

  it('sends an edited prompt to the current models of all columns', () => {
    const { a, b, conversation, columns, edit, emit, engine, phases } = comparing();
    emit('b', attempt('b'), failed(''));
    conversation.switchModel(b, 'd');
    assert.deepEqual(comparedModels(conversation.tree.exchangeOf(a)), ['a', 'd', 'c']);
    edit(a, 'what?');
    assert.deepEqual(columns(), ['a connecting', 'd connecting', 'c connecting']);
    assert.deepEqual(phases().slice(1), ['what?: connecting', 'what?: connecting', 'what?: connecting']);
    assert.deepEqual(
      engine.turns.slice(1, 5).map(({ controls, request }) => [request.model, ...controls]),
      [['a', 'stop'], ['b'], ['c', 'stop'], ['d', 'stop']],
    );
  });

  it('is restored with every column after a crash', () => {
    const { answer, b, conversation, emit, lines } = comparing();
    answer('a');
    emit('b', attempt('b'), text('half'));
    conversation.flush();
    const stored = reopened(lines);
    const restored = openConversation({ stored });
    const columns = shownAnswers(restored.conversation).slice(1);
    assert.deepEqual(
      columns.map(({ state, isCompared }) => [state.phase, state.text, isCompared]),
      [
        ['done', 'of a', true],
        ['interrupted', 'half', true],
        ['interrupted', '', true],
      ],
    );
    restored.conversation.continue(b);
    assert.equal(restored.engine.turn.options.resumeFrom?.text, 'half');
  });

  it('keeps its answers and requests when it is read from the journal, whatever the user has done', () => {
    const kind = fc.constantFrom(
      'showVersion',
      'ask',
      'compare',
      'compareAgain',
      'regenerate',
      'useAnswer',
      'reopen',
      'summarize',
      'editSummary',
      'edit',
      'stop',
    );
    const step = fc.record({ what: kind, which: fc.nat(), ends: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        const { conversation, engine, lines } = openConversation();
        for (const { what, which, ends } of steps) {
          const shown = shownAnswers(conversation);
          const { id = '' } = shown[which % shown.length] ?? {};
          const exchangeId = conversation.tree.exchangeOf(id)?.id;
          const models = ['a', 'b', 'c'].slice(which % 2);
          const prompt = `${shown.length}`;
          if (what === 'ask') conversation.ask({ prompt });
          else if (what === 'compare') conversation.ask({ prompt }, models);
          else if (what === 'stop') conversation.stop();
          else if (what === 'showVersion') conversation.showVersion(conversation.tree.answers()[which]?.id ?? '');
          else if (id === '') continue;
          else if (exchangeId === undefined) conversation.editSummary(id, which % 3 === 0 ? '' : `edited ${which}`);
          else if (what === 'compareAgain') conversation.requestMoreAnswers(exchangeId, models);
          else if (what === 'regenerate') conversation.regenerate(id);
          else if (what === 'useAnswer') conversation.useAnswer(id);
          else if (what === 'reopen') conversation.reopenComparison(id);
          else if (what === 'edit') conversation.edit(exchangeId, { prompt });
          else if (what === 'summarize' && !conversation.busy) conversation.summarize(id);
          for (const turn of ends ? engine.turns : []) turn.emit(attempt(), text('to '), done(`to ${prompt}`));
        }
        conversation.stopAll();
        const { conversation: again } = openConversation({ stored: reopened(lines) });
        // Leaves the model out, because it is set before the first attempt and the journal does not contain it then.
        const plain = (value: unknown): unknown =>
          JSON.parse(JSON.stringify(value, (name, part: unknown) => (name === 'model' ? undefined : part)));
        assert.deepEqual(plain(again.tree.page()), plain(conversation.tree.page()));
        for (const { id } of conversation.tree.answers()) {
          assert.equal(again.tree.isShown(id), conversation.tree.isShown(id));
          assert.deepEqual(plain(again.requestOf(id)), plain(conversation.requestOf(id)));
        }
      }),
      { numRuns: Math.min(propertyRuns, 200) },
    );
  });
});
