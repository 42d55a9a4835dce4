import assert from 'node:assert/strict';
import type { WebviewPanel } from 'vscode';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import type { ToHost } from '../../../src/shared/pageMessages';
import type { ToWebview } from '../../../src/shared/protocol';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../conversation/openedConversation';
import { waitForEvents } from '../conversation/scriptedEngine';

const subscribe = () => ({ dispose: () => undefined });

describe('error of a click on the page', () => {
  let statuses: string[];
  useVSCode({
    languages: { onDidChangeDiagnostics: subscribe },
    window: { setStatusBarMessage: (text: string) => void statuses.push(text) },
  });

  /** Clicks *Insert at cursor* on a page, which fails with `error`. */
  const insert = async (error: Error) => {
    const { ConversationPanel } = await import('../../../src/host/panel/conversationPanel');
    statuses = [];
    const posted: ToWebview[] = [];
    const reported: unknown[] = [];
    let receive = (message: ToHost): void => assert.fail(`There is no listener for ${message.type}.`);
    const view = {
      visible: true,
      onDidChangeViewState: subscribe,
      webview: {
        postMessage: (message: ToWebview) => Promise.resolve(posted.push(message)),
        onDidReceiveMessage: (listener: typeof receive) => {
          receive = listener;
          return subscribe();
        },
      },
    };
    const services = {
      conversations: { keepOpen: subscribe },
      connections: { view: () => Promise.resolve({ model: 'm', host: 'h' }), onDidChange: subscribe },
      backupNotices: { onDidChange: subscribe },
      demo: { answers: () => false },
      tour: { currentStep: () => undefined },
      suggestions: { list: () => Promise.resolve([]), onDidChange: subscribe },
      promptHistory: { list: () => [], deletedConversations: () => [] },
      target: { insert: () => Promise.reject(error) },
      log: { info: () => undefined },
      onError: (each: unknown) => reported.push(each),
    } as unknown as PanelServices;
    const panel = new ConversationPanel(view as unknown as WebviewPanel, openConversation().conversation, services);
    for (const message of [{ type: 'ready' }, { type: 'insert', text: 'x' }] as const) {
      receive(message);
      await waitForEvents();
    }
    panel.dispose();
    return { announced: posted.filter(({ type }) => type === 'announce'), reported };
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
