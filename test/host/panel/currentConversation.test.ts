import assert from 'node:assert/strict';
import type { Conversation } from '../../../src/host/conversation/conversation';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { attempt } from '../../support/host/scriptedEngine';
import { FakePanel, idleServices, noSubscription, openConversations, openPanel } from './fakePanel';

describe('current conversation of a window', () => {
  useVSCode({ languages: { onDidChangeDiagnostics: noSubscription } });

  it('changes when the user acts in another panel, but not when that panel is only shown', async () => {
    const view = new FakePanel();
    const activated: Conversation[] = [];
    const services = {
      ...idleServices,
      conversations: { ...openConversations, activate: (changed: Conversation) => activated.push(changed) },
      onError: assert.ifError,
    } as unknown as PanelServices;
    const { conversation, ask } = openConversation();
    const { panel } = await openPanel(view, conversation, services);
    const answerId = ask('Hi', attempt());
    await view.send({ type: 'ready' });
    assert.deepEqual(activated, []);
    await view.send({ type: 'stop', answerId });
    assert.deepEqual(activated, [conversation]);
    panel.dispose();
  });
});
