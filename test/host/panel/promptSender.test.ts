import assert from 'node:assert/strict';
import { Conversation } from '../../../src/host/conversation/conversation';
import type { Exchange, PromptInput } from '../../../src/host/journal/exchange';
import { isDemoConversation } from '../../../src/host/connection/demoConversation';
import { foldJournal } from '../../../src/host/journal/journalFold';
import { parsePrefilledInput, PromptDraft, sendPrompt, type SendServices } from '../../../src/host/panel/promptSender';
import type { Attachment } from '../../../src/shared/protocol';
import { VirtualClock } from '../../support/virtualClock';
import { ScriptedEngine } from '../conversation/scriptedEngine';

/** A conversation that records the prompts that are sent in it. */
class RecordingConversation extends Conversation {
  constructor(
    name: string,
    private readonly record: (call: string) => void,
  ) {
    super(
      name,
      foldJournal([]),
      { append: () => undefined },
      {
        engine: () => new ScriptedEngine(),
        clock: new VirtualClock(),
        defaults: () => ({ model: 'm', systemPrompt: '', temperature: 1, maxTokens: 1 }),
        connection: () => Promise.resolve({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-own' }),
        resumeSetting: () => 'auto',
        onEvent: () => undefined,
        onError: (error) => assert.fail(String(error)),
      },
    );
  }

  override ask(input: PromptInput): Exchange {
    this.record(`ask ${this.id}: ${input.prompt}${input.content === undefined ? '' : ` (${input.content})`}`);
    return super.ask(input);
  }
}

function setUp() {
  const calls: string[] = [];
  const promptHistory = { fails: false };
  const connection = { model: 'm', host: 'api.example', hasKey: true, demo: false };
  const conversation = (name: string) => new RecordingConversation(name, (call) => calls.push(call));
  const current = conversation('current');
  const services: SendServices = {
    conversations: {
      ensureCurrent: () => Promise.resolve(current),
      startNew: () => conversation('new'),
    },
    panels: {
      show: ({ id }, { preserveFocus }) => calls.push(`show ${id}${preserveFocus ? '' : ' with focus'}`),
      prefill: ({ id }, { text, more, awaitsKey }) =>
        calls.push(
          `prefill ${id}: ${text}${more ? `, and ${JSON.stringify(more)}` : ''}${awaitsKey ? ' until there is a key' : ''}`,
        ),
    },
    // Only conversations without exchanges of the user's gateway use the demo.
    demo: { answers: (conversation) => connection.demo && isDemoConversation(conversation) },
    connections: { view: (demo) => Promise.resolve({ ...connection, demo: demo === true }) },
    promptHistory: {
      add: (prompt) =>
        promptHistory.fails
          ? Promise.reject(new Error('disk'))
          : Promise.resolve(void calls.push(`remember ${prompt}`)),
    },
    onError: (error) => calls.push(String(error)),
  };
  const send = (input: PromptInput, options?: Parameters<typeof sendPrompt>[2]) => sendPrompt(services, input, options);
  return { send, calls, connection, promptHistory, current, otherConversation: conversation('other') };
}

describe('prompt sender', () => {
  it('shows the panel and sends the prompt', async () => {
    const { send, calls } = setUp();
    await send({ prompt: 'Hi' });
    assert.deepEqual(calls, ['show current', 'remember Hi', 'ask current: Hi']);
  });

  it('sends the prompt even if the prompt history cannot be saved', async () => {
    const { send, calls, promptHistory } = setUp();
    promptHistory.fails = true;
    await send({ prompt: 'Hi' });
    assert.deepEqual(calls.sort(), ['Error: disk', 'ask current: Hi', 'show current']);
  });

  it('adds the prompt to a new conversation if the caller requests one', async () => {
    const { send, calls } = setUp();
    await send({ prompt: 'Hi' }, { newConversation: true });
    assert.deepEqual(calls, ['show new', 'remember Hi', 'ask new: Hi']);
  });

  it('puts the prompt into the composer when there is no API key', async () => {
    const { send, calls, connection } = setUp();
    connection.hasKey = false;
    await send({ prompt: 'Hi' });
    assert.deepEqual(calls, ['show current', 'remember Hi', 'prefill current: Hi until there is a key']);
  });

  for (const [name, input] of [
    ['code', { prompt: 'Explain', content: 'in full' }],
    ['attachments', { prompt: 'Explain', attachments: [{ label: 'a.ts', languageId: 'ts', code: 'a' }] }],
  ] as const) {
    it(`passes the complete prompt to the composer when it has ${name}`, async () => {
      const { send, calls, connection } = setUp();
      connection.hasKey = false;
      await send(input);
      await send({ prompt: 'Why?', attachments: [] });
      assert.deepEqual(
        calls.filter((call) => call.startsWith('prefill')),
        [
          `prefill current: Explain, and ${JSON.stringify(input)} until there is a key`,
          'prefill current: Why? until there is a key',
        ],
      );
    });
  }

  it('sends a prompt to the demo without an API key', async () => {
    const { send, calls, connection } = setUp();
    Object.assign(connection, { hasKey: false, demo: true });
    await send({ prompt: 'Hi' });
    assert.equal(calls.at(-1), 'ask current: Hi');
  });

  it('sends prompts of a conversation with the user’s gateway to that gateway, even while the demo is active', async () => {
    const { send, connection, current, otherConversation } = setUp();
    await send({ prompt: 'a real question' });
    connection.demo = true;
    await send({ prompt: 'and then?' });
    await send({ prompt: 'a question to the demo' }, { conversation: otherConversation });
    assert.deepEqual(
      [...current.exchanges(), ...otherConversation.exchanges()].map(({ demo }) => demo),
      [false, false, true],
    );
  });

  it('puts a prompt for the user’s gateway into the composer when there is no API key, even while the demo is active', async () => {
    const { send, calls, connection, otherConversation } = setUp();
    await send({ prompt: 'a real question' });
    Object.assign(connection, { hasKey: false, demo: true });
    await send({ prompt: 'and then?' });
    await send({ prompt: 'anything' }, { conversation: otherConversation });
    assert.deepEqual(
      calls.filter((call) => /^(ask|prefill)/.test(call)),
      ['ask current: a real question', 'prefill current: and then? until there is a key', 'ask other: anything'],
    );
  });

  const explain = { prompt: 'Explain', content: 'in full' };
  for (const [behavior, value, input] of [
    ['accepts the complete prompt that the page returns with the prefilled text', { ...explain, id: 'x' }, explain],
    ['accepts a prefilled text that the page returns without the complete prompt', undefined, undefined],
    ['ignores an invalid complete prompt that the page returns with the prefilled text', { prompt: 1 }, undefined],
  ] as const) {
    it(behavior, () => {
      assert.deepEqual(JSON.parse(JSON.stringify(parsePrefilledInput(value) ?? null)), input ?? null);
    });
  }

  it('uses the conversation of the panel from which the prompt was sent', async () => {
    const { send, calls, otherConversation } = setUp();
    await send({ prompt: 'Hi' }, { conversation: otherConversation });
    assert.deepEqual(calls, ['show other', 'remember Hi', 'ask other: Hi']);
  });

  it('adds the context items and the one-time model to a prompt that is sent, but not to a prompt that waits for a key', async () => {
    const { send, calls, connection, otherConversation } = setUp();
    const addDraft = (input: PromptInput): PromptInput => ({ ...input, content: 'with one file' });
    connection.hasKey = false;
    await send({ prompt: 'Hi' }, { conversation: otherConversation, addDraft });
    connection.hasKey = true;
    await send({ prompt: 'Hello' }, { conversation: otherConversation, addDraft });
    assert.deepEqual(
      calls.filter((call) => /^(ask|prefill)/.test(call)),
      ['prefill other: Hi until there is a key', 'ask other: Hello (with one file)'],
    );
  });
});

const file: Attachment = { kind: 'file', label: 'a.ts', languageId: 'ts', code: 'const a = 1;' };

function createDraft(...attachments: Attachment[]) {
  const models: (string | undefined)[] = [];
  const context = { takeAll: () => attachments.splice(0) };
  return { draft: new PromptDraft(context, (model) => models.push(model)), models };
}

describe('prompt sender with context items or a one-time model', () => {
  it('leaves the prompt unchanged if neither is set', () => {
    const { draft, models } = createDraft();
    assert.deepEqual(draft.addTo({ prompt: 'Hi' }), { prompt: 'Hi', model: undefined });
    assert.deepEqual(models, []);
  });

  it('adds the context items to the next prompt only', () => {
    const { draft } = createDraft(file);
    const { content, attachments } = draft.addTo({ prompt: 'Why?' });
    assert.deepEqual(attachments, [file]);
    assert.match(content ?? '', /^Why\?[^]*const a = 1;/);
    assert.equal(draft.addTo({ prompt: 'Why?' }).attachments, undefined);
  });

  it('adds the context items after the attachments of the prompt', () => {
    const { draft } = createDraft(file);
    const existing: Attachment = { label: 'b.ts:1-2', languageId: 'ts', code: 'b' };
    const { content, attachments } = draft.addTo({ prompt: 'Explain', content: 'Explain b', attachments: [existing] });
    assert.deepEqual(attachments, [existing, file]);
    assert.match(content ?? '', /^Explain b\n[^]*const a = 1;/);
  });

  it('adds the one-time model to the next prompt only, and reports each change of this model to the listener', () => {
    const { draft, models } = createDraft();
    draft.setModelOnce('deepseek-r1');
    draft.setModelOnce('deepseek-r1');
    assert.equal(draft.addTo({ prompt: 'Hi' }).model, 'deepseek-r1');
    assert.equal(draft.addTo({ prompt: 'Hi' }).model, undefined);
    assert.deepEqual(models, ['deepseek-r1', undefined]);
  });

  it('does not replace the model of a prompt that already has one', () => {
    const { draft } = createDraft();
    draft.setModelOnce('deepseek-r1');
    assert.equal(draft.addTo({ prompt: 'Hi', model: 'demo-steady' }).model, 'demo-steady');
    assert.equal(draft.modelOnce, undefined);
  });
});
