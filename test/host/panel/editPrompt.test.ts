import assert from 'node:assert/strict';
import type { Conversation } from '../../../src/host/conversation/conversation';
import type { PromptInput } from '../../../src/host/journal/records';
import type { PrefilledPrompt } from '../../../src/host/panel/panelServices';
import type { Attachment } from '../../../src/shared/protocol';
import { useVSCode } from '../../support/fakeVSCode';
import { valuesOf } from '../../support/valuesOf';
import { openConversation, shownAnswers } from '../../support/host/openedConversation';
import { fakeServices } from './fakePanel';

const file: Attachment = { kind: 'file', label: 'a.ts', languageId: 'ts', code: 'const a = 1;' };

const importEditPrompt = () => import('../../../src/host/panel/editPrompt');

/** Sends a prompt whose turn is then stopped. @param pickedModel the model that the user chooses when asked */
function setUp(input: PromptInput, pickedModel?: string, demo = false) {
  const overPlainHttp = new Set<string>();
  const { ask, conversation, gatewaySets } = openConversation({ demo });
  Object.assign(gatewaySets.own, {
    mayUse: (models: readonly string[]) => Promise.resolve(!models.some((model) => overPlainHttp.has(model))),
    view: () => Promise.resolve({ model: 'm', host: 'api.example', hasKey: true, set: 'own' }),
  });
  const { conversation: next } = openConversation({ gatewaySets });
  const id = ask(input);
  conversation.stopAll();
  const addedToHistory: string[] = [];
  const returned: string[] = [];
  const budget = { mayStart: true };
  const deps = fakeServices({
    conversations: {
      ensureCurrent: () => assert.fail(),
      startNew: () => next,
    },
    budget: { mayStart: (isFree) => Promise.resolve(isFree || budget.mayStart) },
    panels: {
      open: () => assert.fail(),
      show: () => void returned.push('shown'),
      prefill: (_conversation: Conversation, { text, more }: PrefilledPrompt) =>
        void returned.push(text, ...valuesOf(more?.attachments ?? [], 'label'), ...(more?.models ?? [])),
    },
    gatewaySets,
    promptHistory: { add: (prompt: string) => Promise.resolve(void addedToHistory.push(prompt)) },
    catalog: {
      pickOther: () => Promise.resolve(pickedModel),
    },
    onError: (error: unknown) => assert.fail(String(error)),
  });
  return {
    conversation,
    next,
    id,
    addedToHistory,
    returned,
    budget,
    overPlainHttp,
    edit: async (prompt: string, answerId = id) =>
      (await importEditPrompt()).editPrompt(deps, conversation, conversation.tree.exchangeOf(answerId)!.id, prompt),
    regenerate: async (answerId = id, model?: string) =>
      (await importEditPrompt()).regenerate(deps, conversation, answerId, model),
    regenerateWith: async () => (await importEditPrompt()).regenerateWith(deps, conversation, id),
    versions: () => shownAnswers(conversation)[0]?.versions.length,
    /** The current prompt with the model of its answer, unless it is still the first answer. */
    newVersion: () => {
      const step = conversation.last;
      return step && step.answer.id !== id ? { ...step.exchange, model: step.answer.model } : undefined;
    },
  };
}

