import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ContextDraft } from '../../src/host/context/contextDraft';
import type { Conversation } from '../../src/host/conversation/conversation';
import { Conversations } from '../../src/host/conversation/conversations';
import { Journal } from '../../src/host/conversation/journal';
import { ConversationPanels } from '../../src/host/panel/conversationPanels';
import { systemClock } from '../../src/host/systemClock';
import { attempt, done, ScriptedEngine, settled } from '../host/conversation/scriptedEngine';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporaryFolder';

const extension = vscode.extensions.getExtension('holysheep.holysheep-prompt');
const unknownId = '00000000-0000-4000-8000-000000000000';

/** A window: its conversations and its panels. */
class Window {
  readonly engine = new ScriptedEngine();
  readonly restoredContext: string[] = [];
  readonly closed: Conversation[] = [];
  readonly conversations: Conversations;
  readonly panels: ConversationPanels;

  constructor(folder: string, memory: Map<string, unknown>) {
    const onError = (error: unknown): void => assert.fail(String(error));
    const journal = new Journal({ folder, clock: systemClock, limit: () => 100, onProblem: onError });
    this.conversations = new Conversations({
      engine: this.engine,
      clock: systemClock,
      journal,
      defaults: () => ({ model: 'm', systemPrompt: '', temperature: 1, maxTokens: 1 }),
      connection: () => Promise.resolve({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-own' }),
      resume: () => 'auto',
      memory: {
        get: (key) => memory.get(key),
        update: (key, value) => Promise.resolve(void memory.set(key, value)),
      },
      onEvent: () => undefined,
      onError,
    });
    const resolve = (id: string) => {
      this.restoredContext.push(id);
      return Promise.resolve([{ id, attachment: { label: id, languageId: '', code: 'x' } }]);
    };
    assert.ok(extension);
    this.panels = new ConversationPanels(extension.extensionUri, this.conversations, {
      connection: () => Promise.resolve({ model: 'm', host: 'own.example', hasKey: true, demo: false }),
      suggestions: () => [],
      promptHistory: () => [],
      send: () => Promise.resolve(),
      remember: () => Promise.resolve(),
      failureAction: () => Promise.resolve(),
      pickModel: () => Promise.resolve(undefined),
      pickModelOrOnce: () => Promise.resolve(undefined),
      selectModel: () => Promise.resolve(),
      contextDraft: () =>
        new ContextDraft({
          source: { resolve, pick: () => Promise.resolve([]) },
          localize: (message) => message,
          onSkipped: (_id, error) => onError(error),
          onError,
        }),
      suggestContext: () => Promise.resolve([]),
      leaveDemo: () => undefined,
      insert: () => Promise.resolve(),
      apply: () => Promise.resolve(),
      newFile: () => Promise.resolve(),
      onDidClose: (conversation) => this.closed.push(conversation),
      onError,
    });
  }

  /** A conversation with one answered prompt; the window goes away without it. */
  async write(prompt: string, isWhole = true): Promise<string> {
    const blank = this.conversations.startNew();
    blank.ask({ prompt });
    this.engine.turn.give(attempt(), ...(isWhole ? [done('an answer')] : []));
    await settled();
    this.conversations.flushSync();
    return blank.id;
  }

  /** What VS Code does with a panel of the window before. */
  restore(conversationId: string, draft = '', context?: readonly string[]): Promise<vscode.WebviewPanel> {
    return this.restoreState({ conversationId, draft, ...(context && { context }) });
  }

  async restoreState(state: unknown): Promise<vscode.WebviewPanel> {
    const place = { viewColumn: vscode.ViewColumn.Two, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel('holysheep.restored', 'restored', place);
    await this.panels.deserializeWebviewPanel(panel, state);
    return panel;
  }
}

function isClosed(panel: vscode.WebviewPanel): boolean {
  try {
    return panel.webview.html === '';
  } catch {
    return true;
  }
}

describe('the panels of a window that was reloaded', () => {
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
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    removeTemporaryFolder(folder);
  });

  it('come back, each with its own conversation', async () => {
    const one = await before.write('about apples');
    const two = await before.write('about pears');
    const [first, second] = [await after.restore(one), await after.restore(two)];
    assert.deepEqual([first.title, second.title], ['about apples', 'about pears']);
    assert.deepEqual([after.panels.isShown(one), after.panels.isShown(two)], [true, true]);
  });

  it('read what was attached to the draft', async () => {
    const one = await before.write('about apples');
    await after.restore(one, 'and', ['file:a', 'file:b']);
    await settled();
    assert.deepEqual(after.restoredContext, ['file:a', 'file:b']);
  });

  it('are one for each conversation: a second is closed', async () => {
    const one = await before.write('about apples');
    const [first, second] = [await after.restore(one), await after.restore(one)];
    assert.deepEqual([isClosed(first), isClosed(second)], [false, true]);
  });

  it('take the place of one that was opened meanwhile and not looked at', async () => {
    const one = await before.write('about apples');
    const conversation = await after.conversations.open(one);
    assert.ok(conversation);
    after.panels.show(conversation, { preserveFocus: true });
    const panel = await after.restore(one);
    assert.equal(isClosed(panel), false);
    assert.equal(panel.title, 'about apples');
    assert.deepEqual(after.closed, []);
  });

  it('give way to one that somebody works in', async () => {
    const one = await before.write('about apples');
    const conversation = await after.conversations.open(one);
    assert.ok(conversation);
    after.panels.show(conversation, { preserveFocus: false });
    assert.equal(isClosed(await after.restore(one)), true);
    assert.equal(after.panels.isShown(one), true);
  });

  it('are empty where the conversation is gone, and one of them is enough', async () => {
    const first = await after.restore(unknownId, 'half a thought');
    const second = await after.restore(unknownId);
    assert.deepEqual([isClosed(first), isClosed(second)], [false, true]);
    assert.equal(first.title, 'HolySheep');
  });

  it('have the answer that was broken off in them where nothing else is known, once', async () => {
    const one = await before.write('about apples', false);
    const [first, second] = [await after.restoreState(undefined), await after.restoreState(undefined)];
    assert.equal(after.panels.isShown(one), true);
    assert.equal(first.title, 'about apples');
    assert.equal(isClosed(second), true);
  });

  it('leave what was current as it is, unless they have the focus', async () => {
    const one = await before.write('about apples');
    const two = await before.write('about pears');
    await after.restore(two);
    await after.restore(one);
    assert.equal(after.conversations.current?.id, two);
  });

  it('come back by themselves for answers that were broken off, the newest three', async () => {
    for (const prompt of ['one', 'two', 'three', 'four', 'five']) {
      before = new Window(folder, memory);
      await before.write(prompt, false);
    }
    const lost = await after.conversations.brokenOff();
    const restored = lost[0]?.id ?? '';
    await after.restore(restored);
    after.panels.reopen(lost);
    assert.deepEqual(
      lost.map(({ id }) => after.panels.isShown(id)),
      [true, true, true, true, false],
    );
  });

  it('let go of a conversation when they are closed, and say so', async () => {
    const one = await before.write('about apples');
    const panel = await after.restore(one);
    panel.dispose();
    assert.deepEqual(
      after.closed.map(({ id }) => id),
      [one],
    );
    assert.equal(after.panels.isShown(one), false);
  });
});
