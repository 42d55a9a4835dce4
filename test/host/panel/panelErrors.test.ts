import assert from 'node:assert/strict';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import type { ToHost } from '../../../src/shared/pageMessages';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { FakePanel, idleServices, noSubscription, openConversations, openPanel } from './fakePanel';

describe("click in a conversation's page", () => {
  const insert: ToHost = { type: 'insert', text: 'x' };
  let statuses: string[];
  useVSCode({
    l10n: englishL10n,
    languages: { onDidChangeDiagnostics: noSubscription },
    window: {
      setStatusBarMessage: (text: string) => void statuses.push(text),
      createTerminal: () => ({ show: () => undefined }),
    },
    env: { clipboard: { writeText: () => Promise.resolve() } },
  });

  /** Clicks a button on the page of an empty conversation. @param insertText what *Insert at cursor* does */
  const click = async (
    message: ToHost,
    insertText = (): Promise<void> => assert.fail(),
    conversations: object = openConversations,
  ) => {
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
    const { panel } = await openPanel(view, openConversation().conversation, services);
    await view.send({ type: 'ready' });
    await view.send(message);
    panel.dispose();
    return { announced: view.posted.filter(({ type }) => type === 'announce'), reported };
  };

  it('shows an error in the status bar if the user can fix the error', async () => {
    const { announced, reported } = await click({ type: 'summarize' });
    const text = 'The earlier turns are too short to be summarized.';
    assert.deepEqual([statuses, reported], [[text], []]);
    assert.deepEqual(announced, [{ type: 'announce', text }]);
  });

  it('shows in the status bar that several lines for the terminal were copied', async () => {
    const { announced } = await click({ type: 'insertIntoTerminal', text: 'cd a\nls' });
    const text = 'Copied. Paste it into the terminal.';
    assert.deepEqual([statuses, announced], [[text], [{ type: 'announce', text }]]);
  });

  it('reports an unexpected error in the same way as a command', async () => {
    const error = new Error('Unexpected.');
    const { announced, reported } = await click(insert, () => Promise.reject(error));
    assert.deepEqual([statuses, announced, reported], [[], [], [error]]);
  });

  it('keeps the conversation open until the click is handled', async () => {
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
    await click(insert, insertText, { ...openConversations, withOpen });
    assert.deepEqual(order, ['insert', 'close']);
  });
});
