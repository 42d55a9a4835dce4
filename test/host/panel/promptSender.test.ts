import assert from 'node:assert/strict';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { parsePromptInput, type PromptInput } from '../../../src/host/journal/records';
import type { SendOptions } from '../../../src/host/panel/promptSender';
import type { Attachment } from '../../../src/shared/protocol';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { fakeSets } from '../../support/host/fakeSets';
import { ScriptedEngine } from '../../support/host/scriptedEngine';
import { openConversation, shownAnswers } from '../../support/host/openedConversation';
import { fakeServices } from './fakePanel';

const importPromptSender = () => import('../../../src/host/panel/promptSender');

/** What the user does in the key dialog. */
let enterKey: () => 'verified' | 'unverified' | 'rejected' | 'cancelled';

/** The texts that the status bar has shown. */
let statuses: string[];

const vscode = {
  l10n: englishL10n,
  window: { setStatusBarMessage: (text: string) => void statuses.push(text) },
  commands: {
    executeCommand: (command: string) => {
      assert.equal(command, 'holysheep.setApiKey');
      return Promise.resolve({ state: enterKey() });
    },
  },
};

interface SentPrompt extends SendOptions {
  /** By default, the current conversation. */
  readonly conversation?: Conversation;
}

function setUp() {
  const calls: string[] = [];
  statuses = [];
  const promptHistory = { fails: false };
  const connection = { hasKey: true };
  const budget = { mayStart: true };
  enterKey = () => assert.fail('The key dialog must not open.');
  /** The models that only a gateway over plain HTTP has. */
  const overPlainHttp = new Set<string>();
  const { gatewaySets, demo } = fakeSets(
    {
      run: (...turn) => new ScriptedEngine().run(...turn),
      mayUse: (models) => Promise.resolve(!models.some((model) => overPlainHttp.has(model))),
    },
    { mayUse: () => Promise.resolve(true) },
  );
  for (const set of [gatewaySets.own, gatewaySets.demo])
    Object.assign(set, {
      view: () => Promise.resolve({ model: 'm', host: 'api.example', set: set.id, ...connection }),
    });
  const names = new Map<Conversation, string>();
  const open = (name: string): Conversation => {
    const { conversation } = openConversation({ gatewaySets });
    names.set(conversation, name);
    return conversation;
  };
  const [current, other, next] = [open('current'), open('other'), open('new')];
  const openPanels = new Set([current]);
  const services = fakeServices({
    budget: {
      mayStart: (isFree, models) => {
        if (models) calls.push(`ask about ${models.join(' and ')}`);
        return isFree || budget.mayStart;
      },
    },
    conversations: { ensureCurrent: () => Promise.resolve(current), startNew: () => next },
    panels: {
      hasPanel: (conversation) => openPanels.has(conversation),
      open: () => Promise.resolve(true),
      show: (conversation, { preserveFocus } = { preserveFocus: false }) =>
        calls.push(`show ${names.get(conversation)}${preserveFocus ? '' : ' with focus'}`),
      prefill: (conversation, { text, more }) =>
        calls.push(`prefill ${names.get(conversation)}: ${text}${more ? `, and ${JSON.stringify(more)}` : ''}`),
    },
    gatewaySets,
    promptHistory: {
      add: (prompt) =>
        promptHistory.fails
          ? Promise.reject(new Error('disk'))
          : Promise.resolve(void calls.push(`remember ${prompt}`)),
    },
    onError: (error) => calls.push(String(error)),
  });
  const send = async (input: PromptInput, { conversation = current, ...options }: SentPrompt = {}) => {
    const { sendPrompt } = await importPromptSender();
    await sendPrompt(services, conversation, input, options);
  };
  const forCommand = async (): Promise<string | undefined> => {
    const { conversationForCommand } = await importPromptSender();
    return names.get(await conversationForCommand(services));
  };
  /** The prompts that were sent in each conversation. */
  const asked = () =>
    [...names].flatMap(([conversation, name]) =>
      shownAnswers(conversation).map(({ prompt }) => `${name}: ${prompt}${conversation.set === demo ? ' (demo)' : ''}`),
    );
  const prefills = () => calls.filter((call) => call.startsWith('prefill'));
  return {
    send,
    forCommand,
    openPanels,
    calls,
    asked,
    prefills,
    budget,
    overPlainHttp,
    connection,
    demo,
    promptHistory,
    other,
    next,
  };
}

