import assert from 'node:assert/strict';
import { Conversation } from '../../../src/host/conversation/conversation';
import type { Exchange, PromptInput } from '../../../src/host/conversation/exchange';
import { isOfDemo } from '../../../src/host/demo/demoTour';
import { foldJournal } from '../../../src/host/conversation/journalFold';
import { heldInput, PromptSender } from '../../../src/host/panel/promptSender';
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
  const sender = new PromptSender({
    conversations: {
      resume: () => Promise.resolve(current),
      startNew: () => conversation('new'),
    },
    panels: {
      show: ({ id }, { preserveFocus }) => happened.push(`show ${id}${preserveFocus ? '' : ' with focus'}`),
      compose: ({ id }, text, more) =>
        happened.push(`compose ${id}: ${text}${more ? `, and ${JSON.stringify(more)}` : ''}`),
    },
    // The demo answers only where nothing real was asked.
    connection: (of) =>
      Promise.resolve(connection.demo && !isOfDemo(of) ? { ...connection, demo: false } : { ...connection }),
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
    it(`gives the page more of a prompt than its words where it has ${what}`, async () => {
      const { sender, happened, connection } = setUp();
      connection.hasKey = false;
      await sender.send(input);
      await sender.send({ prompt: 'Why?', attachments: [] });
      assert.deepEqual(
        happened.filter((each) => each.startsWith('compose')),
        [`compose current: Explain, and ${JSON.stringify(input)}`, 'compose current: Why?'],
      );
    });
  }

  it('needs no key in the demo', async () => {
    const { sender, happened, connection } = setUp();
    Object.assign(connection, { hasKey: false, demo: true });
    await sender.send({ prompt: 'Hi' });
    assert.equal(happened.at(-1), 'ask current: Hi');
  });

  it('stays with the user’s own gateway in a conversation that has begun there, while the demo is open', async () => {
    const { sender, connection, current, other } = setUp();
    await sender.send({ prompt: 'a real question' });
    connection.demo = true;
    await sender.send({ prompt: 'and then?' });
    await sender.send({ prompt: 'a question to the demo' }, { conversation: other });
    assert.deepEqual(
      [...current.exchanges(), ...other.exchanges()].map(({ demo }) => demo),
      [false, false, true],
    );
  });

  it('waits for a key in a conversation that has begun there, though the demo is opened', async () => {
    const { sender, happened, connection, current, other } = setUp();
    await sender.send({ prompt: 'a real question' });
    connection.hasKey = false;
    await sender.send({ prompt: 'and then?' });
    await sender.send({ prompt: 'anything' }, { conversation: other });
    happened.length = 0;
    connection.demo = true;
    await sender.connectionChanged();
    assert.deepEqual(happened, ['ask other: anything']);
    Object.assign(connection, { hasKey: true });
    await sender.connectionChanged();
    assert.deepEqual(happened.slice(1), ['ask current: and then?']);
    assert.equal(current.last?.demo, false);
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

  it('sends the code of the last command where two have the same words', async () => {
    const { sender, happened, connection } = setUp();
    connection.hasKey = false;
    await sender.send({ prompt: 'Explain', content: 'before' });
    await sender.send({ prompt: 'Explain', content: 'after' });
    connection.hasKey = true;
    await sender.connectionChanged();
    assert.deepEqual(
      happened.filter((what) => what.startsWith('ask')),
      ['ask current: Explain (after)'],
    );
  });

  describe('over a reload of the window', () => {
    const held = { prompt: 'Explain', content: 'in full' };
    const complete = (input: PromptInput): PromptInput => ({ ...input, content: `${input.content ?? ''} and a file` });

    /** A window that has just started, whose page says what it has of the window before. */
    async function reloaded(input: PromptInput | undefined, { kept = true, hasKey = false } = {}) {
      const window = setUp();
      window.connection.hasKey = hasKey;
      await window.sender.composed(window.current, { kept, input, complete });
      return window;
    }

    for (const [what, input, options, asked] of [
      ['what still stands in the composer', held, {}, ['ask current: Explain (in full and a file)']],
      ['nothing that does not', held, { kept: false }, []],
      ['nothing by itself where there was a key before', held, { hasKey: true }, []],
      ['nothing where there was nothing', undefined, {}, []],
    ] as const) {
      it(`sends ${what} once there is a key`, async () => {
        const { sender, happened, connection } = await reloaded(input, options);
        connection.hasKey = true;
        await sender.connectionChanged();
        await sender.connectionChanged();
        assert.deepEqual(happened, asked);
      });
    }

    it('holds what was sent meanwhile, not what the page had', async () => {
      const { sender, happened, connection, current } = setUp();
      connection.hasKey = false;
      await sender.send({ prompt: 'Explain', content: 'later' });
      await sender.composed(current, { kept: true, input: held, complete });
      connection.hasKey = true;
      await sender.connectionChanged();
      assert.equal(happened.at(-1), 'ask current: Explain (later)');
    });

    for (const [what, more, input] of [
      ['a prompt', { ...held, id: 'x' }, held],
      ['nothing', undefined, undefined],
      ['what is none', { prompt: 1 }, undefined],
    ] as const) {
      it(`takes ${what} from a page`, () => {
        assert.deepEqual(JSON.parse(JSON.stringify(heldInput(more) ?? null)), input ?? null);
      });
    }
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
      const complete = (input: PromptInput): PromptInput => input;
      for (const each of kept) await sender.composed(current, { kept: each, complete });
      await sender.composed(other, { kept: true, complete });
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
