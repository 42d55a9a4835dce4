import assert from 'node:assert/strict';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../conversation/openedConversation';
import { waitForEvents } from '../conversation/scriptedEngine';
import { FakePanel, idleServices, noSubscription } from './fakePanel';

describe('reasoning effort in a panel', () => {
  useVSCode({ languages: { onDidChangeDiagnostics: noSubscription } });

  it('is sent to the page for the selected model and for that of the next prompt, and chosen by the page', async () => {
    const { ConversationPanel } = await import('../../../src/host/panel/conversationPanel');
    const view = new FakePanel();
    const chosen: unknown[] = [];
    let change = (): void => assert.fail('nobody listens');
    const services = {
      ...idleServices,
      conversations: { keepOpen: noSubscription },
      connections: { view: () => Promise.resolve({ model: 'm', host: 'h' }), onDidChange: noSubscription },
      demo: { answers: () => false },
      catalog: { pickForPrompt: () => Promise.resolve({ model: 'other', once: true }) },
      efforts: {
        viewOf: (model: string) => ({ level: model === 'm' ? 'low' : 'high', levels: [] }),
        choose: (...choice: unknown[]) => Promise.resolve(chosen.push(choice)),
        onDidChange: (listener: () => void) => {
          change = listener;
          return noSubscription();
        },
      },
      onError: assert.ifError,
    } as unknown as PanelServices;
    const panel = new ConversationPanel(view.asPanel, openConversation().conversation, services);
    const levels = (): readonly unknown[] =>
      view.posted.splice(0).flatMap((message) => {
        if (message.type === 'snapshot' || message.type === 'connection') return [message.connection.effort?.level];
        return message.type === 'modelOnce' ? [message.model, message.effort?.level] : [];
      });
    await view.send({ type: 'ready' });
    assert.deepEqual(levels(), ['low', undefined, undefined]);
    await view.send({ type: 'selectModel', prompt: '' });
    assert.deepEqual(levels(), ['other', 'high']);
    await view.send({ type: 'ready' });
    assert.deepEqual(levels(), ['low', 'other', 'high']);
    await view.send({ type: 'selectEffort', model: 'other', level: 'max' });
    await view.send({ type: 'selectEffort', model: 'other', level: 'huge' } as never);
    assert.deepEqual(chosen, [['other', 'max']]);
    assert.deepEqual(levels(), []);
    change();
    await waitForEvents();
    assert.deepEqual(levels(), ['low', 'other', 'high']);
    panel.dispose();
  });
});
