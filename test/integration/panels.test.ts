import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Conversation } from '../../src/host/conversation/conversation';
import type { Conversations } from '../../src/host/conversation/conversations';
import { viewType } from '../../src/host/contributions';
import type { Journal } from '../../src/host/journal/journal';
import { Drafts } from '../../src/host/panel/drafts';
import { PanelRegistry } from '../../src/host/panel/panelRegistry';
import type { PanelServices } from '../../src/host/panel/panelServices';
import { PanelRestoration } from '../../src/host/panel/panelRestoration';
import { systemClock } from '../../src/host/util/systemClock';
import type { ShownExchange } from '../../src/shared/exchanges';
import type { ComposerSuggestion } from '../../src/shared/protocol';
import { attempt, done, waitForEvents, type ScriptedEngine } from '../support/host/scriptedEngine';
import { createConversations } from '../support/host/conversationWindow';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporaryFolder';
import { FakePanel } from './support/fakePanel';
import { noImages } from '../support/host/noImages';
import { storeIn } from '../support/storeIn';
import { valuesOf } from '../support/valuesOf';

const extension = vscode.extensions.getExtension('holysheep.holysheep-prompt');
const unknownId = '00000000-0000-4000-8000-000000000000';

/** A window with its conversations and panels. */
class Window {
  readonly engine: ScriptedEngine;
  readonly restoredContext: string[] = [];
  readonly closed: Conversation[] = [];
  readonly errors: unknown[];
  private readonly conversationsWithPanel = new Set<Conversation>();
  /** Whether the prompts were sent in a conversation that was open. Only an open conversation can become the current one. */
  readonly sentToOpen: boolean[] = [];
  /** Delays reading the context of a draft until the promise resolves. */
  reading: Promise<unknown> = Promise.resolve();
  /** Delays the search for context items until the promise resolves. */
  suggesting: Promise<readonly ComposerSuggestion[]> = Promise.resolve([]);
  readonly conversations: Conversations;
  readonly panels: PanelRegistry;
  private readonly journal: Journal;

  constructor(folder: string, memory: Map<string, unknown>) {
    const created = createConversations({ folder, memory, limit: 100 }, systemClock);
    ({ conversations: this.conversations, engine: this.engine, journal: this.journal, errors: this.errors } = created);
    const onError = (error: unknown): void => void this.errors.push(error);
    const resolve = async (id: string) => {
      this.restoredContext.push(id);
      await this.reading;
      return [{ id, attachment: { label: id, languageId: '', code: 'x' } }];
    };
    assert.ok(extension);
    const { gatewaySets } = created;
    const services = {
      conversations: this.conversations,
      budget: { mayStart: () => Promise.resolve(true) },
      images: noImages,
      settings: { openIn: () => 'editor' },
      gatewaySets: Object.assign(gatewaySets, {
        forPrompt: (conversation: Conversation) => {
          this.conversationsWithPanel.add(conversation);
          return gatewaySets.own;
        },
      }),
      catalog: { factsOf: () => undefined, recent: () => Promise.resolve({ used: [], compared: [] }) },
      efforts: { viewOf: () => undefined, onDidChange: () => new vscode.Disposable(() => undefined) },
      tour: { currentStep: () => undefined },
      suggestions: { list: () => Promise.resolve([]), onDidChange: () => new vscode.Disposable(() => undefined) },
      promptHistory: {
        list: () => [],
        deletedConversations: () => [],
        add: (_prompt: string, id: string) => {
          const conversation = [...this.conversationsWithPanel].find((candidate) => candidate.id === id);
          if (conversation) this.conversations.activate(conversation);
          this.sentToOpen.push(this.conversations.current === conversation);
          return Promise.resolve();
        },
      },
      contextSource: {
        resolve,
        readAll: async (ids: readonly string[]) => (await Promise.all(ids.map(resolve))).flat(),
        suggest: () => this.suggesting,
      },
      log: { warn: onError },
      onError,
    } as unknown as PanelServices;
    const drafts = new Drafts(storeIn(memory), systemClock, services);
    const restoration = new PanelRestoration(storeIn(memory), 'session', onError);
    this.panels = new PanelRegistry(extension.extensionUri, restoration, drafts, services);
    this.panels.onDidClose((conversation) => this.closed.push(conversation));
  }

  isOpen(id: string): boolean {
    return this.panels.locationOf(id) !== undefined;
  }

