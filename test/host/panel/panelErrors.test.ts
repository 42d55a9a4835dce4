import assert from 'node:assert/strict';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../conversation/openedConversation';
import { FakePanel, idleServices, noSubscription } from './fakePanel';

describe('error of a click on the page', () => {
  let statuses: string[];
  useVSCode({
    languages: { onDidChangeDiagnostics: noSubscription },
    window: { setStatusBarMessage: (text: string) => void statuses.push(text) },
  });

  /** Clicks *Insert at cursor* on a page, which fails with `error`. */
  const insert = async (error: Error) => {
    const { ConversationPanel } = await import('../../../src/host/panel/conversationPanel');
    statuses = [];
    const reported: unknown[] = [];
    const view = new FakePanel();
    const services = {
      ...idleServices,
      conversations: { keepOpen: noSubscription },
      backupNotices: { onDidChange: noSubscription },
      target: { insert: () => Promise.reject(error) },
      onError: (each: unknown) => reported.push(each),
    } as unknown as PanelServices;
    const panel = new ConversationPanel(view.asPanel, openConversation().conversation, services);
    await view.send({ type: 'ready' });
    await view.send({ type: 'insert', text: 'x' });
    panel.dispose();
    return { announced: view.posted.filter(({ type }) => type === 'announce'), reported };
  };

  it('is shown in the status bar and announced to screen readers if the user can fix it', async () => {
    const { UserError } = await import('../../../src/host/util/userError');
    const { announced, reported } = await insert(new UserError('Open a file.'));
    assert.deepEqual([statuses, reported], [['Open a file.'], []]);
    assert.deepEqual(announced, [{ type: 'announce', text: 'Open a file.' }]);
  });

  it('is reported like that of a command otherwise', async () => {
    const error = new Error('Unexpected.');
    const { announced, reported } = await insert(error);
    assert.deepEqual([statuses, announced, reported], [[], [], [error]]);
  });
});
