import assert from 'node:assert/strict';
import type { Conversation } from '../../../src/host/conversation/conversation';
import type { PrefilledPrompt, PanelServices } from '../../../src/host/panel/panelServices';
import { Listeners } from '../../../src/host/util/listeners';
import type { ToHost } from '../../../src/shared/pageMessages';
import { useVSCode } from '../../support/fakeVSCode';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { waitForEvents } from '../conversation/scriptedEngine';
import { openWindow } from '../journal/window';
import { valuesOf } from '../../support/valuesOf';
import { FakePanel, idleServices, noSubscription } from './fakePanel';

describe('prompt that waits for an API key', () => {
  const commands: string[] = [];
  let dialogResult: { readonly state: string } | undefined;
  useVSCode({
    commands: { executeCommand: (command: string) => Promise.resolve(commands.push(command) && dialogResult) },
    languages: { onDidChangeDiagnostics: noSubscription },
    l10n: { t: (message: string) => message },
    env: { language: 'en' },
  });
  let folder: string;
  let window: ReturnType<typeof openWindow>;
  let connection: { model: string; host: string; hasKey: boolean; demo: boolean };
  let connectionChanges: Listeners<void>;
  let shown: string[];
  beforeEach(() => {
    folder = temporaryFolder();
    window = openWindow({ folder, memory: new Map(), epoch: 0, limit: 100 });
    connection = { model: 'm', host: 'own.example', hasKey: false, demo: false };
    connectionChanges = new Listeners<void>((error) => assert.fail(String(error)));
    shown = [];
    commands.length = 0;
    dialogResult = undefined;
  });
  afterEach(async () => {
    assert.deepEqual(window.errors, []);
    await window.journal.flush();
    removeTemporaryFolder(folder);
  });

  const prompts = (conversation: Conversation) => conversation.exchanges().map(({ prompt }) => prompt);
  const change = async (fields: Partial<typeof connection>): Promise<void> => {
    Object.assign(connection, fields);
    connectionChanges.fire();
    await waitForEvents();
  };
  /** Opens a panel with a new conversation and a loaded page. */
  const openPanel = async () => {
    const { ConversationPanel } = await import('../../../src/host/panel/conversationPanel');
    const view = new FakePanel();
    const conversation = window.conversations.startNew();
    const services = {
      ...idleServices,
      conversations: window.conversations,
      connections: { view: () => Promise.resolve({ ...connection }), onDidChange: connectionChanges.event },
      demo: { answers: () => connection.demo },
      catalog: { pickForPrompt: () => Promise.resolve('compare'), pickCompared: () => Promise.resolve(['a', 'b']) },
      suggestions: {
        ...idleServices.suggestions,
        codePrompt: () => ({ label: 'Explain a.ts', item: { kind: 'file', uri: 'file:///a.ts' } }),
      },
      contextSource: {
        resolve: (id: string) => {
          const attachment = { kind: 'file', label: id, languageId: 'ts', code: '1' };
          return Promise.resolve([{ id, attachment }]);
        },
      },
      panels: {
        show: ({ id }: Conversation) => shown.push(id),
        prefill: (_conversation: Conversation, prefilled: PrefilledPrompt) => panel.prefill(prefilled),
      },
      onError: (error: unknown) => window.errors.push(error),
    } as unknown as PanelServices;
    const panel = new ConversationPanel(view.asPanel, conversation, services);
    const receive = (message: ToHost): Promise<void> => view.send(message);
    await receive({ type: 'ready' });
    return { conversation, panel, view, receive, send: (prompt: string) => receive({ type: 'send', prompt }) };
  };
  type OpenPanel = Awaited<ReturnType<typeof openPanel>>;

  it('is returned to the composer, and the key dialog opens', async () => {
    const { view, send, conversation } = await openPanel();
    await send('Why?');
    assert.deepEqual(commands, ['holysheep.setApiKey']);
    assert.deepEqual(
      view.posted.filter(({ type }) => type === 'prefill' || type === 'keyDialogClosed'),
      [{ type: 'prefill', text: 'Why?', awaitsKey: true }, { type: 'keyDialogClosed' }],
    );
    assert.deepEqual(prompts(conversation), []);
  });

  for (const [what, isVisible] of [
    ['visible', true],
    ['hidden', false],
  ] as const) {
    it(`is sent exactly once when a key is set while the panel is ${what}`, async () => {
      const { view, send, receive, conversation } = await openPanel();
      await send('Why?');
      shown.length = 0;
      view.setVisible(isVisible);
      await change({});
      assert.deepEqual(prompts(conversation), []);
      await change({ hasKey: true });
      await change({ model: 'n' });
      view.setVisible(true);
      await receive({ type: 'ready' });
      assert.deepEqual([prompts(conversation), shown], [['Why?'], []]);
    });
  }

  it('is sent with the code that belongs to it', async () => {
    const { receive, conversation } = await openPanel();
    await receive({ type: 'send', prompt: 'Explain', more: { prompt: 'Explain', content: 'in full' } });
    await change({ hasKey: true });
    assert.deepEqual(valuesOf(conversation.exchanges(), 'content'), ['in full']);
  });

  it('comes with the suggested code, but not with the context items of the draft, if it was suggested', async () => {
    const { receive, conversation } = await openPanel();
    await receive({ type: 'attach', id: 'file:file:///b.ts' });
    await receive({ type: 'askSuggestion', kind: 'code', id: 'file' });
    assert.equal(conversation.promptAwaitingKey?.prompt, 'Explain a.ts');
    assert.deepEqual(valuesOf(conversation.promptAwaitingKey.attachments ?? [], 'label'), ['file:file:///a.ts']);
    connection.hasKey = true;
    const next = await openPanel();
    await next.receive({ type: 'attach', id: 'file:file:///b.ts' });
    await next.receive({ type: 'askSuggestion', kind: 'code', id: 'file' });
    const labels = next.conversation.exchanges().map(({ attachments = [] }) => valuesOf(attachments, 'label'));
    assert.deepEqual(labels, [['file:file:///a.ts']]);
  });

  it('is sent to all models of a comparison, with the code that belongs to it', async () => {
    const { receive, conversation } = await openPanel();
    await receive({ type: 'selectModel', prompt: 'Explain', more: { prompt: 'Explain', content: 'in full' } });
    await change({ hasKey: true });
    const columns = conversation.tree.columns(conversation.exchanges()[0]?.id ?? '');
    assert.deepEqual(
      columns.map(({ model, content }) => [model, content]),
      [
        ['a', 'in full'],
        ['b', 'in full'],
      ],
    );
  });

  it('is not put into the composer of a page that loads after the prompt was sent', async () => {
    const { panel, view, receive, conversation } = await openPanel();
    view.setVisible(false);
    conversation.promptAwaitingKey = { prompt: 'Why?' };
    panel.prefill({ text: 'Why?', awaitsKey: true, asksForKey: true });
    await change({ hasKey: true });
    view.posted.length = 0;
    view.setVisible(true);
    await receive({ type: 'ready' });
    assert.deepEqual(
      [prompts(conversation), view.posted.map(({ type }) => type)],
      [['Why?'], ['snapshot', 'modelOnce', 'contextUse', 'demoStep']],
    );
  });

  it('is sent immediately if a key is set before the prompt is in the composer', async () => {
    const { panel, conversation } = await openPanel();
    await change({ hasKey: true });
    conversation.promptAwaitingKey = { prompt: 'Why?' };
    panel.prefill({ text: 'Why?', awaitsKey: true, asksForKey: true });
    await waitForEvents();
    assert.deepEqual([prompts(conversation), commands], [['Why?'], []]);
  });

  it('has no reminder when the user sets a key in the dialog', async () => {
    const { send, view } = await openPanel();
    dialogResult = { state: 'verified' };
    await send('Why?');
    assert.deepEqual(
      view.posted.filter(({ type }) => type === 'keyDialogClosed'),
      [],
    );
  });

  it('keeps its conversation from being reused as a new conversation', async () => {
    const { conversation, send } = await openPanel();
    assert.equal(window.conversations.startNew(), conversation);
    await send('Why?');
    assert.notEqual(window.conversations.startNew(), conversation);
  });

  it('is named in the snapshot for the next page until a key is set', async () => {
    const { send, receive, view } = await openPanel();
    const named = async (): Promise<string | undefined> => {
      view.posted.length = 0;
      await receive({ type: 'ready' });
      const [snapshot] = view.posted;
      return snapshot?.type === 'snapshot' ? snapshot.promptAwaitingKey : assert.fail();
    };
    await send('Why?');
    assert.equal(await named(), 'Why?');
    await change({ hasKey: true });
    assert.equal(await named(), undefined);
  });

  const endings: Readonly<Record<string, (panel: OpenPanel) => Promise<void>>> = {
    'the user changes the draft': ({ receive }) => receive({ type: 'withdrawPrompt', prompt: 'Why?' }),
    'the demo starts': async () => {
      await change({ demo: true });
      await change({ demo: false });
    },
  };
  for (const [what, end] of Object.entries(endings)) {
    it(`is not sent after ${what}`, async () => {
      const panel = await openPanel();
      await panel.send('Why?');
      await end(panel);
      await change({ hasKey: true });
      assert.deepEqual(prompts(panel.conversation), []);
    });
  }

  it('opens no dialog if the user runs a command with an argument', async () => {
    const { panel, conversation, view } = await openPanel();
    conversation.promptAwaitingKey = { prompt: 'Why?' };
    panel.prefill({ text: 'Why?', awaitsKey: true, asksForKey: false });
    await waitForEvents();
    assert.deepEqual([commands, view.posted.at(-1)?.type], [[], 'modelOnce']);
  });

  it('is not withdrawn by a page that has not received it yet', async () => {
    const { send, receive, conversation } = await openPanel();
    await send('Why?');
    await receive({ type: 'withdrawPrompt', prompt: 'an earlier prompt' });
    await change({ hasKey: true });
    assert.deepEqual(prompts(conversation), ['Why?']);
  });
});