  /** Writes a conversation with one answered prompt and closes it. */
  async write(prompt: string, isComplete = true): Promise<string> {
    const conversation = this.conversations.startNew();
    conversation.ask({ prompt });
    this.engine.turn.emit(attempt(), ...(isComplete ? [done('an answer')] : []));
    await waitForEvents();
    // Otherwise a lock that is being acquired could appear after the window has closed.
    await this.journal.flush();
    this.conversations.flushSync();
    return conversation.id;
  }

  /** Restores a panel of the previous window, as VS Code does. */
  restore(conversationId: string): Promise<vscode.WebviewPanel> {
    return this.restoreState({ conversationId });
  }

  async restoreState(state: unknown): Promise<vscode.WebviewPanel> {
    const options = { viewColumn: vscode.ViewColumn.Two, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel('holysheep.restored', 'restored', options);
    await this.panels.deserializeWebviewPanel(panel, state);
    return panel;
  }

  /** Restores a panel whose page is ready. @param context context items that a previous page has saved */
  async restoreFake(conversationId: string, context: readonly string[] = []): Promise<FakePanel> {
    const panel = new FakePanel();
    await this.panels.deserializeWebviewPanel(panel, { conversationId });
    panel.send({ type: 'ready' });
    await waitForEvents();
    if (context.length > 0) panel.send({ type: 'restoreContext', ids: context });
    await waitForEvents();
    return panel;
  }
}

function isClosed(panel: vscode.WebviewPanel): boolean {
  try {
    assert.ok(panel.webview);
    return false;
  } catch {
    return true;
  }
}

describe('panels of conversations', () => {
  let folder: string;
  let memory: Map<string, unknown>;
  let before: Window;
  let after: Window;

  beforeEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    folder = temporaryFolder();
    memory = new Map();
    before = new Window(folder, memory);
    after = new Window(folder, memory);
  });
  afterEach(async () => {
    after.panels.dispose();
    assert.deepEqual([...before.errors, ...after.errors], []);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    removeTemporaryFolder(folder);
  });

  it('are restored with their conversations after a reload of the window', async () => {
    const one = await before.write('about apples');
    const two = await before.write('about pears');
    const [first, second] = [await after.restore(one), await after.restore(two)];
    assert.deepEqual([first.title, second.title], ['about apples', 'about pears']);
    assert.deepEqual([after.isOpen(one), after.isOpen(two)], [true, true]);
  });

