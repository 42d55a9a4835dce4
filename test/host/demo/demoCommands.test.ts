import assert from 'node:assert/strict';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { registerDemo } from '../../../src/host/demo/demoCommands';
import type { Services } from '../../../src/host/services';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { openWindow } from '../journal/window';

describe('opening the demo', () => {
  let folder: string;
  let conversations: ReturnType<typeof openWindow>['conversations'];
  let shown: Conversation[];
  let asked: (readonly [Conversation, string])[];
  let demo: { active: boolean; enter: () => Promise<void>; onWillLeave: () => void };
  beforeEach(() => {
    folder = temporaryFolder();
    ({ conversations } = openWindow({ folder, memory: new Map(), limit: 10, epoch: 0 }));
    shown = [];
    asked = [];
    demo = {
      active: false,
      onWillLeave: () => undefined,
      enter: () => {
        demo.active = true;
        return Promise.resolve();
      },
    };
  });
  afterEach(() => removeTemporaryFolder(folder));

  const open = async (argument?: unknown): Promise<Conversation | undefined> => {
    const panels = {
      show: (conversation: Conversation) => void shown.push(conversation),
      onDidClose: () => undefined,
    };
    const tour = { ask: (conversation: Conversation, model: string) => void asked.push([conversation, model]) };
    const services = { own: () => undefined, demo, tour, conversations, panels } as unknown as Services;
    const [command] = registerDemo(services);
    assert.equal(command?.id, 'holysheep.openDemo');
    await command.execute(argument);
    return shown.at(-1);
  };
  const talk = (isDemo: boolean): Conversation => {
    const conversation = conversations.startNew();
    conversation.ask({ prompt: 'Hi', demo: isDemo });
    return conversation;
  };

  it('starts a conversation of its own', async () => {
    const real = talk(false);
    assert.notEqual(await open(), real);
    assert.deepEqual(shown[0]?.exchanges(), []);
  });

  it('asks the scenario that it is opened with there, and none when it is opened with none', async () => {
    await open();
    assert.deepEqual(asked, []);
    const led = await open('demo-rate-limit');
    assert.deepEqual(asked, [[led, 'demo-rate-limit']]);
  });

  it('shows the one that it leads already', async () => {
    await open();
    const led = conversations.current!;
    led.ask({ prompt: 'Hi', demo: true });
    assert.equal(await open(), led);
  });

  it('leaves alone what is there of an earlier demo', async () => {
    const earlier = talk(true);
    assert.notEqual(await open(), earlier);
  });

  it('leads the conversation of a prompt that has waited for it', async () => {
    const waiting = conversations.startNew();
    demo.enter = () => {
      demo.active = true;
      waiting.ask({ prompt: 'Hi', demo: true });
      return Promise.resolve();
    };
    assert.equal(await open(), waiting);
  });
});
