import assert from 'node:assert/strict';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../conversation/openedConversation';
import { FakePanel, idleServices, noSubscription, openConversations } from './fakePanel';

describe('click on the page', () => {
  let statuses: string[];
  useVSCode({
    languages: { onDidChangeDiagnostics: noSubscription },
    window: { setStatusBarMessage: (text: string) => void statuses.push(text) },
  });

  /** Clicks *Insert at cursor* on a page. */
  const insert = async (insertText: () => Promise<void>, conversations: object = openConversations) => {
    const { ConversationPanel } = await import('../../../src/host/panel/conversationPanel');
    statuses = [];
    const reported: unknown[] = [];
    const view = new FakePanel();
    const services = {
      ...idleServices,
      conversations,
      backupNotices: { onDidChange: noSubscription },
      target: { insert: insertText },
      onError: (each: unknown) => reported.push(each),
    } as unknown as PanelServices;
    const panel = new ConversationPanel(view.asPanel, openConversation().conversation, services);
    await view.send({ type: 'ready' });
    await view.send({ type: 'insert', text: 'x' });
    panel.dispose();
    return { announced: view.posted.filter(({ type }) => type === 'announce'), reported };
  };

  it('shows its error in the status bar and announces it to screen readers if the user can fix it', async () => {
    const { UserError } = await import('../../../src/host/util/userError');
    const { announced, reported } = await insert(() => Promise.reject(new UserError('Open a file.')));
    assert.deepEqual([statuses, reported], [['Open a file.'], []]);
    assert.deepEqual(announced, [{ type: 'announce', text: 'Open a file.' }]);
  });

  it('reports any other error like that of a command', async () => {
    const error = new Error('Unexpected.');
    const { announced, reported } = await insert(() => Promise.reject(error));
    assert.deepEqual([statuses, announced, reported], [[], [], [error]]);
  });

  it('keeps the conversation open until it is handled', async () => {
    const order: string[] = [];
    const withOpen = async (_conversation: unknown, work: () => Promise<unknown>) => {
      order.length = 0;
      const result = await work();
      order.push('close');
      return result;
    };
    const insertText = async (): Promise<void> => {
      await Promise.resolve();
      order.push('insert');
    };
    await insert(insertText, { ...openConversations, withOpen });
    assert.deepEqual(order, ['insert', 'close']);
  });
});