  it('reopen in the editor column of their earlier tabs after a restart of only the extension host', async () => {
    const ids = [await before.write('about apples'), await before.write('about pears')];
    memory.set('holysheep.shownConversations', { session: 'session', ids });
    after = new Window(folder, memory);
    for (const viewColumn of [vscode.ViewColumn.Two, vscode.ViewColumn.One]) {
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(), { viewColumn });
    }
    vscode.window.createWebviewPanel(viewType, 'orphaned', {
      viewColumn: vscode.ViewColumn.Three,
      preserveFocus: true,
    });
    const tabs = (): readonly vscode.Tab[] =>
      vscode.window.tabGroups.all.flatMap((group) =>
        group.tabs.filter(({ input }) => input instanceof vscode.TabInputWebview),
      );
    while (tabs().length === 0) await waitForEvents();
    await after.panels.replaceOrphaned();
    while (tabs().length < 2 || tabs().some(({ label }) => !label.startsWith('about'))) await waitForEvents();
    assert.deepEqual(
      tabs().map(({ label, group }) => [label, group.viewColumn]),
      [
        ['about apples', vscode.ViewColumn.Three],
        ['about pears', vscode.ViewColumn.Three],
      ],
    );
  });

  it('restore the context items of a draft after a reload of the window', async () => {
    const one = await before.write('about apples');
    await after.restoreFake(one, ['file:a', 'file:b']);
    await waitForEvents();
    assert.deepEqual(after.restoredContext, ['file:a', 'file:b']);
  });

  it('are closed after a reload of the window if their conversation is already shown in another restored panel', async () => {
    const one = await before.write('about apples');
    const [first, second] = [await after.restore(one), await after.restore(one)];
    assert.deepEqual([isClosed(first), isClosed(second)], [false, true]);
  });

  it('are closed after a reload of the window if their conversation is already shown in a new panel', async () => {
    const one = await before.write('about apples');
    const conversation = await after.conversations.open(one);
    assert.ok(conversation);
    after.panels.show(conversation, { preserveFocus: true });
    assert.equal(isClosed(await after.restore(one)), true);
    assert.deepEqual([after.isOpen(one), after.closed], [true, []]);
  });

  it('keep the ids of empty conversations after a reload of the window', async () => {
    const ids = [unknownId, `1${unknownId.slice(1)}`];
    const panels = [await after.restore(ids[0]!), await after.restore(ids[1]!)];
    assert.deepEqual(
      panels.map((panel) => [isClosed(panel), panel.title]),
      [
        [false, 'HolySheep'],
        [false, 'HolySheep'],
      ],
    );
    const areOpen = ids.map((id) => after.isOpen(id));
    assert.deepEqual(areOpen, [true, true]);
  });

  it('show an interrupted conversation only once if VS Code restores two panels without saved state', async () => {
    const one = await before.write('about apples', false);
    const [first, second] = [await after.restoreState(undefined), await after.restoreState(undefined)];
    assert.equal(after.isOpen(one), true);
    assert.equal(first.title, 'about apples');
    assert.equal(isClosed(second), true);
  });

  it('do not change the current conversation when they are restored without the focus', async () => {
    const one = await before.write('about apples');
    const two = await before.write('about pears');
    await after.restore(two);
    await after.restore(one);
    assert.equal(after.conversations.current?.id, two);
  });

  it('are reopened for the three newest interrupted conversations if VS Code has not restored them', async () => {
    for (const prompt of ['one', 'two', 'three', 'four', 'five']) {
      before = new Window(folder, memory);
      await before.write(prompt, false);
    }
    const interrupted = await after.conversations.openInterrupted();
    const restored = interrupted[0]?.id ?? '';
    await after.restore(restored);
    after.panels.reopen(interrupted);
    const areOpen = interrupted.map(({ id }) => after.isOpen(id));
    assert.deepEqual(areOpen, [true, true, true, true, false]);
  });

  it('receive no search results for context items after they are closed', async () => {
    let finishSearch: (items: readonly ComposerSuggestion[]) => void = () => undefined;
    after.suggesting = new Promise((resolve) => (finishSearch = resolve));
    const panel = await after.restoreFake(await before.write('about apples'));
    panel.send({ type: 'suggestContext', request: 1, query: 'x' });
    panel.dispose();
    const received = [...panel.received];
    finishSearch([]);
    await waitForEvents();
    assert.ok(received.length > 0);
    assert.deepEqual(panel.received, received);
  });

  it('send a prompt to its conversation even if they are closed while the context items are read', async () => {
    const panel = await after.restoreFake(await before.write('about apples'), ['file:a']);
    after.conversations.startNew();
    let finishReading: (value?: unknown) => void = () => undefined;
    after.reading = new Promise((resolve) => (finishReading = resolve));
    panel.send({ type: 'send', prompt: 'and pears?' });
    panel.dispose();
    // All panels and the conversation are closed now.
    await after.conversations.open(unknownId);
    finishReading();
    await waitForEvents();
    assert.deepEqual(after.sentToOpen, [true]);
  });

  it('are read-only for a conversation that is open in another window', async () => {
    const one = await before.write('about apples');
    const otherWindow = new Window(folder, new Map());
    const remote = await otherWindow.conversations.open(one);
    const panel = await after.restoreFake(one);
    const snapshots = () => panel.received.filter((message) => message.type === 'snapshot');
    assert.deepEqual(valuesOf(snapshots(), 'readOnly'), [true]);
    const [shown] = snapshots()[0]!.items as readonly ShownExchange[];
    panel.send({ type: 'regenerate', answerId: shown!.answers[0]!.id });
    await waitForEvents();
    assert.equal(after.conversations.current?.busy, false);
    panel.send({ type: 'openHere' });
    while (snapshots().length < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(snapshots()[1]!.readOnly, false);
    while (!remote?.readOnly) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([after.errors, otherWindow.errors], [[], [{ kind: 'taken', isComplete: true }]]);
  });

  it('are reported as visible only while their tab is in front', async () => {
    const [one, two] = [await before.write('about apples'), await before.write('about pears')];
    const panel = await after.restoreFake(one);
    assert.deepEqual([after.panels.isVisible(one), after.panels.isVisible(two)], [true, false]);
    panel.visible = false;
    assert.equal(after.panels.isVisible(one), false);
    panel.visible = true;
    panel.dispose();
    assert.equal(after.panels.isVisible(one), false);
  });

  it('report the id of their conversation when they are closed', async () => {
    const one = await before.write('about apples');
    const panel = await after.restore(one);
    panel.dispose();
    assert.deepEqual(valuesOf(after.closed, 'id'), [one]);
    assert.equal(after.isOpen(one), false);
  });
});
