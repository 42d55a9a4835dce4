import assert from 'node:assert/strict';
import { Conversation } from '../../../src/host/conversation/conversation';
import type { PromptInput } from '../../../src/host/conversation/exchange';
import { foldJournal } from '../../../src/host/journal/journalFold';
import { editPrompt, regenerate } from '../../../src/host/panel/editPrompt';
import type { Attachment } from '../../../src/shared/protocol';
import { VirtualClock } from '../../support/virtualClock';
import { ScriptedEngine } from '../conversation/scriptedEngine';

const file: Attachment = { kind: 'file', label: 'a.ts', languageId: 'ts', code: 'const a = 1;' };

async function setUp(asked: PromptInput, pick?: string) {
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
      localize: (message) => message,
      onEvent: () => undefined,
      onError: (error) => assert.fail(String(error)),
    },
  );
  const { id } = conversation.ask(asked);
  await conversation.stopAll();
  const remembered: string[] = [];
  const holds: string[] = [];
  let heldMeanwhile: readonly string[] = [];
  const deps = {
    conversations: {
      withOpen: async (held: Conversation, work: () => Promise<void>) => {
        holds.push(held.id);
        await work();
        holds.pop();
      },
    },
    demo: {
      answers: (of: Pick<Conversation, 'exchanges'>) => {
        assert.equal(of, conversation);
        return false;
      },
    },
    connections: {
      view: (demo = true) => {
        heldMeanwhile = [...holds];
        return Promise.resolve({ model: 'm', host: 'api.example', hasKey: true, demo });
      },
    },
    promptHistory: { add: (prompt: string) => Promise.resolve(void remembered.push(prompt)) },
    catalog: {
      pickOther: async () => {
        heldMeanwhile = [...holds];
        await Promise.resolve();
        return pick;
      },
    },
    onError: (error: unknown) => assert.fail(String(error)),
  };
  /** What is shown now, if it is another version. */
  const anew = () => conversation.exchanges().find((exchange) => exchange.id !== id);
  const held = () => ({ now: holds, meanwhile: heldMeanwhile });
  return { conversation, id, deps, anew, remembered, held };
}

describe('a prompt that is edited', () => {
  it('is asked in its new words, with the same context and model', async () => {
    const { conversation, id, deps, anew, remembered } = await setUp({
      prompt: 'Explain a.ts',
      content: 'all of it',
      attachments: [file],
      model: 'gpt-4o',
    });
    await editPrompt(deps, conversation, id, 'Why one?');
    const { prompt, content, attachments, model } = anew() ?? {};
    assert.deepEqual([prompt, attachments, model], ['Why one?', [file], 'gpt-4o']);
    assert.match(content ?? '', /^Why one\?[^]*const a = 1;/);
    assert.deepEqual(remembered, ['Why one?']);
  });

  it('is sent just as before when its words are the same', async () => {
    const { conversation, id, deps, anew } = await setUp({ prompt: 'Explain a.ts', content: 'all of it' });
    await editPrompt(deps, conversation, id, ' Explain a.ts\n');
    assert.deepEqual([anew()?.prompt, anew()?.content], ['Explain a.ts', 'all of it']);
  });

  it('keeps its conversation open until it is asked', async () => {
    const { conversation, id, deps, held } = await setUp({ prompt: 'one' });
    await editPrompt(deps, conversation, id, 'two');
    assert.deepEqual(held(), { meanwhile: ['c'], now: [] });
  });

  it('goes where prompts go now, though it was one of the demo', async () => {
    const { conversation, id, deps, anew } = await setUp({ prompt: 'one', demo: true });
    await editPrompt(deps, conversation, id, 'two');
    assert.equal(anew()?.demo, false);
  });

  it('leaves behind the model of a demo that is closed', async () => {
    const { conversation, id, deps, anew } = await setUp({ prompt: 'one', model: 'demo-cut', demo: true });
    await editPrompt(deps, conversation, id, 'two');
    assert.deepEqual([anew()?.demo, anew()?.model], [false, undefined]);
  });
});

describe('another answer', () => {
  it('is asked for with the same prompt', async () => {
    const { conversation, id, deps, anew } = await setUp({ prompt: 'one' }, 'never asked');
    await regenerate(deps, conversation, id, false);
    assert.deepEqual([anew()?.prompt, anew()?.model], ['one', undefined]);
  });

  it('is one, though the button is pressed twice before it is there', async () => {
    const { conversation, id, deps } = await setUp({ prompt: 'one' });
    await Promise.all([regenerate(deps, conversation, id, false), regenerate(deps, conversation, id, false)]);
    assert.equal(conversation.views()[0]?.versions?.length, 2);
  });

  it('comes from the model that is chosen', async () => {
    const { conversation, id, deps, anew } = await setUp({ prompt: 'one' }, 'deepseek-r1');
    await regenerate(deps, conversation, id, true);
    assert.equal(anew()?.model, 'deepseek-r1');
  });

  it('keeps its conversation open while the model is chosen, though the panel may be closed', async () => {
    const { conversation, id, deps, held } = await setUp({ prompt: 'one' }, 'deepseek-r1');
    await regenerate(deps, conversation, id, true);
    assert.deepEqual(held(), { meanwhile: ['c'], now: [] });
  });

  it('is not asked for when no model is chosen', async () => {
    const { conversation, id, deps, anew } = await setUp({ prompt: 'one' });
    await regenerate(deps, conversation, id, true);
    assert.equal(anew(), undefined);
  });
});
