import assert from 'node:assert/strict';
import { Conversation } from '../../../src/host/conversation/conversation';
import type { PromptInput } from '../../../src/host/journal/exchange';
import { foldJournal } from '../../../src/host/journal/journalFold';
import { editPrompt, regenerate } from '../../../src/host/panel/editPrompt';
import type { Attachment } from '../../../src/shared/protocol';
import { VirtualClock } from '../../support/virtualClock';
import { ScriptedEngine } from '../conversation/scriptedEngine';

const file: Attachment = { kind: 'file', label: 'a.ts', languageId: 'ts', code: 'const a = 1;' };

function setUp(input: PromptInput, pickedModel?: string) {
  const engine = new ScriptedEngine();
  const conversation = new Conversation(
    'c',
    foldJournal([]),
    { append: () => undefined },
    {
      engine: () => engine,
      clock: new VirtualClock(),
      defaults: () => ({ model: 'm', systemPrompt: '', temperature: 1, maxTokens: 1 }),
      connection: () => Promise.resolve({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-own' }),
      resumeSetting: () => 'auto',
      onEvent: () => undefined,
      onError: (error) => assert.fail(String(error)),
    },
  );
  const { id } = conversation.ask(input);
  conversation.stopAll();
  const addedToHistory: string[] = [];
  const openIds: string[] = [];
  let openIdsDuringCall: readonly string[] = [];
  const deps = {
    conversations: {
      withOpen: async (openConversation: Conversation, work: () => Promise<void>) => {
        openIds.push(openConversation.id);
        await work();
        openIds.pop();
      },
    },
    demo: {
      answers: (promptedConversation: Pick<Conversation, 'exchanges'>) => {
        assert.equal(promptedConversation, conversation);
        return false;
      },
    },
    connections: {
      view: (demo = true) => {
        openIdsDuringCall = [...openIds];
        return Promise.resolve({ model: 'm', host: 'api.example', hasKey: true, demo });
      },
    },
    promptHistory: { add: (prompt: string) => Promise.resolve(void addedToHistory.push(prompt)) },
    catalog: {
      pickOther: async () => {
        openIdsDuringCall = [...openIds];
        await Promise.resolve();
        return pickedModel;
      },
    },
    onError: (error: unknown) => assert.fail(String(error)),
  };
  /** Returns the current version of the exchange, or undefined if it is still the first version. */
  const newVersion = () => conversation.exchanges().find((exchange) => exchange.id !== id);
  const openConversations = () => ({ now: openIds, duringCall: openIdsDuringCall });
  return { conversation, id, deps, newVersion, addedToHistory, openConversations };
}

describe('edited prompt', () => {
  it('is sent with the new text and the same context and model', async () => {
    const { conversation, id, deps, newVersion, addedToHistory } = setUp({
      prompt: 'Explain a.ts',
      content: 'all of it',
      attachments: [file],
      model: 'gpt-4o',
    });
    await editPrompt(deps, conversation, id, 'Why one?');
    const { prompt, content, attachments, model } = newVersion() ?? {};
    assert.deepEqual([prompt, attachments, model], ['Why one?', [file], 'gpt-4o']);
    assert.match(content ?? '', /^Why one\?[^]*const a = 1;/);
    assert.deepEqual(addedToHistory, ['Why one?']);
  });

  it('is sent again without changes when the text is unchanged', async () => {
    const { conversation, id, deps, newVersion } = setUp({ prompt: 'Explain a.ts', content: 'all of it' });
    await editPrompt(deps, conversation, id, ' Explain a.ts\n');
    assert.deepEqual([newVersion()?.prompt, newVersion()?.content], ['Explain a.ts', 'all of it']);
  });

  it('keeps its conversation open until the edited prompt is sent', async () => {
    const { conversation, id, deps, openConversations } = setUp({ prompt: 'one' });
    await editPrompt(deps, conversation, id, 'two');
    assert.deepEqual(openConversations(), { duringCall: ['c'], now: [] });
  });

  it('is sent to the current gateway even if the previous version was sent to the demo', async () => {
    const { conversation, id, deps, newVersion } = setUp({ prompt: 'one', demo: true });
    await editPrompt(deps, conversation, id, 'two');
    assert.equal(newVersion()?.demo, false);
  });

  it('is not sent with a demo model after the demo has ended', async () => {
    const { conversation, id, deps, newVersion } = setUp({ prompt: 'one', model: 'demo-cut', demo: true });
    await editPrompt(deps, conversation, id, 'two');
    assert.deepEqual([newVersion()?.demo, newVersion()?.model], [false, undefined]);
  });
});

describe('regenerated answer', () => {
  it('is requested with the same prompt', async () => {
    const { conversation, id, deps, newVersion } = setUp({ prompt: 'one' }, 'unused model');
    await regenerate(deps, conversation, id, false);
    assert.deepEqual([newVersion()?.prompt, newVersion()?.model], ['one', undefined]);
  });

  it('is requested only once when the button is pressed twice before the new version is shown', async () => {
    const { conversation, id, deps } = setUp({ prompt: 'one' });
    await Promise.all([regenerate(deps, conversation, id, false), regenerate(deps, conversation, id, false)]);
    assert.equal(conversation.views()[0]?.versions?.length, 2);
  });

  it('is requested from the model that the user has chosen', async () => {
    const { conversation, id, deps, newVersion } = setUp({ prompt: 'one' }, 'deepseek-r1');
    await regenerate(deps, conversation, id, true);
    assert.equal(newVersion()?.model, 'deepseek-r1');
  });

  it('keeps its conversation open while the user chooses a model, because the panel may be closed', async () => {
    const { conversation, id, deps, openConversations } = setUp({ prompt: 'one' }, 'deepseek-r1');
    await regenerate(deps, conversation, id, true);
    assert.deepEqual(openConversations(), { duringCall: ['c'], now: [] });
  });

  it('is not requested when the user chooses no model', async () => {
    const { conversation, id, deps, newVersion } = setUp({ prompt: 'one' });
    await regenerate(deps, conversation, id, true);
    assert.equal(newVersion(), undefined);
  });
});