describe('sending of a prompt', () => {
  useVSCode(vscode);

  it("shows the panel of the prompt's conversation", async () => {
    const { send, asked, calls, other } = setUp();
    await send({ prompt: 'Hi' });
    await send({ prompt: 'Hey' }, { conversation: other });
    assert.deepEqual(asked(), ['current: Hi', 'other: Hey']);
    assert.deepEqual(calls, ['show current', 'remember Hi', 'show other', 'remember Hey']);
  });

  it('puts the prompt back into the composer if the user declines to send prompts over plain HTTP', async () => {
    const { send, asked, prefills, overPlainHttp } = setUp();
    overPlainHttp.add('m');
    await send({ prompt: 'Hi' });
    assert.deepEqual([asked(), prefills()], [[], ['prefill current: Hi']]);
  });

  it('asks about plain HTTP only for the models to which the prompt is sent', async () => {
    const { send, prefills, overPlainHttp, demo, next } = setUp();
    overPlainHttp.add('m');
    await send({ prompt: 'Hi', models: ['other'] });
    await send({ prompt: 'Hi', models: ['other', 'another'] });
    demo.isOpen = true;
    await send({ prompt: 'Hi' }, { conversation: next });
    assert.deepEqual(prefills(), []);
    demo.isOpen = false;
    await send({ prompt: 'Hi', models: ['other', 'm'] });
    assert.equal(prefills().length, 1);
  });

  it('requests answers from several models at the same time', async () => {
    const { send, other } = setUp();
    await send({ prompt: 'Hi', models: ['a', 'b'] }, { conversation: other });
    const columns = shownAnswers(other).map(({ prompt, state }) => [prompt, state.model]);
    assert.deepEqual(columns, [
      ['Hi', 'a'],
      ['Hi', 'b'],
    ]);
  });

  it("succeeds even if the prompt history can't be saved", async () => {
    const { send, asked, calls, promptHistory } = setUp();
    promptHistory.fails = true;
    await send({ prompt: 'Hi' });
    assert.deepEqual([asked(), calls.sort()], [['current: Hi'], ['Error: disk', 'show current']]);
  });

  for (const state of ['verified', 'unverified'] as const) {
    it(`sends the prompt to all its models when the user enters a key whose state is "${state}"`, async () => {
      const { send, connection, other, prefills } = setUp();
      connection.hasKey = false;
      enterKey = () => {
        connection.hasKey = true;
        return state;
      };
      await send({ prompt: 'Hi', models: ['a', 'b'] }, { conversation: other });
      const models = shownAnswers(other).map(({ state }) => state.model);
      assert.deepEqual([models, prefills()], [['a', 'b'], []]);
    });
  }

  it('puts the prompt back into the composer when the user cancels the key dialog', async () => {
    const { send, asked, calls, connection, prefills } = setUp();
    connection.hasKey = false;
    enterKey = () => 'cancelled';
    await send({ prompt: 'Why?' });
    assert.deepEqual([asked(), prefills()], [[], ['prefill current: Why?']]);
    assert.equal(calls.at(-2), 'show current with focus');
    assert.match(statuses.join(), /^Not sent\./);
  });

  it('puts the prompt back after the key dialog was canceled, even if a gateway was added at the same time', async () => {
    const { send, asked, connection, prefills } = setUp();
    connection.hasKey = false;
    enterKey = () => {
      connection.hasKey = true;
      return 'cancelled';
    };
    await send({ prompt: 'Why?' });
    assert.deepEqual([asked(), prefills()], [[], ['prefill current: Why?']]);
  });

  it('does not ask about the budget if there is no key', async () => {
    const { send, budget, connection } = setUp();
    connection.hasKey = false;
    enterKey = () => 'rejected';
    Object.defineProperty(budget, 'mayStart', { get: () => assert.fail('The budget was asked for.') });
    await send({ prompt: 'Why?' });
  });

  it("puts the prompt's attachments, models and effort back into the composer when the user cancels the key dialog", async () => {
    const { send, connection, prefills } = setUp();
    connection.hasKey = false;
    enterKey = () => 'cancelled';
    const inputs = [
      { prompt: 'Explain', content: 'in full' },
      { prompt: 'Explain', attachments: [{ kind: 'selection' as const, label: 'a.ts', languageId: 'ts', code: 'a' }] },
      { prompt: 'Explain', models: ['other'] },
      { prompt: 'Explain', reasoningEffort: 'low' as const },
    ];
    for (const input of [...inputs, { prompt: 'Why?', attachments: [] }]) await send(input);
    assert.deepEqual(prefills(), [
      ...inputs.map((input) => `prefill current: Explain, and ${JSON.stringify(input)}`),
      'prefill current: Why?',
    ]);
  });

  it('puts the prompt back into the composer when the user declines to exceed the budget', async () => {
    const { send, asked, budget, calls, prefills } = setUp();
    budget.mayStart = false;
    await send({ prompt: 'Why?' });
    await send({ prompt: 'Explain', content: 'in full' });
    assert.deepEqual(asked(), []);
    assert.equal(calls[2], 'show current with focus');
    assert.deepEqual(prefills(), [
      'prefill current: Why?',
      'prefill current: Explain, and {"prompt":"Explain","content":"in full"}',
    ]);
  });

  it('asks only once about the budget for all models of a comparison', async () => {
    const { send, calls, budget } = setUp();
    budget.mayStart = false;
    await send({ prompt: 'Why?', models: ['a', 'b'] });
    assert.ok(calls.includes('ask about a and b'), calls.join());
  });

  it('puts the prompt of a comparison back into the composer together with the models', async () => {
    const { send, prefills, budget } = setUp();
    budget.mayStart = false;
    await send({ prompt: 'Why?', models: ['a', 'b'] });
    assert.deepEqual(prefills(), ['prefill current: Why?, and {"prompt":"Why?","models":["a","b"]}']);
  });

  it('does not ask about the budget in the demo', async () => {
    const { send, asked, budget, other, demo } = setUp();
    [budget.mayStart, demo.isOpen] = [false, true];
    await send({ prompt: 'a question to the demo' }, { conversation: other });
    assert.deepEqual(asked(), ['other: a question to the demo (demo)']);
  });

  it("uses the user's gateway in the user's own conversations, even while the demo is open", async () => {
    const { send, asked, connection, prefills, other, demo } = setUp();
    await send({ prompt: 'a real question' });
    demo.isOpen = true;
    await send({ prompt: 'and then?' });
    connection.hasKey = false;
    enterKey = () => 'cancelled';
    await send({ prompt: 'without a key' });
    await send({ prompt: 'a question to the demo' }, { conversation: other });
    assert.deepEqual(asked(), [
      'current: a real question',
      'current: and then?',
      'other: a question to the demo (demo)',
    ]);
    assert.deepEqual(prefills(), ['prefill current: without a key']);
  });

  it('starts a new conversation if the demo of the conversation has ended', async () => {
    const { send, asked, calls, other, demo } = setUp();
    demo.isOpen = true;
    await send({ prompt: 'a question to the demo' }, { conversation: other });
    demo.isOpen = false;
    calls.length = 0;
    await send({ prompt: 'a real question' }, { conversation: other });
    assert.deepEqual(asked(), ['other: a question to the demo (demo)', 'new: a real question']);
    assert.equal(calls[0], 'show new');
  });

  it('opens no key dialog if the prompt comes from the argument of a command', async () => {
    const { send, connection, prefills } = setUp();
    connection.hasKey = false;
    await send({ prompt: 'Why?' }, { asksForKey: false });
    assert.deepEqual(prefills(), ['prefill current: Why?']);
  });

  const explain = { prompt: 'Explain', content: 'in full' };
  for (const { behavior, value, input } of [
    {
      behavior: 'accepts the complete prompt that the page returns with the prefilled text',
      value: { ...explain, id: 'x' },
      input: explain,
    },
    {
      behavior: 'accepts a prefilled text that the page returns without the complete prompt',
      value: undefined,
      input: undefined,
    },
    {
      behavior: 'ignores an invalid complete prompt that the page returns with the prefilled text',
      value: { prompt: 1 },
      input: undefined,
    },
    {
      behavior: 'ignores a complete prompt with an empty list of models',
      value: { ...explain, models: [] },
      input: undefined,
    },
    {
      behavior: 'ignores a complete prompt that names a model twice',
      value: { ...explain, models: ['a', 'a'] },
      input: undefined,
    },
  ] as const) {
    it(behavior, () => {
      assert.deepEqual(JSON.parse(JSON.stringify(parsePromptInput(value) ?? null)), input ?? null);
    });
  }
});

