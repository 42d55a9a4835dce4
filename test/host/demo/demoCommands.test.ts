import assert from 'node:assert/strict';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { registerDemo } from '../../../src/host/demo/demoCommands';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { openWindow } from '../../support/host/conversationWindow';

describe('Open Demo command', () => {
  let folder: string;
  let conversations: ReturnType<typeof openWindow>['conversations'];
  let shownConversations: Conversation[];
  let startedScenarios: (readonly [Conversation, string])[];
  let gatewaySets: ReturnType<typeof openWindow>['gatewaySets'];
  let demo: ReturnType<typeof openWindow>['demo'] & {
    open: () => Promise<void>;
    onWillClose: (listener: () => void) => void;
  };
  let leaveDemo: () => void;
  let openPanels: Conversation[];
  beforeEach(() => {
    folder = temporaryFolder();
    const window = openWindow({ folder, memory: new Map(), limit: 10, epoch: 0 });
    ({ conversations, gatewaySets } = window);
    shownConversations = [];
    startedScenarios = [];
    openPanels = [];
    demo = Object.assign(window.demo, {
      onWillClose: (listener: () => void) => void (leaveDemo = listener),
      open: () => {
        demo.isOpen = true;
        return Promise.resolve();
      },
    });
  });
  afterEach(() => removeTemporaryFolder(folder));

  const openDemo = async (argument?: unknown): Promise<Conversation | undefined> => {
    const panels = {
      show: (conversation: Conversation) => void shownConversations.push(conversation),
      onDidClose: () => undefined,
      isAnyOpen: (predicate: (conversation: Conversation) => boolean) => openPanels.some(predicate),
      locationOf: (id: string) => (openPanels.some((conversation) => conversation.id === id) ? 'editor' : undefined),
    };
    const tour = {
      ask: (conversation: Conversation, model: string) => void startedScenarios.push([conversation, model]),
      reset: () => undefined,
    };
    const services = {
      register: () => undefined,
      demo,
      gatewaySets,
      tour,
      conversations,
      panels,
    } as unknown as Parameters<typeof registerDemo>[0];
    await registerDemo(services)['holysheep.openDemo'](argument);
    return shownConversations.at(-1);
  };
  const startConversation = (isDemo: boolean): Conversation => {
    const conversation = conversations.startNew();
    if (isDemo) conversation.useSet(demo);
    conversation.ask({ prompt: 'Hi' });
    return conversation;
  };

  it("starts a new conversation if the current conversation uses the user's gateway", async () => {
    const real = startConversation(false);
    assert.notEqual(await openDemo(), real);
    assert.equal(shownConversations[0]?.tree.isEmpty, true);
  });

  it('starts no scenario without an argument', async () => {
    await openDemo();
    assert.deepEqual(startedScenarios, []);
  });

  it('starts the scenario named in its argument', async () => {
    const conversation = await openDemo('demo-rate-limit');
    assert.deepEqual(startedScenarios, [[conversation, 'demo-rate-limit']]);
  });

  it('shows the current conversation if it belongs to the running demo', async () => {
    await openDemo();
    const conversation = conversations.current!;
    conversation.useSet(demo);
    conversation.ask({ prompt: 'Hi' });
    assert.equal(await openDemo(), conversation);
  });

  it('starts a new conversation if the current conversation belongs to an earlier demo', async () => {
    const previous = startConversation(true);
    assert.notEqual(await openDemo(), previous);
  });

  it('shows the current conversation if its prompt has just been sent to the demo', async () => {
    const waiting = conversations.startNew();
    demo.open = () => {
      demo.isOpen = true;
      waiting.useSet(demo);
      waiting.ask({ prompt: 'Hi' });
      return Promise.resolve();
    };
    assert.equal(await openDemo(), waiting);
  });

  for (const { what, isDemo, isOpen, expected } of [
    {
      what: 'shows a new conversation if the current one contains answers of the demo',
      isDemo: true,
      isOpen: true,
      expected: 1,
    },
    { what: 'shows nothing if the panel with the answers was closed', isDemo: true, isOpen: false, expected: 0 },
    { what: 'stays in a conversation with the user’s gateway', isDemo: false, isOpen: true, expected: 0 },
  ] as const) {
    it(`${what} when the user leaves the demo`, async () => {
      await openDemo();
      const current = startConversation(isDemo);
      if (isOpen) openPanels.push(current);
      shownConversations = [];
      leaveDemo();
      assert.equal(shownConversations.length, expected);
      assert.ok(!shownConversations.includes(current));
    });
  }
});
