import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { propertyRuns } from '../../support/propertyRuns';
import { openConversation, reopened, shownAnswers } from '../../support/host/openedConversation';
import { attempt, done, failed, stopped, text } from '../../support/host/scriptedEngine';
import { valuesOf } from '../../support/valuesOf';

/** Opens a conversation in which each prompt is answered. */
function answering() {
  const world = openConversation();
  return { ...world, ask: (prompt: string) => world.ask(prompt, attempt(), done(`to ${prompt}`)) };
}

describe('conversation with several versions of an exchange', () => {
  it('sends an edited prompt with only the exchanges before it', () => {
    const { ask, changes, conversation, edit, engine, phases, sentTexts } = answering();
    ask('one');
    const two = ask('two');
    ask('three');
    changes.length = 0;
    const id = edit(two, 'zwei');
    assert.deepEqual(sentTexts(), ['one', 'to one', 'zwei']);
    assert.deepEqual(phases(), ['one: done', 'zwei: connecting']);
    assert.deepEqual(conversation.tree.answer(two)?.state.text, 'to two');
    const [first] = changes;
    assert.ok(first?.type === 'path');
    assert.deepEqual(
      first.items.map((item) => 'versions' in item && [item.prompt, item.versions.length]),
      [
        ['one', 1],
        ['zwei', 2],
      ],
    );
    assert.deepEqual(shownAnswers(conversation)[1]?.versions, [two, id]);
    engine.turn.emit(done('zu zwei'));
    ask('drei');
    assert.deepEqual(sentTexts(), ['one', 'to one', 'zwei', 'zu zwei', 'drei']);
  });

  it('shows the exchanges after the selected version', () => {
    const { ask, changes, conversation, edit, engine, lines, phases, sentTexts } = answering();
    const one = ask('one');
    ask('two');
    const id = edit(one, 'eins');
    conversation.showVersion(one);
    assert.deepEqual(phases(), ['eins: connecting']);
    engine.turn.emit(done('zu eins'));
    changes.length = 0;
    for (const each of [one, one, 'none']) conversation.showVersion(each);
    assert.deepEqual(phases(), ['one: done', 'two: done']);
    assert.deepEqual(valuesOf(changes, 'type'), ['path']);
    assert.deepEqual(valuesOf(valuesOf(reopened(lines).tree.path(), 'exchange'), 'prompt'), ['one', 'two']);
    ask('three');
    assert.deepEqual(sentTexts(), ['one', 'to one', 'two', 'to two', 'three']);
    conversation.showVersion(id);
    assert.deepEqual(phases(), ['eins: done']);
  });

  it('restarts an answer of another branch with the earlier exchanges of that branch', () => {
    const { ask, conversation, edit, phases, sentTexts } = answering();
    const one = ask('one');
    const two = ask('two');
    edit(one, 'eins');
    conversation.stopAll();
    conversation.restart(two);
    assert.deepEqual(sentTexts(), ['one', 'to one', 'two']);
    assert.deepEqual(phases(), ['eins: stopped']);
  });

  it('stops the turns of an edited prompt and of later prompts', () => {
    const { ask, changes, conversation, edit, engine, lines, phases } = openConversation();
    const before = ['one', 'two', 'three'].map((prompt) => ask(prompt));
    engine.turn.emit(attempt(), text('half'));
    changes.length = 0;
    const id = edit(before[0]!, 'eins');
    assert.deepEqual([engine.turns.length, engine.turns[0]?.controls], [2, ['stop']]);
    assert.deepEqual(phases(), ['eins: connecting']);
    const seen = changes.map((change) => (change.type === 'answer' ? change.answer.id : change.type));
    assert.deepEqual(seen, ['path', 'events', 'events', 'events', id]);
    const phasesNow = before.map((each) => conversation.tree.answer(each)?.state.phase);
    assert.deepEqual(phasesNow, ['stopped', 'stopped', 'stopped']);
    assert.deepEqual(valuesOf(reopened(lines).interrupted, 'answer'), [id]);
  });

  it('does not stop an earlier turn when the user edits a later prompt', () => {
    const { ask, edit, engine, phases } = openConversation();
    ask('one');
    edit(ask('two'), 'zwei');
    assert.deepEqual(engine.turns[0]?.controls, []);
    assert.deepEqual(phases(), ['one: connecting', 'zwei: queued']);
    engine.turn.emit(done('to one'));
    assert.deepEqual(phases(), ['one: done', 'zwei: connecting']);
  });

  for (const { model, asked } of [
    { model: undefined, asked: 'own' },
    { model: 'other', asked: 'other' },
  ]) {
    it(`regenerates an answer${model ? ' with another model' : ''} after its turn has ended`, () => {
      const { ask, conversation, engine, phases, sentTexts } = openConversation();
      const target = { uri: 'file:///a', startLine: 0, startCharacter: 0 };
      const attachments = [{ kind: 'selection' as const, label: 'a', languageId: 'ts', code: 'a' }];
      const sent = { prompt: 'one', content: 'one, in full', attachments, target };
      const input = { ...sent, models: ['own'], reasoningEffort: 'max' as const };
      const id = ask(input);
      assert.deepEqual(conversation.regenerate(id, model), []);
      assert.equal(engine.turns.length, 1);
      engine.turn.emit(failed('half'));
      const [again = ''] = conversation.regenerate(id, model);
      const { model: requested, reasoningEffort } = engine.turn.request;
      assert.deepEqual([sentTexts(), requested, reasoningEffort], [['one, in full'], asked, 'max']);
      assert.equal(engine.turn.options.resumeFrom, undefined);
      assert.equal(conversation.tree.exchangeOf(again), conversation.tree.exchangeOf(id));
      assert.equal(conversation.tree.answer(again)?.model, asked);
      assert.deepEqual(phases(), ['one: connecting']);
      assert.deepEqual(conversation.regenerate('none'), []);
    });
  }

  it("keeps the user's title when the conversation is reopened", () => {
    const { changes, conversation, lines } = openConversation();
    conversation.rename(' Sheep ');
    conversation.rename('Sheep');
    assert.deepEqual([conversation.tree.title, reopened(lines).tree.title], ['Sheep', 'Sheep']);
    conversation.rename('');
    assert.deepEqual([conversation.tree.title, reopened(lines).tree.title], [undefined, undefined]);
    assert.deepEqual(changes, [{ type: 'title' }, { type: 'title' }]);
  });

  it('keeps its branch and requests when it is read from the journal, whatever the user has done', () => {
    const which = fc.nat();
    const answer = fc.constantFrom('whole', 'whole', 'whole', 'half', 'none');
    const anew = fc.constantFrom('edit', 'again', 'show', 'restart', 'delete');
    const step = fc.oneof(
      fc.record({ what: fc.constantFrom('ask' as const, 'stop' as const), answer }),
      fc.record({ what: anew, which, answer }),
      fc.record({ what: fc.constant('rename' as const), title: fc.constantFrom('', 'Sheep', 'Goats') }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        const { ask, conversation, edit, engine, lines, sentTexts } = openConversation();
        const before = new Map<string, readonly string[]>();
        const exchangeOf = (answerId: string) => conversation.tree.exchangeOf(answerId)!;
        /** The answers that the deleted turns follow. */
        const deleted = new Set<string>();
        for (const each of steps) {
          const ids = [...before.keys()];
          const id = 'which' in each ? ids[each.which % ids.length] : undefined;
          const path = conversation.tree.path().map(({ answer }) => answer.id);
          if (each.what === 'ask') before.set(ask(`${ids.length}`), path);
          else if (each.what === 'rename') conversation.rename(each.title);
          else if (each.what === 'stop') conversation.stop();
          else if (id !== undefined) {
            const earlier = before.get(id)!;
            const [again] = each.what === 'again' ? conversation.regenerate(id) : [];
            if (again !== undefined) before.set(again, earlier);
            else if (each.what === 'edit') before.set(edit(id, `${ids.length}`), earlier);
            else if (each.what === 'show') conversation.showVersion(id);
            else if (each.what === 'delete') {
              conversation.deleteExchange(exchangeOf(id).id);
              deleted.add(exchangeOf(id).parentAnswer);
            } else conversation.restart(id);
          }
          if (!conversation.busy || !('answer' in each) || each.answer === 'none') continue;
          const words = `to ${String(sentTexts().at(-1))}`;
          engine.turn.emit(attempt(), each.answer === 'half' ? stopped(words) : done(words));
        }
        conversation.stopAll();
        const stored = reopened(lines);
        const again = openConversation({ stored });
        // Leaves the model out, because it is set before the first attempt and the journal does not contain it then.
        const views = (of: Conversation): unknown =>
          JSON.parse(JSON.stringify(of.tree.page(), (name, value: unknown) => (name === 'model' ? undefined : value)));
        assert.deepEqual(views(again.conversation), views(conversation));
        assert.equal(again.conversation.tree.title, conversation.tree.title);
        assert.deepEqual(stored.interrupted, []);
        for (const [id, earlier] of before) {
          const expected = [...earlier, id].flatMap((each) => {
            const { prompt, parentAnswer } = exchangeOf(each);
            const { text: words } = conversation.tree.answer(each)!.state;
            if (each === id) return [prompt];
            return words && !deleted.has(parentAnswer) ? [prompt, words] : [];
          });
          for (const each of [{ conversation, sentTexts }, again]) {
            each.conversation.restart(id);
            assert.deepEqual(each.sentTexts(), expected);
            each.conversation.stopAll();
          }
        }
      }),
      { numRuns: Math.min(propertyRuns, 100) },
    );
  });
});
