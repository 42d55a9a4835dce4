import assert from 'node:assert/strict';
import { Conversation } from '../../../src/host/conversation/conversation';
import type { Exchange, PromptInput } from '../../../src/host/conversation/exchange';
import { isDemoConversation } from '../../../src/host/demo/demoTour';
import { foldJournal } from '../../../src/host/journal/journalFold';
import { parsePrefilledInput, PromptDraft, sendPrompt, type SendServices } from '../../../src/host/panel/promptSender';
import type { Attachment } from '../../../src/shared/protocol';
import { VirtualClock } from '../../support/virtualClock';
import { ScriptedEngine } from '../conversation/scriptedEngine';

/** Says what it is asked. */
class TalkingConversation extends Conversation {
  constructor(
    name: string,
    private readonly say: (what: string) => void,
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
        resume: () => 'auto',
        localize: (message) => message,
        onEvent: () => undefined,
        onError: (error) => assert.fail(String(error)),
      },
    );
  }

  override ask(input: PromptInput): Exchange {
    this.say(`ask ${this.id}: ${input.prompt}${input.content === undefined ? '' : ` (${input.content})`}`);
    return super.ask(input);
  }
}

function setUp() {
  const happened: string[] = [];
  const remember = { fails: false };
  const connection = { model: 'm', host: 'api.example', hasKey: true, demo: false };
  const conversation = (name: string) => new TalkingConversation(name, (what) => happened.push(what));
  const current = conversation('current');
  const services: SendServices = {
    conversations: {
      resume: () => Promise.resolve(current),
      startNew: () => conversation('new'),
    },
    panels: {
      show: ({ id }, { preserveFocus }) => happened.push(`show ${id}${preserveFocus ? '' : ' with focus'}`),
      prefill: ({ id }, { text, more, awaitsKey }) =>
        happened.push(
          `compose ${id}: ${text}${more ? `, and ${JSON.stringify(more)}` : ''}${awaitsKey ? ' until there is a key' : ''}`,
        ),
    },
    // The demo answers only where nothing real was asked.
    demo: { answers: (of) => connection.demo && isDemoConversation(of) },
    connections: { view: (demo) => Promise.resolve({ ...connection, demo: demo === true }) },
    promptHistory: {
      add: (prompt) =>
        remember.fails ? Promise.reject(new Error('disk')) : Promise.resolve(void happened.push(`remember ${prompt}`)),
    },
    onError: (error) => happened.push(String(error)),
  };
  const send = (input: PromptInput, options?: Parameters<typeof sendPrompt>[2]) => sendPrompt(services, input, options);
  return { send, happened, connection, remember, current, other: conversation('other') };
}

