import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Conversation, type ConversationChange } from '../../../src/host/conversation/conversation';
import { foldJournal, type StoredConversation } from '../../../src/host/journal/journalFold';
import { encodeJournal, salvageJournal } from '../../../src/host/journal/journalLines';
import { journalSchema, type JournalLine } from '../../../src/host/journal/journalSchema';
import { propertyRuns } from '../../support/propertyRuns';
import { VirtualClock } from '../../support/virtualClock';
import { attempt, done, failed, ScriptedEngine, waitForEvents, stopped, text } from './scriptedEngine';

function open(stored: StoredConversation = foldJournal([])) {
  const engine = new ScriptedEngine();
  const lines: JournalLine[] = [];
  const changes: ConversationChange[] = [];
  const conversation = new Conversation(
    'c',
    stored,
    { append: (line) => lines.push(line) },
    {
      engine: () => engine,
      clock: new VirtualClock(),
      defaults: () => ({ model: 'default', systemPrompt: '', temperature: 1, maxTokens: 9 }),
      connection: () => Promise.resolve({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-key' }),
      resumeSetting: () => 'auto',
      localize: (message) => message,
      onEvent: () => undefined,
      onError: (error) => assert.fail(String(error)),
    },
  );
  conversation.onDidChange((change) => changes.push(change));
  const sentTexts = (): string[] =>
    engine.turn.request.messages.map(({ content }) => (typeof content === 'string' ? content : ''));
  const phases = (): string[] =>
    conversation.views().map(({ prompt, state, queued }) => `${prompt}: ${queued ? 'queued' : state.phase}`);
  /** Sends a prompt and emits its answer. */
  const ask = async (prompt: string): Promise<string> => {
    const { id } = conversation.ask({ prompt });
    engine.turn.emit(attempt(), done(`to ${prompt}`));
    await waitForEvents();
    return id;
  };
  return { engine, lines, changes, conversation, sentTexts, phases, ask };
}

/** Returns the content of a conversation as a window would read it from disk. */
function reopened(lines: readonly JournalLine[]): StoredConversation {
  const header = { type: 'conversation', schema: journalSchema, id: 'c', createdAt: 0 } as const;
  return foldJournal(salvageJournal(encodeJournal(header, lines)).lines);
}

describe('conversation with several versions of an exchange', () => {
  it('sends an edited prompt with only the exchanges before it as context', async () => {
    const { conversation, sentTexts, phases, ask, changes, engine } = open();
    await ask('one');
    const two = await ask('two');
    await ask('three');
    changes.length = 0;
    const { id } = conversation.edit(two, { prompt: 'zwei' });
    assert.deepEqual(sentTexts(), ['one', 'to one', 'zwei']);
    assert.deepEqual(phases(), ['one: done', 'zwei: connecting']);
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
    engine.turn.emit(done('zu zwei'));
    await waitForEvents();
    await ask('drei');
    assert.deepEqual(sentTexts(), ['one', 'to one', 'zwei', 'zu zwei', 'drei']);
  });

  it('adds a version of the first prompt', async () => {
    const { conversation, sentTexts, phases, ask } = open();
    const one = await ask('one');
    conversation.edit(one, { prompt: 'eins' });
    assert.deepEqual(sentTexts(), ['eins']);
    assert.deepEqual(phases(), ['eins: connecting']);
  });

  it('makes a version current together with the exchanges after it, and adds further prompts at the end', async () => {
    const { conversation, phases, sentTexts, ask, changes, engine } = open();
    const one = await ask('one');
    await ask('two');
    const { id } = conversation.edit(one, { prompt: 'eins' });
    engine.turn.emit(done('zu eins'));
    await waitForEvents();
    changes.length = 0;
    conversation.showVersion(one);
    assert.deepEqual(phases(), ['one: done', 'two: done']);
    assert.deepEqual(
      changes.map(({ type }) => type),
      ['path'],
    );
    conversation.showVersion(one);
    conversation.showVersion('none');
    assert.equal(changes.length, 1);
    await ask('three');
    assert.deepEqual(sentTexts(), ['one', 'to one', 'two', 'to two', 'three']);
    conversation.showVersion(id);
    assert.deepEqual(phases(), ['eins: done']);
  });

  it('stores the selected version in the journal', async () => {
    const { conversation, ask, lines } = open();
    const one = await ask('one');
    conversation.edit(one, { prompt: 'eins' });
    await conversation.stopAll();
    conversation.showVersion(one);
    assert.deepEqual(
      reopened(lines).exchanges.map(({ prompt }) => prompt),
      ['one'],
    );
  });

  it('restarts an exchange outside the selected branch with the preceding exchanges of its own branch as context', async () => {
    const { conversation, sentTexts, phases, ask } = open();
    const one = await ask('one');
    const two = await ask('two');
    conversation.edit(one, { prompt: 'eins' });
    await conversation.stopAll();
    conversation.restart(two);
    assert.deepEqual(sentTexts(), ['one', 'to one', 'two']);
    assert.deepEqual(phases(), ['eins: stopped']);
  });

  it('does not select another version while a turn runs', async () => {
    const { conversation, phases, ask } = open();
    const one = await ask('one');
    conversation.edit(one, { prompt: 'eins' });
    conversation.showVersion(one);
    assert.deepEqual(phases(), ['eins: connecting']);
  });

  it('stops the running and queued turns at and after an edited prompt before it starts the new version', async () => {
    const { conversation, engine, phases, changes, lines } = open();
    const one = conversation.ask({ prompt: 'one' });
    const two = conversation.ask({ prompt: 'two' });
    const three = conversation.ask({ prompt: 'three' });
    engine.turn.emit(attempt(), text('half'));
    await waitForEvents();
    changes.length = 0;
    const { id } = conversation.edit(one.id, { prompt: 'eins' });
    assert.deepEqual(engine.turns[0]?.controls, ['stop']);
    assert.deepEqual(phases(), ['eins: queued']);
    await waitForEvents();
    assert.deepEqual(phases(), ['eins: connecting']);
    assert.equal(engine.turns.length, 2);
    const seen = changes.map((change) => (change.type === 'exchange' ? change.exchange.id : change.type));
    assert.deepEqual(seen, ['path', id]);
    for (const before of [one, two, three]) assert.equal(conversation.exchange(before.id)?.state.phase, 'stopped');
    // The journal records the turns as stopped, not as interrupted.
    assert.deepEqual(reopened(lines).interruptedIds, [id]);
  });

  it('does not stop the turn of an earlier exchange when a later prompt is edited', async () => {
    const { conversation, engine, phases } = open();
    conversation.ask({ prompt: 'one' });
    const { id } = conversation.ask({ prompt: 'two' });
    conversation.edit(id, { prompt: 'zwei' });
    assert.deepEqual(engine.turns[0]?.controls, []);
    assert.deepEqual(phases(), ['one: connecting', 'zwei: queued']);
    engine.turn.emit(done('to one'));
    await waitForEvents();
    assert.deepEqual(phases(), ['one: done', 'zwei: connecting']);
  });

  it('adds the prompt at the end when the edited exchange does not exist', () => {
    const { conversation, phases } = open();
    conversation.edit('none', { prompt: 'one' });
    assert.deepEqual(phases(), ['one: connecting']);
  });

  for (const { model, asked } of [
    { model: undefined, asked: 'own' },
    { model: 'other', asked: 'other' },
  ]) {
    it(`regenerates an answer${model ? ' with another model' : ''} after its turn has ended`, async () => {
      const { conversation, engine, sentTexts, phases } = open();
      const target = { uri: 'file:///a', startLine: 0, startCharacter: 0, endLine: 1, endCharacter: 0 };
      const attachments = [{ label: 'a', languageId: 'ts', code: 'a' }];
      const input = { prompt: 'one', content: 'one, in full', attachments, target, model: 'own', demo: true };
      const { id } = conversation.ask(input);
      assert.equal(conversation.regenerate(id, model)?.id, id);
      assert.equal(engine.turns.length, 1);
      engine.turn.emit(failed('half'));
      await waitForEvents();
      const again = conversation.regenerate(id, model)!;
      assert.notEqual(again.id, id);
      assert.deepEqual([sentTexts(), engine.turn.request.model], [['one, in full'], asked]);
      assert.equal(engine.turn.options?.resumeFrom, undefined);
      const {
        prompt,
        content,
        attachments: newAttachments,
        target: newTarget,
        demo,
      } = conversation.exchange(again.id)!;
      assert.deepEqual({ prompt, content, attachments: newAttachments, target: newTarget, model: 'own', demo }, input);
      assert.deepEqual(phases(), ['one: connecting']);
      assert.equal(conversation.regenerate('none'), undefined);
    });
  }

  it('keeps the title of the conversation after reopening, until the user removes the title', () => {
    const { conversation, changes, lines } = open();
    conversation.rename(' Sheep ');
    conversation.rename('Sheep');
    assert.deepEqual([conversation.title, reopened(lines).title], ['Sheep', 'Sheep']);
    conversation.rename('');
    assert.deepEqual([conversation.title, reopened(lines).title], [undefined, undefined]);
    assert.deepEqual(changes, [{ type: 'title' }, { type: 'title' }]);
  });

  it('starts no queued turn when all turns are stopped', async () => {
    const { conversation, engine, phases } = open();
    conversation.ask({ prompt: 'one' });
    conversation.ask({ prompt: 'two' });
    await conversation.stopAll();
    assert.deepEqual([phases(), conversation.busy], [['one: stopped', 'two: stopped'], false]);
    assert.equal(engine.turns.length, 1);
  });

  it('restores the selected branch, the title and the requests from the journal after any sequence of actions', async () => {
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
        const { conversation, engine, lines, sentTexts } = open();
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
          await waitForEvents();
          if (!conversation.busy || !('answer' in each) || each.answer === 'none') continue;
          const words = `to ${sentTexts().at(-1)}`;
          engine.turn.emit(attempt(), each.answer === 'half' ? stopped(words) : done(words));
          await waitForEvents();
        }
        await conversation.stopAll();
        const stored = reopened(lines);
        const again = open(stored);
        // Leaves the model out, because it is set before the first attempt and the journal does not contain it then.
        const views = (of: Conversation): unknown =>
          JSON.parse(JSON.stringify(of.views(), (name, value: unknown) => (name === 'model' ? undefined : value)));
        assert.deepEqual(views(again.conversation), views(conversation));
        assert.equal(again.conversation.title, conversation.title);
        assert.deepEqual(stored.interruptedIds, []);
        for (const [id, earlier] of before) {
          const words = [...earlier, id].map((each) => conversation.exchange(each)!);
          const expected = words.flatMap(({ id: each, prompt, state }) => {
            if (each === id) return [prompt];
            return state.text ? [prompt, state.text] : [];
          });
          for (const each of [{ conversation, sentTexts }, again]) {
            each.conversation.restart(id);
            assert.deepEqual(each.sentTexts(), expected);
            await each.conversation.stopAll();
          }
        }
      }),
      { numRuns: Math.min(propertyRuns, 100) },
    );
  });
});