const file: Attachment = { kind: 'file', label: 'a.ts', languageId: 'ts', code: 'const a = 1;' };

describe('attachments in the composer', () => {
  useVSCode(vscode);

  it('are sent after the attachments that the prompt already has', async () => {
    const { withContext } = await importPromptSender();
    const existing: Attachment = { kind: 'selection' as const, label: 'b.ts:1-2', languageId: 'ts', code: 'b' };
    const input = { prompt: 'Explain', content: 'Explain b', attachments: [existing] };
    const { content, attachments } = withContext(input, { attachments: [file] });
    assert.deepEqual(attachments, [existing, file]);
    assert.match(content ?? '', /^Explain b\n[^]*const a = 1;/);
  });

  it('leave the prompt unchanged if there are none', async () => {
    const { withContext } = await importPromptSender();
    assert.deepEqual(withContext({ prompt: 'Why?' }, { attachments: [], images: [] }), { prompt: 'Why?' });
  });
});

describe('conversation for a prompt that a command sends', () => {
  useVSCode(vscode);

  it('is the current conversation while that has a panel', async () => {
    assert.equal(await setUp().forCommand(), 'current');
  });

  it('is a new conversation after the panel was closed', async () => {
    const { forCommand, openPanels } = setUp();
    openPanels.clear();
    assert.equal(await forCommand(), 'new');
  });
});