describe('edited prompt of an earlier exchange', () => {
  useVSCode({});

  for (const prompt of ['Hi', 'Hello'])
    it(`is sent to all models of a comparison if its text is ${prompt === 'Hi' ? 'un' : ''}changed`, async () => {
      const { edit, conversation, id } = setUp({ prompt: 'Hi' });
      conversation.requestMoreAnswers(conversation.tree.exchangeOf(id)!.id, ['a', 'b']);
      await edit(prompt, shownAnswers(conversation)[1]?.id);
      assert.deepEqual(
        shownAnswers(conversation).map(({ prompt, state, versions }) => [prompt, state.model, versions.length]),
        ['a', 'b'].map((model) => [prompt, model, 3]),
      );
    });
  it('returns to the composer with its attachments when the user declines to exceed the budget', async () => {
    const input = { prompt: 'one', content: 'one, in full', attachments: [file] };
    const { edit, regenerate, versions, returned, budget, id } = setUp(input);
    budget.mayStart = false;
    for (const prompt of ['two', 'one']) await edit(prompt);
    for (const model of ['gpt-4o', undefined]) await regenerate(id, model);
    assert.deepEqual([versions(), returned], [1, ['shown', 'two', 'a.ts']]);
  });

  it('returns to the composer with the compared models when the user declines to exceed the budget', async () => {
    const { edit, conversation, returned, budget, id } = setUp({ prompt: 'Hi' });
    conversation.requestMoreAnswers(conversation.tree.exchangeOf(id)!.id, ['a', 'b']);
    budget.mayStart = false;
    await edit('Hello', shownAnswers(conversation)[1]?.id);
    assert.deepEqual(returned, ['shown', 'Hello', 'a', 'b']);
  });

  it('is sent with the new text, the same attachments and the same model', async () => {
    const input = { prompt: 'Explain a.ts', content: 'all of it', attachments: [file], models: ['gpt-4o'] };
    const { edit, newVersion, addedToHistory } = setUp(input);
    await edit('Why one?');
    const { prompt, content, attachments, model } = newVersion() ?? {};
    assert.deepEqual([prompt, attachments, model], ['Why one?', [file], 'gpt-4o']);
    assert.match(content ?? '', /^Why one\?[^]*const a = 1;/);
    assert.deepEqual(addedToHistory, ['Why one?']);
  });

  it('is sent with the same content if its text is unchanged', async () => {
    const { edit, newVersion } = setUp({ prompt: 'Explain a.ts', content: 'all of it' });
    await edit(' Explain a.ts\n');
    assert.deepEqual([newVersion()?.prompt, newVersion()?.content], ['Explain a.ts', 'all of it']);
  });

  it('is sent in a new conversation if the demo has ended', async () => {
    const { edit, newVersion, next } = setUp({ prompt: 'one', models: ['demo-cut'] }, undefined, true);
    await edit('two');
    const { exchange, answer } = next.last!;
    assert.deepEqual([newVersion(), next.set.id, exchange.prompt, answer.model], [undefined, 'own', 'two', undefined]);
  });
});

describe('regenerated answer', () => {
  useVSCode({});

  it('is requested with the same prompt and model', async () => {
    const { newVersion, ...actions } = setUp({ prompt: 'one' }, 'unused model');
    await actions.regenerate();
    assert.deepEqual([newVersion()?.prompt, newVersion()?.model], ['one', undefined]);
  });

  it('is requested from a recently used model', async () => {
    const { newVersion, id, ...actions } = setUp({ prompt: 'one' }, 'unused model');
    await actions.regenerate(id, 'gpt-4o');
    assert.deepEqual([newVersion()?.prompt, newVersion()?.model], ['one', 'gpt-4o']);
  });

  it('is requested from the model that the user has chosen', async () => {
    const { newVersion, ...actions } = setUp({ prompt: 'one' }, 'deepseek-r1');
    await actions.regenerateWith();
    assert.deepEqual([newVersion()?.prompt, newVersion()?.model], ['one', 'deepseek-r1']);
  });

  it('is requested only once when the user clicks twice', async () => {
    const { versions, ...actions } = setUp({ prompt: 'one' });
    await Promise.all([actions.regenerate(), actions.regenerate()]);
    assert.equal(versions(), 2);
  });

  it('can be requested for any column of a comparison', async () => {
    const { conversation, id, ...actions } = setUp({ prompt: 'one' });
    const [, second] = conversation.requestMoreAnswers(conversation.tree.exchangeOf(id)!.id, ['a', 'b']);
    conversation.stop();
    await actions.regenerate(second);
    assert.deepEqual(
      shownAnswers(conversation).map(({ state }) => state.model),
      ['b'],
    );
  });

  it('is not requested when the user declines to send prompts over plain HTTP', async () => {
    const { regenerate, overPlainHttp, versions, id } = setUp({ prompt: 'Hi' });
    overPlainHttp.add('llama3');
    await regenerate(id, 'llama3');
    assert.equal(versions(), 1);
    await regenerate();
    assert.equal(versions(), 2);
  });

  it('is not requested when the user chooses no model', async () => {
    const { newVersion, ...actions } = setUp({ prompt: 'one' });
    await actions.regenerateWith();
    assert.equal(newVersion(), undefined);
  });
});
