import assert from 'node:assert/strict';
import { Conversation } from '../../../src/host/conversation/conversation';
import type { Exchange, PromptInput } from '../../../src/host/conversation/exchange';
import { foldJournal } from '../../../src/host/conversation/journalFold';
import { HeldPrompts } from '../../../src/host/panel/heldPrompts';
import { PromptSender } from '../../../src/host/panel/promptSender';
import { storeIn } from '../../support/storeIn';
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
        engine: new ScriptedEngine(),
        clock: new VirtualClock(),
        defaults: () => ({ model: 'm', systemPrompt: '', temperature: 1, maxTokens: 1 }),
        connection: () => Promise.resolve({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-own' }),
        resume: () => 'auto',
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

/** @param memory what a workspace remembers, of the window before too */
function setUp(memory = new Map<string, unknown>()) {
  const happened: string[] = [];
  const remember = { fails: false };
  const connection = { model: 'm', host: 'api.example', hasKey: true, demo: false };
  const conversation = (name: string) => new TalkingConversation(name, (what) => happened.push(what));
  const current = conversation('current');
  const sender = new PromptSender({
    conversations: {
      resume: () => Promise.resolve(current),
      startNew: () => conversation('new'),
    },
    panels: {
      show: ({ id }, { preserveFocus }) => happened.push(`show ${id}${preserveFocus ? '' : ' with focus'}`),
      compose: ({ id }, text, more) => happened.push(`compose ${id}: ${text}${more ? ', and more' : ''}`),
    },
    connection: () => Promise.resolve({ ...connection }),
    kept: new HeldPrompts(storeIn(memory), (error) => happened.push(String(error))),
    remember: (prompt) =>
      remember.fails ? Promise.reject(new Error('disk')) : Promise.resolve(void happened.push(`remember ${prompt}`)),
    onError: (error) => happened.push(String(error)),
  });
  return { sender, happened, connection, remember, current, other: conversation('other') };
}

describe('PromptSender', () => {
  it('shows the panel and asks', async () => {
    const { sender, happened } = setUp();
    await sender.send({ prompt: 'Hi' });
    assert.deepEqual(happened, ['show current', 'remember Hi', 'ask current: Hi']);
  });

  it('asks although the prompt history can not be kept', async () => {
    const { sender, happened, remember } = setUp();
    remember.fails = true;
    await sender.send({ prompt: 'Hi' });
    assert.deepEqual(happened.sort(), ['Error: disk', 'ask current: Hi', 'show current']);
  });

  it('asks in a new conversation when told to', async () => {
    const { sender, happened } = setUp();
    await sender.send({ prompt: 'Hi' }, { newConversation: true });
    assert.deepEqual(happened, ['show new', 'remember Hi', 'ask new: Hi']);
  });

  it('without a key keeps the prompt in the composer', async () => {
    const { sender, happened, connection } = setUp();
    connection.hasKey = false;
    await sender.send({ prompt: 'Hi' });
    assert.deepEqual(happened, ['show current', 'remember Hi', 'compose current: Hi']);
  });

  for (const [what, input] of [
    ['code', { prompt: 'Explain', content: 'in full' }],
    ['attachments', { prompt: 'Explain', attachments: [{ label: 'a.ts', languageId: 'ts', code: 'a' }] }],
  ] as const) {
    it(`says that there is more to a prompt than its words where it has ${what}, also when these are sent again`, async () => {
      const { sender, happened, connection } = setUp();
      connection.hasKey = false;
      await sender.send(input);
      await sender.send({ prompt: 'Explain' });
      await sender.send({ prompt: 'Why?', attachments: [] });
      assert.deepEqual(
        happened.filter((each) => each.startsWith('compose')),
        ['compose current: Explain, and more', 'compose current: Explain, and more', 'compose current: Why?'],
      );
    });
  }

  it('needs no key in the demo', async () => {
    const { sender, happened, connection } = setUp();
    Object.assign(connection, { hasKey: false, demo: true });
    await sender.send({ prompt: 'Hi' });
    assert.equal(happened.at(-1), 'ask current: Hi');
  });

  for (const change of [{ hasKey: true }, { demo: true }]) {
    it(`sends what it holds once ${JSON.stringify(change)}, and only once`, async () => {
      const { sender, happened, connection } = setUp();
      connection.hasKey = false;
      await sender.send({ prompt: 'Explain', content: 'in full' });
      await sender.connectionChanged();
      happened.length = 0;
      Object.assign(connection, change);
      await Promise.all([sender.connectionChanged(), sender.connectionChanged()]);
      await sender.connectionChanged();
      assert.deepEqual(happened, ['ask current: Explain (in full)']);
    });
  }

  it('sends the code along when what it holds is sent from the composer', async () => {
    const { sender, happened, connection } = setUp();
    connection.hasKey = false;
    await sender.send({ prompt: 'Explain', content: 'in full' });
    connection.hasKey = true;
    await sender.send({ prompt: 'Explain' });
    await sender.connectionChanged();
    assert.deepEqual(
      happened.filter((what) => what.startsWith('ask')),
      ['ask current: Explain (in full)'],
    );
  });

  describe('over a reload of the window', () => {
    const asked = (happened: readonly string[]): readonly string[] => happened.filter((what) => what.startsWith('ask'));
    const held = { prompt: 'Explain', content: 'in full', attachments: [{ label: 'a', languageId: 'ts', code: 'a' }] };

    /** A window without a key that was sent `input`, and the next one, which has none yet. */
    async function reloaded(input: PromptInput) {
      const memory = new Map<string, unknown>();
      const before = setUp(memory);
      before.connection.hasKey = false;
      await before.sender.send(input);
      const after = setUp(memory);
      after.connection.hasKey = false;
      return { memory, before, after };
    }

    it('sends what was held once there is a key, if it still stands in the composer', async () => {
      const { after, memory } = await reloaded(held);
      after.sender.composed(after.current, true);
      after.connection.hasKey = true;
      await after.sender.connectionChanged();
      assert.deepEqual(
        [asked(after.happened), [...memory.values()]],
        [['ask current: Explain (in full)'], [undefined]],
      );
    });

    it('sends the code along from the composer', async () => {
      const { after } = await reloaded(held);
      after.connection.hasKey = true;
      await after.sender.send({ prompt: 'Explain' });
      assert.deepEqual(asked(after.happened), ['ask current: Explain (in full)']);
    });

    it('sends nothing by itself of which no composer has said that it stands there', async () => {
      const { after } = await reloaded(held);
      after.connection.hasKey = true;
      await after.sender.connectionChanged();
      assert.deepEqual(asked(after.happened), []);
    });

    it('still holds it where there is no key then either', async () => {
      const { after, memory } = await reloaded(held);
      await after.sender.send({ prompt: 'Explain' });
      const third = setUp(memory);
      await third.sender.send({ prompt: 'Explain' });
      assert.deepEqual(asked(third.happened), ['ask current: Explain (in full)']);
    });

    for (const [what, change] of [
      ['its panel was closed', ({ sender, current }) => sender.forget(current)],
      ['something else was asked', ({ sender }) => sender.send({ prompt: 'Hi' })],
    ] as readonly (readonly [string, (window: ReturnType<typeof setUp>) => unknown])[]) {
      it(`keeps nothing of it where ${what}`, async () => {
        const { before, memory } = await reloaded(held);
        await change(before);
        const after = setUp(memory);
        after.sender.composed(after.current, true);
        await after.sender.connectionChanged();
        assert.deepEqual(asked(after.happened), []);
      });
    }

    for (const [what, input] of [
      ['is no more than its words', { prompt: 'Hi' }],
      ['is too long', { prompt: 'Explain', content: 'x'.repeat(200_000) }],
    ] as const) {
      it(`keeps nothing that ${what}`, async () => {
        const { memory } = await reloaded(input);
        assert.deepEqual([...memory.values()].filter(Boolean), []);
      });
    }

    it('takes nothing for a prompt that is none', async () => {
      const { after } = await reloaded(held);
      for (const value of ['x', { current: 'x' }, { current: { prompt: 1 } }]) {
        const window = setUp(new Map([['holysheep.heldPrompts', value]]));
        window.sender.composed(after.current, true);
        await window.sender.send({ prompt: 'Explain' });
        assert.deepEqual(asked(window.happened), ['ask current: Explain']);
      }
    });
  });

  it('asks in the conversation of the panel it was sent from', async () => {
    const { sender, happened, other } = setUp();
    await sender.send({ prompt: 'Hi' }, { conversation: other });
    assert.deepEqual(happened, ['show other', 'remember Hi', 'ask other: Hi']);
  });

  it('completes the prompt with what lies ready when it is sent, not when it is held', async () => {
    const { sender, happened, connection, other } = setUp();
    connection.hasKey = false;
    let ready = 'with one file';
    const complete = (input: PromptInput): PromptInput => ({ ...input, content: ready });
    await sender.send({ prompt: 'Hi' }, { conversation: other, complete });
    ready = 'with two files';
    connection.hasKey = true;
    await sender.connectionChanged();
    await sender.send({ prompt: 'Hello' }, { conversation: other, complete });
    assert.deepEqual(
      happened.filter((what) => what.startsWith('ask')),
      ['ask other: Hi (with two files)', 'ask other: Hello (with two files)'],
    );
  });

  for (const [what, kept, asked] of [
    ['sends nothing by itself where the composer says something else by then', [false], []],
    ['sends what it holds where the composer says the same again', [false, true], ['ask current: one (in full)']],
  ] as const) {
    it(what, async () => {
      const { sender, happened, connection, current, other } = setUp();
      connection.hasKey = false;
      await sender.send({ prompt: 'one', content: 'in full' });
      for (const each of kept) sender.composed(current, each);
      sender.composed(other, true);
      connection.hasKey = true;
      await sender.connectionChanged();
      await sender.connectionChanged();
      assert.deepEqual(
        happened.filter((each) => each.startsWith('ask')),
        asked,
      );
    });
  }

  it('holds the latest prompt of each conversation, and sends it there', async () => {
    const { sender, happened, connection, other } = setUp();
    connection.hasKey = false;
    await sender.send({ prompt: 'one' });
    await sender.send({ prompt: 'two' });
    await sender.send({ prompt: 'three' }, { conversation: other });
    connection.hasKey = true;
    await sender.connectionChanged();
    assert.deepEqual(
      happened.filter((what) => what.startsWith('ask')),
      ['ask current: two', 'ask other: three'],
    );
  });

  it('gives no code of one conversation to another that is sent the same words', async () => {
    const { sender, happened, connection, other } = setUp();
    connection.hasKey = false;
    await sender.send({ prompt: 'Explain', content: 'in full' });
    connection.hasKey = true;
    await sender.send({ prompt: 'Explain' }, { conversation: other });
    assert.equal(happened.at(-1), 'ask other: Explain');
  });

  it('lets go of what it holds when the panel with it is gone', async () => {
    const { sender, happened, connection, current, other } = setUp();
    connection.hasKey = false;
    await sender.send({ prompt: 'one' });
    await sender.send({ prompt: 'two' }, { conversation: other });
    sender.forget(current);
    connection.hasKey = true;
    await sender.connectionChanged();
    assert.deepEqual(
      happened.filter((what) => what.startsWith('ask')),
      ['ask other: two'],
    );
  });
});
