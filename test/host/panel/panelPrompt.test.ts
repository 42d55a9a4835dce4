import assert from 'node:assert/strict';
import { contextId } from '../../../src/host/context/contextId';
import type { Conversation } from '../../../src/host/conversation/conversation';
import type { ConversationPanel } from '../../../src/host/panel/conversationPanel';
import type { Draft } from '../../../src/host/panel/draft';
import type { PrefilledPrompt, PanelServices } from '../../../src/host/panel/panelServices';
import type { ToHost } from '../../../src/shared/pageMessages';
import { useVSCode } from '../../support/fakeVSCode';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { valuesOf } from '../../support/valuesOf';
import { attempt, done, waitForEvents } from '../../support/host/scriptedEngine';
import { openWindow } from '../../support/host/conversationWindow';
import { FakePanel, idleServices, noSubscription, openPanel } from './fakePanel';

describe('prompt that a panel sends', () => {
  let hasKey: boolean;
  /** Closes the key dialog. Undefined while the dialog is not open. */
  let closeDialog: ((result: { readonly state: string } | undefined) => Promise<void>) | undefined;
  useVSCode({
    commands: {
      executeCommand: (command: string) => {
        assert.equal(command, 'holysheep.setApiKey');
        return new Promise((resolve) => {
          closeDialog = (result) => {
            closeDialog = undefined;
            resolve(result);
            return waitForEvents();
          };
        });
      },
    },
    languages: { onDidChangeDiagnostics: noSubscription },
    l10n: { t: (message: string) => message },
    window: { setStatusBarMessage: () => undefined },
    env: { language: 'en' },
  });
  let folder: string;
  let window: ReturnType<typeof openWindow>;
  let view: FakePanel;
  let panel: ConversationPanel;
  let draft: Draft;
  let conversation: Conversation;
  let lastShown: Conversation | undefined;
  let pickedModel: string | undefined;
  beforeEach(async () => {
    [hasKey, closeDialog, pickedModel] = [false, undefined, undefined];
    folder = temporaryFolder();
    window = openWindow({ folder, memory: new Map(), epoch: 0, limit: 100 });
    Object.assign(window.gatewaySets.own, {
      view: () => Promise.resolve({ model: 'm', host: 'own.example', hasKey, set: 'own' }),
      selectModel: () => Promise.resolve(),
    });
    view = new FakePanel();
    conversation = window.conversations.startNew();
    const services = {
      ...idleServices,
      conversations: window.conversations,
      gatewaySets: window.gatewaySets,
      catalog: {
        ...idleServices.catalog,
        pickForPrompt: () => Promise.resolve({ model: pickedModel }),
        pickCompared: () => Promise.resolve(['a', 'b']),
      },
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
        show: (shown: Conversation) => void (lastShown = shown),
        prefill: (_conversation: Conversation, prefilled: PrefilledPrompt) => {
          draft.addPrefill(prefilled);
          panel.postPrefills();
        },
      },
      onError: (error: unknown) => window.errors.push(error),
    } as unknown as PanelServices;
    ({ panel, draft } = await openPanel(view, conversation, services));
    await receive({ type: 'ready' });
  });
  afterEach(async () => {
    assert.deepEqual(window.errors, []);
    await window.journal.flush();
    removeTemporaryFolder(folder);
  });

  const receive = (message: ToHost): Promise<void> => view.send(message);
  const setKey = (): Promise<void> => {
    hasKey = true;
    return closeDialog?.({ state: 'verified' }) ?? assert.fail('The dialog is not open.');
  };
  const cancel = (): Promise<void> => closeDialog?.(undefined) ?? assert.fail('The dialog is not open.');
  const sent = ({ tree } = conversation) =>
    tree.path().map(({ exchange: { prompt, attachments = [] } }) => [prompt, ...valuesOf(attachments, 'label')]);
  /** As the page receives the messages, without undefined properties. */
  const returned = () => JSON.parse(JSON.stringify(view.posted.filter(({ type }) => type === 'prefill'))) as unknown;

  const explain = { prompt: 'Explain', more: { prompt: 'Explain', content: 'in full' } };

  it("is sent with the composer's attachments after the user has set a key", async () => {
    await receive({ type: 'attach', id: 'file:file:///b.ts' });
    await receive({ type: 'send', prompt: 'Why?' });
    assert.deepEqual(sent(), []);
    await setKey();
    assert.deepEqual([sent(), returned()], [[['Why?', 'file:file:///b.ts']], []]);
  });

  it('returns to the composer with its code when the user cancels the key dialog', async () => {
    await receive({ type: 'send', ...explain });
    await cancel();
    assert.deepEqual([sent(), returned()], [[], [{ type: 'prefill', text: 'Explain', more: explain.more }]]);
  });

  it('leaves the attachments in the composer when the user cancels the key dialog', async () => {
    await receive({ type: 'attach', id: 'file:file:///b.ts' });
    await receive({ type: 'send', prompt: 'Why?' });
    await cancel();
    hasKey = true;
    await receive({ type: 'send', prompt: 'Why?' });
    assert.deepEqual(sent(), [['Why?', 'file:file:///b.ts']]);
  });

  it('contains the code of a clicked suggestion, but not the attachments of the composer', async () => {
    await receive({ type: 'attach', id: 'file:file:///b.ts' });
    await receive({ type: 'askSuggestion', kind: 'code', id: 'file' });
    await setKey();
    assert.deepEqual(sent(), [['Explain a.ts', contextId({ kind: 'file', uri: 'file:///a.ts' })]]);
  });

  it('is sent to all models of a comparison after the user has set a key in the key dialog', async () => {
    await receive({ type: 'selectModel', ...explain });
    await setKey();
    assert.deepEqual(
      [valuesOf(conversation.lastAnswers, 'model'), conversation.last?.exchange.content],
      [['a', 'b'], 'in full'],
    );
  });

  it('is sent to the models of the last comparison', async () => {
    hasKey = true;
    await receive({ type: 'comparePrompt', ...explain, models: ['c', 'd'] });
    assert.deepEqual(valuesOf(conversation.lastAnswers, 'model'), ['c', 'd']);
    assert.deepEqual(
      view.posted.filter(({ type }) => type === 'promptMoved'),
      [{ type: 'promptMoved', prompt: 'Explain' }],
    );
  });

  const comparison = { prompt: 'Why?', more: { prompt: 'Why?', models: ['a', 'b'] } };

  it('is sent to the models with which it returned to the composer', async () => {
    hasKey = true;
    await receive({ type: 'send', ...comparison });
    assert.deepEqual(valuesOf(conversation.lastAnswers, 'model'), ['a', 'b']);
  });

  it('loses its models when the user selects another model', async () => {
    pickedModel = 'c';
    await receive({ type: 'selectModel', ...comparison });
    assert.deepEqual(returned(), [{ type: 'prefill', text: 'Why?', more: { prompt: 'Why?' } }]);
  });

  it('comes from the page if the panel is visible', () => {
    assert.equal(panel.page.post({ type: 'compareDraft', models: ['c', 'd'] }), true);
    assert.deepEqual(view.posted.at(-1), { type: 'compareDraft', models: ['c', 'd'] });
    view.setVisible(false);
    assert.equal(panel.page.post({ type: 'compareDraft' }), false);
  });

  it('returns to the composer even if the page loads after the key dialog was canceled', async () => {
    await receive({ type: 'send', prompt: 'Why?' });
    view.setVisible(false);
    await cancel();
    assert.deepEqual(returned(), []);
    view.setVisible(true);
    await receive({ type: 'ready' });
    assert.deepEqual(returned(), [{ type: 'prefill', text: 'Why?' }]);
  });

  it('is sent in a new conversation after the demo has ended', async () => {
    hasKey = true;
    window.demo.isOpen = true;
    conversation.useSet(window.demo);
    conversation.ask({ prompt: 'Hi' });
    window.engine.turn.emit(attempt(), done('Hello'));
    await waitForEvents();
    window.demo.isOpen = false;
    await receive({ type: 'attach', id: 'file:file:///b.ts' });
    await receive({ type: 'send', prompt: 'Why?' });
    assert.deepEqual(sent(), [['Hi']]);
    assert.deepEqual(sent(lastShown), [['Why?', 'file:file:///b.ts']]);
    assert.deepEqual(
      view.posted.filter(({ type }) => type === 'promptMoved'),
      [{ type: 'promptMoved', prompt: 'Why?' }],
    );
  });
});