describe('sending a prompt', () => {
  it('shows the panel and asks', async () => {
    const { send, happened } = setUp();
    await send({ prompt: 'Hi' });
    assert.deepEqual(happened, ['show current', 'remember Hi', 'ask current: Hi']);
  });

  it('asks although the prompt history can not be kept', async () => {
    const { send, happened, remember } = setUp();
    remember.fails = true;
    await send({ prompt: 'Hi' });
    assert.deepEqual(happened.sort(), ['Error: disk', 'ask current: Hi', 'show current']);
  });

  it('asks in a new conversation when told to', async () => {
    const { send, happened } = setUp();
    await send({ prompt: 'Hi' }, { newConversation: true });
    assert.deepEqual(happened, ['show new', 'remember Hi', 'ask new: Hi']);
  });

  it('without a key keeps the prompt in the composer', async () => {
    const { send, happened, connection } = setUp();
    connection.hasKey = false;
    await send({ prompt: 'Hi' });
    assert.deepEqual(happened, ['show current', 'remember Hi', 'compose current: Hi until there is a key']);
  });

  for (const [what, input] of [
    ['code', { prompt: 'Explain', content: 'in full' }],
    ['attachments', { prompt: 'Explain', attachments: [{ label: 'a.ts', languageId: 'ts', code: 'a' }] }],
  ] as const) {
    it(`gives the page more of a prompt than its words where it has ${what}`, async () => {
      const { send, happened, connection } = setUp();
      connection.hasKey = false;
      await send(input);
      await send({ prompt: 'Why?', attachments: [] });
      assert.deepEqual(
        happened.filter((each) => each.startsWith('compose')),
        [
          `compose current: Explain, and ${JSON.stringify(input)} until there is a key`,
          'compose current: Why? until there is a key',
        ],
      );
    });
  }

  it('needs no key in the demo', async () => {
    const { send, happened, connection } = setUp();
    Object.assign(connection, { hasKey: false, demo: true });
    await send({ prompt: 'Hi' });
    assert.equal(happened.at(-1), 'ask current: Hi');
  });

  it('stays with the user’s own gateway in a conversation that has begun there, while the demo is open', async () => {
    const { send, connection, current, other } = setUp();
    await send({ prompt: 'a real question' });
    connection.demo = true;
    await send({ prompt: 'and then?' });
    await send({ prompt: 'a question to the demo' }, { conversation: other });
    assert.deepEqual(
      [...current.exchanges(), ...other.exchanges()].map(({ demo }) => demo),
      [false, false, true],
    );
  });

  it('leaves a prompt in the composer of a conversation with the user’s gateway when the demo is opened', async () => {
    const { send, happened, connection, other } = setUp();
    await send({ prompt: 'a real question' });
    Object.assign(connection, { hasKey: false, demo: true });
    await send({ prompt: 'and then?' });
    await send({ prompt: 'anything' }, { conversation: other });
    assert.deepEqual(
      happened.filter((each) => /^(ask|compose)/.test(each)),
      ['ask current: a real question', 'compose current: and then? until there is a key', 'ask other: anything'],
    );
  });

  const explain = { prompt: 'Explain', content: 'in full' };
  for (const [what, more, input] of [
    ['a prompt', { ...explain, id: 'x' }, explain],
    ['nothing', undefined, undefined],
    ['what is none', { prompt: 1 }, undefined],
  ] as const) {
    it(`takes ${what} from a page`, () => {
      assert.deepEqual(JSON.parse(JSON.stringify(parsePrefilledInput(more) ?? null)), input ?? null);
    });
  }

  it('asks in the conversation of the panel it was sent from', async () => {
    const { send, happened, other } = setUp();
    await send({ prompt: 'Hi' }, { conversation: other });
    assert.deepEqual(happened, ['show other', 'remember Hi', 'ask other: Hi']);
  });

  it('completes a prompt that is asked, but not one that waits for a key', async () => {
    const { send, happened, connection, other } = setUp();
    const complete = (input: PromptInput): PromptInput => ({ ...input, content: 'with one file' });
    connection.hasKey = false;
    await send({ prompt: 'Hi' }, { conversation: other, addDraft: complete });
    connection.hasKey = true;
    await send({ prompt: 'Hello' }, { conversation: other, addDraft: complete });
    assert.deepEqual(
      happened.filter((each) => /^(ask|compose)/.test(each)),
      ['compose other: Hi until there is a key', 'ask other: Hello (with one file)'],
    );
  });
});

const file: Attachment = { kind: 'file', label: 'a.ts', languageId: 'ts', code: 'const a = 1;' };

function draftWith(...attached: Attachment[]) {
  const models: (string | undefined)[] = [];
  const context = { takeAll: () => attached.splice(0) };
  return { draft: new PromptDraft(context, (model) => models.push(model)), models };
}

describe('the draft of a prompt', () => {
  it('leaves a prompt as it is when nothing lies ready', () => {
    const { draft, models } = draftWith();
    assert.deepEqual(draft.addTo({ prompt: 'Hi' }), { prompt: 'Hi', model: undefined });
    assert.deepEqual(models, []);
  });

  it('sends the context along once', () => {
    const { draft } = draftWith(file);
    const { content, attachments } = draft.addTo({ prompt: 'Why?' });
    assert.deepEqual(attachments, [file]);
    assert.match(content ?? '', /^Why\?[^]*const a = 1;/);
    assert.equal(draft.addTo({ prompt: 'Why?' }).attachments, undefined);
  });

  it('adds it to what a prompt brings of its own', () => {
    const { draft } = draftWith(file);
    const own: Attachment = { label: 'b.ts:1-2', languageId: 'ts', code: 'b' };
    const { content, attachments } = draft.addTo({ prompt: 'Explain', content: 'Explain b', attachments: [own] });
    assert.deepEqual(attachments, [own, file]);
    assert.match(content ?? '', /^Explain b\n[^]*const a = 1;/);
  });

  it('takes another model for one prompt, and says when it does and when it is over', () => {
    const { draft, models } = draftWith();
    draft.setModelOnce('deepseek-r1');
    draft.setModelOnce('deepseek-r1');
    assert.equal(draft.addTo({ prompt: 'Hi' }).model, 'deepseek-r1');
    assert.equal(draft.addTo({ prompt: 'Hi' }).model, undefined);
    assert.deepEqual(models, ['deepseek-r1', undefined]);
  });

  it('leaves a prompt the model it has', () => {
    const { draft } = draftWith();
    draft.setModelOnce('deepseek-r1');
    assert.equal(draft.addTo({ prompt: 'Hi', model: 'demo-steady' }).model, 'demo-steady');
    assert.equal(draft.modelOnce, undefined);
  });
});
