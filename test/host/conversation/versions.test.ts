import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Conversation, type ConversationChange } from '../../../src/host/conversation/conversation';
import { foldJournal, type FoldedJournal } from '../../../src/host/journal/journalFold';
import { decodeLine, encodeLine } from '../../../src/host/journal/journalLines';
import type { JournalLine } from '../../../src/host/journal/journalSchema';
import { propertyRuns } from '../../support/propertyRuns';
import { VirtualClock } from '../../support/virtualClock';
import { attempt, done, failed, ScriptedEngine, settled, stopped, text } from './scriptedEngine';

function open(folded: FoldedJournal = foldJournal([])) {
  const engine = new ScriptedEngine();
  const lines: JournalLine[] = [];
  const changes: ConversationChange[] = [];
  const conversation = new Conversation(
    'c',
    folded,
    { append: (line) => lines.push(line) },
    {
      engine: () => engine,
      clock: new VirtualClock(),
      defaults: () => ({ model: 'default', systemPrompt: '', temperature: 1, maxTokens: 9 }),
      connection: () => Promise.resolve({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-key' }),
      resume: () => 'auto',
      localize: (message) => message,
      onEvent: () => undefined,
      onError: (error) => assert.fail(String(error)),
    },
  );
  conversation.onDidChange((change) => changes.push(change));
  const said = (): string[] =>
    engine.turn.request.messages.map(({ content }) => (typeof content === 'string' ? content : ''));
  const shown = (): string[] =>
    conversation.views().map(({ prompt, state, queued }) => `${prompt}: ${queued ? 'queued' : state.phase}`);
  /** Asks, and has it answered. */
  const ask = async (prompt: string): Promise<string> => {
    const { id } = conversation.ask({ prompt });
    engine.turn.give(attempt(), done(`to ${prompt}`));
    await settled();
    return id;
  };
  return { engine, lines, changes, conversation, said, shown, ask };
}

/** As another window would find it. */
function reopened(lines: readonly JournalLine[]): FoldedJournal {
  const asked = new Set<string>();
  return foldJournal(lines.map((line) => decodeLine(encodeLine(line), asked)));
}

describe('A conversation with versions', () => {
  it('asks an edited prompt anew, with what came before it alone', async () => {
    const { conversation, said, shown, ask, changes, engine } = open();
    await ask('one');
    const two = await ask('two');
    await ask('three');
    changes.length = 0;
    const { id } = conversation.edit(two, { prompt: 'zwei' });
    assert.deepEqual(said(), ['one', 'to one', 'zwei']);
    assert.deepEqual(shown(), ['one: done', 'zwei: connecting']);
    assert.deepEqual(conversation.exchange(two)?.state.text, 'to two');
    const [first] = changes;
    assert.ok(first?.type === 'path');
    assert.deepEqual(
      first.exchanges.map(({ prompt, versions }) => [prompt, versions]),
      [
        ['one', undefined],
        ['zwei', [two, id]],
      ],
    );
    engine.turn.give(done('zu zwei'));
    await settled();
    await ask('drei');
    assert.deepEqual(said(), ['one', 'to one', 'zwei', 'zu zwei', 'drei']);
  });

  it('has versions of its first prompt, too', async () => {
    const { conversation, said, shown, ask } = open();
    const one = await ask('one');
    conversation.edit(one, { prompt: 'eins' });
    assert.deepEqual(said(), ['eins']);
    assert.deepEqual(shown(), ['eins: connecting']);
  });

  it('shows another version with what followed it, and goes on from there', async () => {
    const { conversation, shown, said, ask, changes, engine } = open();
    const one = await ask('one');
    await ask('two');
    const { id } = conversation.edit(one, { prompt: 'eins' });
    engine.turn.give(done('zu eins'));
    await settled();
    changes.length = 0;
    conversation.showVersion(one);
    assert.deepEqual(shown(), ['one: done', 'two: done']);
    assert.deepEqual(
      changes.map(({ type }) => type),
      ['path'],
    );
    conversation.showVersion(one);
    conversation.showVersion('none');
    assert.equal(changes.length, 1);
    await ask('three');
    assert.deepEqual(said(), ['one', 'to one', 'two', 'to two', 'three']);
    conversation.showVersion(id);
    assert.deepEqual(shown(), ['eins: done']);
  });

  it('has the version that was shown last in its journal', async () => {
    const { conversation, ask, lines } = open();
    const one = await ask('one');
    conversation.edit(one, { prompt: 'eins' });
    await conversation.end();
    conversation.showVersion(one);
    assert.deepEqual(
      reopened(lines).exchanges.map(({ prompt }) => prompt),
      ['one'],
    );
  });

  it('asks one that is not shown with what came before it, and not with what is shown', async () => {
    const { conversation, said, shown, ask } = open();
    const one = await ask('one');
    const two = await ask('two');
    conversation.edit(one, { prompt: 'eins' });
    await conversation.end();
    conversation.restart(two);
    assert.deepEqual(said(), ['one', 'to one', 'two']);
    assert.deepEqual(shown(), ['eins: stopped']);
  });

  it('shows no other version while a turn runs', async () => {
    const { conversation, shown, ask } = open();
    const one = await ask('one');
    conversation.edit(one, { prompt: 'eins' });
    conversation.showVersion(one);
    assert.deepEqual(shown(), ['eins: connecting']);
  });

  it('stops what runs or waits at or behind the edited prompt, unseen, and starts the new one after it', async () => {
    const { conversation, engine, shown, changes, lines } = open();
    const one = conversation.ask({ prompt: 'one' });
    const two = conversation.ask({ prompt: 'two' });
    const three = conversation.ask({ prompt: 'three' });
    engine.turn.give(attempt(), text('half'));
    await settled();
    changes.length = 0;
    const { id } = conversation.edit(one.id, { prompt: 'eins' });
    assert.deepEqual(engine.turns[0]?.controls, ['stop']);
    assert.deepEqual(shown(), ['eins: queued']);
    await settled();
    assert.deepEqual(shown(), ['eins: connecting']);
    assert.equal(engine.turns.length, 2);
    const seen = changes.map((change) => (change.type === 'exchange' ? change.exchange.id : change.type));
    assert.deepEqual(seen, ['path', id]);
    for (const before of [one, two, three]) assert.equal(conversation.exchange(before.id)?.state.phase, 'stopped');
    // Nobody has broken them off.
    assert.deepEqual(reopened(lines).interruptedIds, [id]);
  });

  it('lets a turn before the edited prompt run on', async () => {
    const { conversation, engine, shown } = open();
    conversation.ask({ prompt: 'one' });
    const { id } = conversation.ask({ prompt: 'two' });
    conversation.edit(id, { prompt: 'zwei' });
    assert.deepEqual(engine.turns[0]?.controls, []);
    assert.deepEqual(shown(), ['one: connecting', 'zwei: queued']);
    engine.turn.give(done('to one'));
    await settled();
    assert.deepEqual(shown(), ['one: done', 'zwei: connecting']);
  });

  it('asks when there is nothing to edit', () => {
    const { conversation, shown } = open();
    conversation.edit('none', { prompt: 'one' });
    assert.deepEqual(shown(), ['one: connecting']);
  });

  for (const { model, asked } of [
    { model: undefined, asked: 'own' },
    { model: 'other', asked: 'other' },
  ]) {
    it(`gives another answer to the same prompt${model ? ' by another model' : ''}, once the first is over`, async () => {
      const { conversation, engine, said, shown } = open();
      const target = { uri: 'file:///a', startLine: 0, startCharacter: 0, endLine: 1, endCharacter: 0 };
      const attachments = [{ label: 'a', languageId: 'ts', code: 'a' }];
      const input = { prompt: 'one', content: 'one, in full', attachments, target, model: 'own', demo: true };
      const { id } = conversation.ask(input);
      assert.equal(conversation.regenerate(id, model)?.id, id);
      assert.equal(engine.turns.length, 1);
      engine.turn.give(failed('half'));
      await settled();
      const again = conversation.regenerate(id, model)!;
      assert.notEqual(again.id, id);
      assert.deepEqual([said(), engine.turn.request.model], [['one, in full'], asked]);
      assert.equal(engine.turn.options?.earlier, undefined);
      const { prompt, content, attachments: same, target: place, demo } = conversation.exchange(again.id)!;
      assert.deepEqual({ prompt, content, attachments: same, target: place, model: 'own', demo }, input);
      assert.deepEqual(shown(), ['one: connecting']);
      assert.equal(conversation.regenerate('none'), undefined);
    });
  }

  it('has the title it was given, until that is taken away', () => {
    const { conversation, changes, lines } = open();
    conversation.rename(' Sheep ');
    conversation.rename('Sheep');
    assert.deepEqual([conversation.title, reopened(lines).title], ['Sheep', 'Sheep']);
    conversation.rename('');
    assert.deepEqual([conversation.title, reopened(lines).title], [undefined, undefined]);
    assert.deepEqual(changes, [{ type: 'title' }, { type: 'title' }]);
  });

  it('ends: all turns are stopped, and none starts', async () => {
    const { conversation, engine, shown } = open();
    conversation.ask({ prompt: 'one' });
    conversation.ask({ prompt: 'two' });
    await conversation.end();
    assert.deepEqual([shown(), conversation.busy], [['one: stopped', 'two: stopped'], false]);
    assert.equal(engine.turns.length, 1);
  });

  it('is the same again from its journal, whatever was asked, edited and shown: path, title and requests', async () => {
    const which = fc.nat();
    const answer = fc.constantFrom('whole', 'whole', 'whole', 'half', 'none');
    const anew = fc.constantFrom('edit' as const, 'again' as const, 'show' as const, 'restart' as const);
    const step = fc.oneof(
      fc.record({ what: fc.constantFrom('ask' as const, 'stop' as const), answer }),
      fc.record({ what: anew, which, answer }),
      fc.record({ what: fc.constant('rename' as const), title: fc.constantFrom('', 'Sheep', 'Goats') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const { conversation, engine, lines, said } = open();
        const before = new Map<string, readonly string[]>();
        for (const each of steps) {
          const ids = [...before.keys()];
          const id = 'which' in each ? ids[each.which % ids.length] : undefined;
          const path = conversation.exchanges().map((exchange) => exchange.id);
          if (each.what === 'ask') before.set(conversation.ask({ prompt: `${ids.length}` }).id, path);
          else if (each.what === 'rename') conversation.rename(each.title);
          else if (each.what === 'stop') conversation.stop();
          else if (id !== undefined) {
            const earlier = before.get(id)!;
            if (each.what === 'edit') before.set(conversation.edit(id, { prompt: `${ids.length}` }).id, earlier);
            else if (each.what === 'again') before.set(conversation.regenerate(id)!.id, earlier);
            else if (each.what === 'show') conversation.showVersion(id);
            else conversation.restart(id);
          }
          await settled();
          if (!conversation.busy || !('answer' in each) || each.answer === 'none') continue;
          const words = `to ${said().at(-1)}`;
          engine.turn.give(attempt(), each.answer === 'half' ? stopped(words) : done(words));
          await settled();
        }
        await conversation.end();
        const folded = reopened(lines);
        const again = open(folded);
        // The model is named before there is an attempt, and that alone is not written.
        const views = (of: Conversation): unknown =>
          JSON.parse(JSON.stringify(of.views(), (name, value: unknown) => (name === 'model' ? undefined : value)));
        assert.deepEqual(views(again.conversation), views(conversation));
        assert.equal(again.conversation.title, conversation.title);
        assert.deepEqual(folded.interruptedIds, []);
        for (const [id, earlier] of before) {
          const words = [...earlier, id].map((each) => conversation.exchange(each)!);
          const expected = words.flatMap(({ id: each, prompt, state }) => {
            if (each === id) return [prompt];
            return state.text ? [prompt, state.text] : [];
          });
          for (const each of [{ conversation, said }, again]) {
            each.conversation.restart(id);
            assert.deepEqual(each.said(), expected);
            await each.conversation.end();
          }
        }
      }),
      { numRuns: Math.min(propertyRuns, 100) },
    );
  });
});
