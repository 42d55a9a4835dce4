import assert from 'node:assert/strict';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { FakePanel, idleServices, noSubscription, openConversations, openPanel } from './fakePanel';
import type { PanelServices } from '../../../src/host/panel/panelServices';

describe('message that exports a conversation', () => {
  const executed: (readonly unknown[])[] = [];
  useVSCode({
    commands: { executeCommand: (...command: readonly unknown[]) => Promise.resolve(executed.push(command)) },
    languages: { onDidChangeDiagnostics: noSubscription },
  });

  it('exports the conversation of the page even if it is read-only', async () => {
    const { conversation } = openConversation();
    conversation.setReadOnly();
    const view = new FakePanel();
    const services = { ...idleServices, conversations: openConversations, onError: assert.ifError };
    const { panel } = await openPanel(view, conversation, services as unknown as PanelServices);
    await view.send({ type: 'ready' });
    await view.send({ type: 'exportConversation' });
    assert.deepEqual(executed, [['holysheep.exportConversation', { conversationId: conversation.id }]]);
    panel.dispose();
  });
});
