import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type * as conversationPanel from '../../../src/host/panel/conversationPanel';
import type * as draft from '../../../src/host/panel/draft';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import type * as noticesFile from '../../../src/host/ui/notices';
import type * as notifications from '../../../src/host/ui/notifications';
import type { HostNotice } from '../../../src/shared/protocol';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { waitForEvents } from '../../support/host/scriptedEngine';
import { FakePanel, idleServices, noSubscription, openConversations } from './fakePanel';

/** Loads a file of the host. `import()` could return the files of other tests, which share no notices with this test. */
const load = createRequire(__filename);

describe('message of the extension', () => {
  /** Texts of VS Code's notifications and modal dialogs. */
  let toasts: string[];
  /** Choices of the user, and errors. */
  let log: unknown[];
  let views: FakePanel[];
  let panels: conversationPanel.ConversationPanel[];
  /** Cancels the work whose progress VS Code shows. */
  let cancelInVSCode: () => void;
  const show = (text: string) => Promise.resolve(void toasts.push(text));
  const withProgress = (
    { title }: { readonly title: string },
    task: (progress: undefined, token: { onCancellationRequested(listener: () => void): void }) => Promise<unknown>,
  ) => {
    toasts.push(title);
    return task(undefined, { onCancellationRequested: (listener) => (cancelInVSCode = listener) });
  };
  useVSCode({
    l10n: englishL10n,
    languages: { onDidChangeDiagnostics: noSubscription },
    ProgressLocation: { Notification: 15 },
    window: { showInformationMessage: show, showWarningMessage: show, withProgress },
  });

  beforeEach(() => ([toasts, log, views, panels] = [[], [], [], []]));
  afterEach(() => {
    board().notices.end(() => true);
    for (const panel of panels) panel.dispose();
  });

  const board = () => load('../../../src/host/ui/notices') as typeof noticesFile;
  const nextNotice = (): Promise<void> =>
    new Promise((resolve) => {
      const listener = board().notices.add({
        isVisible: false,
        postChange: () => {
          listener.dispose();
          resolve();
        },
      });
    });
  const ui = () => load('../../../src/host/ui/notifications') as typeof notifications;
  const open = async (): Promise<FakePanel> => {
    const { conversation, gatewaySets } = openConversation();
    const onError = assert.ifError;
    const services = { ...idleServices, gatewaySets, conversations: openConversations, onError };
    const view = new FakePanel();
    const { ConversationPanel } = load('../../../src/host/panel/conversationPanel') as typeof conversationPanel;
    const { Draft } = load('../../../src/host/panel/draft') as typeof draft;
    const panelServices = services as unknown as PanelServices;
    panels.push(new ConversationPanel(view, conversation, panelServices, new Draft(panelServices, () => undefined)));
    views.push(view);
    await view.send({ type: 'ready' });
    return view;
  };
  /** Returns the notices that each panel shows. */
  const shown = (): readonly (readonly HostNotice[])[] =>
    views.map(({ posted }) => posted.filter((message) => message.type === 'notices').at(-1)?.notices ?? []);
  const texts = () => shown().map((notices) => notices.map(({ text }) => text));
  const idOf = (index = 0): string => shown()[0]?.[index]?.id ?? assert.fail('There is no notice.');
  const tell = async (text: string, run: () => unknown = () => log.push('undone')): Promise<void> => {
    ui().showMessage({ error: (error) => log.push(error) }, 'information', text, [{ title: 'Undo', run }]);
    await waitForEvents();
  };

  it('is a notice in a visible panel, not a notification', async () => {
    await open();
    await tell('Removed.');
    assert.deepEqual([texts(), toasts], [[['Removed.']], []]);
    const [{ id: _id, ...notice }] = shown()[0] as [HostNotice];
    assert.deepEqual(notice, { kind: 'message', severity: 'information', text: 'Removed.', actions: ['Undo'] });
  });

  it('is a notice only in the last opened panel', async () => {
    await open();
    await open();
    await tell('Removed.');
    assert.deepEqual(texts(), [[], ['Removed.']]);
  });

  it('is a notice only in the last focused panel', async () => {
    const view = await open();
    await open();
    await view.send({ type: 'focus' });
    await tell('Removed.');
    assert.deepEqual(texts(), [['Removed.'], []]);
  });

  it('is a notification if no panel is visible', async () => {
    (await open()).setVisible(false);
    await tell('Removed.');
    assert.deepEqual([texts(), toasts], [[[]], ['Removed.']]);
  });

  it('is a notification after the panel is closed', async () => {
    await open();
    panels[0]?.dispose();
    await tell('Removed.');
    assert.deepEqual(toasts, ['Removed.']);
  });

  it('is sent to a page that is shown later', async () => {
    const view = await open();
    await tell('Removed.');
    view.posted.splice(0);
    await view.send({ type: 'ready' });
    assert.deepEqual(texts(), [['Removed.']]);
  });

  it('runs the action of the clicked button and disappears', async () => {
    const view = await open();
    await tell('Removed.');
    await view.send({ type: 'endNotice', id: idOf(), action: 'Undo' });
    assert.deepEqual([texts(), log], [[[]], ['undone']]);
  });

  it('runs no action when the user dismisses it', async () => {
    const view = await open();
    await tell('Removed.');
    await view.send({ type: 'endNotice', id: idOf() });
    assert.deepEqual([texts(), log], [[[]], []]);
  });

  it('logs the error of an action that fails', async () => {
    const view = await open();
    const error = new Error('No.');
    await tell('Removed.', () => Promise.reject(error));
    await view.send({ type: 'endNotice', id: idOf(), action: 'Undo' });
    assert.deepEqual(log, [error]);
  });

  /** Starts work that ends when the user cancels it, and waits until its progress is shown. */
  const startWork = async () => {
    const view = await open();
    const canceled = ui().withDelayedProgress(
      'Testing…',
      (signal) => new Promise((end) => signal.addEventListener('abort', () => end('canceled'))),
    );
    await nextNotice();
    return { view, canceled };
  };

  it('shows slow work with a button that cancels the work', async () => {
    const { view, canceled } = await startWork();
    await view.send({ type: 'endNotice', id: idOf(), action: 'Cancel' });
    assert.equal(await canceled, 'canceled');
    assert.deepEqual([texts(), toasts], [[[]], []]);
  });

  it('shows the progress of work until the work ends, even if the user sends a prompt', async () => {
    const { view, canceled } = await startWork();
    await view.send({ type: 'send', prompt: 'Hello' });
    await tell('Removed.');
    assert.deepEqual(texts(), [['Removed.', 'Testing…']]);
    await view.send({ type: 'endNotice', id: idOf(1), action: 'Cancel' });
    assert.deepEqual([await canceled, texts()], ['canceled', [['Removed.']]]);
  });

  it('shows the progress of work as a notification after the last visible panel was hidden', async () => {
    const { view, canceled } = await startWork();
    view.setVisible(false);
    await waitForEvents();
    assert.deepEqual(toasts, ['Testing…']);
    cancelInVSCode();
    assert.equal(await canceled, 'canceled');
  });

  it('becomes a notification when the last visible panel is hidden', async () => {
    const view = await open();
    const choice = ui().askUser('information', 'Use it?', ['Use']);
    view.setVisible(false);
    await choice;
    assert.deepEqual([board().notices.list, toasts], [[], ['Use it?']]);
  });

  it('becomes a notification when the last visible panel is closed', async () => {
    await open();
    void ui().askUser('information', 'Use it?', ['Use']);
    panels[0]?.dispose();
    await waitForEvents();
    assert.deepEqual(toasts, ['Use it?']);
  });

  it('waits for the next panel if it is the result of an action and a closed panel has shown it', async () => {
    await open();
    await tell('Removed.');
    panels[0]?.dispose();
    await waitForEvents();
    await open();
    assert.deepEqual([texts()[1], toasts], [['Removed.'], []]);
  });

  it('moves to the panel that the user focuses', async () => {
    const view = await open();
    await open();
    await tell('Removed.');
    await view.send({ type: 'focus' });
    assert.deepEqual(texts(), [['Removed.'], []]);
  });

  it('moves to another visible panel when its panel is hidden', async () => {
    await open();
    const view = await open();
    await tell('Removed.');
    view.setVisible(false);
    await waitForEvents();
    assert.deepEqual([texts()[0], toasts], [['Removed.'], []]);
  });

  it('moves to another visible panel when its panel is closed', async () => {
    await open();
    await open();
    await tell('Removed.');
    panels[1]?.dispose();
    await waitForEvents();
    assert.deepEqual([texts()[0], toasts], [['Removed.'], []]);
  });

  it('stays a notice when another panel takes the place of the visible panel', async () => {
    const [view, other] = [await open(), await open()];
    other.setVisible(false);
    await tell('Removed.');
    view.setVisible(false);
    other.setVisible(true);
    await waitForEvents();
    await other.send({ type: 'ready' });
    assert.deepEqual([texts()[1], toasts], [['Removed.'], []]);
  });

  it('disappears when the slow work has ended', async () => {
    await open();
    const { promise, resolve } = Promise.withResolvers<string>();
    const result = ui().withDelayedProgress('Testing…', () => promise);
    await nextNotice();
    resolve('done');
    assert.deepEqual([await result, texts()], ['done', [[]]]);
  });

  it('replaces the earlier message', async () => {
    await open();
    ui().showMessage({ error: assert.ifError }, 'warning', 'Only one gateway works.');
    await tell('Removed.');
    assert.deepEqual(texts(), [['Removed.']]);
  });

  it('has another id than the messages before a reload', async () => {
    await open();
    await tell('Removed.');
    const before = idOf();
    const file = require.resolve('../../../src/host/ui/notices');
    const loaded = require.cache[file];
    Reflect.deleteProperty(require.cache, file);
    const { notices } = board();
    require.cache[file] = loaded;
    notices.add({ isVisible: true, postChange: () => undefined });
    const { kind, severity, text, actions } = shown()[0]![0]!;
    void notices.show({ kind, severity, text, actions }, () => Promise.resolve(undefined));
    assert.notEqual(notices.list[0]?.id, before);
  });

  for (const { what, message } of [
    { what: 'a prompt', message: { type: 'send', prompt: 'Hello' } },
    { what: 'a prompt to several models', message: { type: 'comparePrompt', prompt: 'Hello', models: ['a', 'b'] } },
  ] as const) {
    it(`disappears when the user sends ${what}`, async () => {
      const view = await open();
      await tell('Removed.');
      await view.send(message);
      assert.deepEqual(texts(), [[]]);
    });
  }

  it('is a modal dialog if it has further text, even if a panel is visible', async () => {
    await open();
    await ui().askUser('warning', 'Really?', ['Yes'], 'This cannot be undone.');
    assert.deepEqual([texts(), toasts], [[[]], ['Really?']]);
  });

  it('waits for the choice of the user if it is a question', async () => {
    const view = await open();
    const choice = ui().askUser('information', 'Use it?', ['Use', 'Never']);
    await view.send({ type: 'endNotice', id: idOf(), action: 'Never' });
    assert.equal(await choice, 'Never');
  });

  it('still waits for the choice of the user if it is a question and another message or a prompt follows', async () => {
    const view = await open();
    const choice = ui().askUser('information', 'Use it?', ['Use', 'Never']);
    await waitForEvents();
    const id = idOf();
    await tell('Removed.');
    await view.send({ type: 'send', prompt: 'Hello' });
    assert.deepEqual(texts(), [['Use it?']]);
    await view.send({ type: 'endNotice', id, action: 'Use' });
    assert.equal(await choice, 'Use');
  });
});
