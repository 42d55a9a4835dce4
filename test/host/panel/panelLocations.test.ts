import assert from 'node:assert/strict';
import type { Uri, WebviewPanel, WebviewView } from 'vscode';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { PromptHistory } from '../../../src/host/conversation/promptHistoryStore';
import type { Drafts } from '../../../src/host/panel/drafts';
import type { PanelRegistry } from '../../../src/host/panel/panelRegistry';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import type { PanelLocation } from '../../../src/host/settings/settings';
import type { ToHost } from '../../../src/shared/pageMessages';
import type { ToWebview } from '../../../src/shared/protocol';
import { EventEmitter } from '../../support/fakeEditor';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { nextWindow } from '../../support/host/conversationWindow';
import { attempt, done, waitForEvents } from '../../support/host/scriptedEngine';
import { noImages } from '../../support/host/noImages';
import { storeIn } from '../../support/storeIn';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { valuesOf } from '../../support/valuesOf';
import manifest from '../../../package.json';
import { idleServices, noSubscription } from './fakePanel';

/** An editor tab, or the view in the side bar. A page loads when the HTML is set. */
class FakeFrame {
  received: ToWebview[] = [];
  visible = true;
  active = false;
  title = '';
  isClosed = false;
  private readonly messages = new EventEmitter<unknown>();
  private readonly changes = new EventEmitter<unknown>();
  private readonly disposals = new EventEmitter<unknown>();
  readonly onDidChangeViewState = this.changes.event;
  readonly onDidChangeVisibility = this.changes.event;
  readonly onDidDispose = this.disposals.event;
  readonly webview = {
    html: '',
    options: {},
    cspSource: 'test:',
    asWebviewUri: (uri: unknown) => uri,
    onDidReceiveMessage: this.messages.event,
    postMessage: (message: ToWebview) => Promise.resolve(this.received.push(message) > 0),
  };

  reveal(): void {}

  dispose(): void {
    this.isClosed = true;
    this.disposals.fire(undefined);
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
    this.changes.fire(undefined);
  }

  async send(message: ToHost): Promise<void> {
    this.messages.fire(message);
    await waitForEvents();
  }

  /** Loads the page. @returns the snapshot that the page receives */
  async load(): Promise<ToWebview & { readonly type: 'snapshot' }> {
    this.received = [];
    await this.send({ type: 'ready' });
    return this.received.find((message) => message.type === 'snapshot') ?? assert.fail('no snapshot');
  }
}

describe('location of a conversation', () => {
  let tabs: FakeFrame[];
  let commands: (readonly unknown[])[];
  useVSCode({
    EventEmitter,
    ViewColumn: { Beside: -2 },
    Uri: { joinPath: (...parts: readonly string[]) => parts.join('/'), file: (path: string) => path },
    env: { language: 'en' },
    l10n: englishL10n,
    languages: { onDidChangeDiagnostics: noSubscription },
    commands: {
      executeCommand: (...command: readonly unknown[]) => Promise.resolve(commands.push(command)),
      registerCommand: (id: string, command: () => unknown) => {
        viewCommands.set(id, command);
        return noSubscription();
      },
    },
    workspace: { getConfiguration: () => ({ get: () => isMathEnabled }) },
    window: {
      onDidChangeWindowState: noSubscription,
      activeTextEditor: undefined,
      tabGroups: { all: [], activeTabGroup: { viewColumn: 1 } },
      createWebviewPanel: () => {
        const tab = new FakeFrame();
        tabs.push(tab);
        return tab as unknown as WebviewPanel;
      },
    },
  });

  let isMathEnabled = true;
  let folder: string;
  let memory: Map<string, unknown>;
  let window: ReturnType<typeof nextWindow>;
  let openIn: PanelLocation;
  let panels: PanelRegistry;
  let drafts: Drafts;
  let closed: Conversation[];
  let conversation: Conversation;
  let contexts: Map<string, boolean>;
  let run: (id: 'openInSideBar' | 'openInEditor', argument?: unknown) => unknown;
  /** Functions of the commands in the title of the view. */
  let viewCommands: Map<string, () => unknown>;

  /** Loads the window, as after a reload. */
  const load = async (epoch = 0): Promise<void> => {
    window = nextWindow({ folder, memory, epoch, limit: 100 });
    const { PanelRegistry } = await import('../../../src/host/panel/panelRegistry');
    const { PanelRestoration } = await import('../../../src/host/panel/panelRestoration');
    const onError = (error: unknown): void => void window.errors.push(error);
    contexts = new Map();
    viewCommands = new Map();
    const resolve = (id: string) =>
      Promise.resolve([{ id, attachment: { kind: 'file', label: id, languageId: 'ts', code: '1' } }]);
    const services = {
      ...idleServices,
      conversations: window.conversations,
      gatewaySets: window.gatewaySets,
      images: noImages,
      settings: { openIn: () => openIn, setOpenIn: (location: PanelLocation) => (openIn = location) },
      promptHistory: new PromptHistory(storeIn(memory)),
      contextSource: { resolve },
      setContext: (key: string, value: boolean) => contexts.set(key, value),
      onError,
    } as unknown as PanelServices;
    const restoration = new PanelRestoration(storeIn(memory), 'session', onError);
    const { Drafts } = await import('../../../src/host/panel/drafts');
    drafts = new Drafts(storeIn(memory), window.clock, services);
    panels = new PanelRegistry('extension' as unknown as Uri, restoration, drafts, services);
    const { registerPanels } = await import('../../../src/host/panel/panelCommands');
    const registered = registerPanels({ ...services, panels, register: (item) => item });
    run = (id, argument) => registered[`holysheep.${id}`](argument);
    closed = [];
    panels.onDidClose((each) => closed.push(each));
  };
  /** VS Code creates the view because it has become visible. */
  const createView = async (): Promise<FakeFrame> => {
    const view = new FakeFrame();
    await panels.resolveWebviewView(view as unknown as WebviewView);
    return view;
  };
  const ask = async (prompt: string): Promise<Conversation> => {
    const started = window.conversations.createInBackground();
    window.conversations.activate(started);
    started.ask({ prompt });
    window.engine.turn.emit(attempt(), done('an answer'));
    await waitForEvents();
    return started;
  };

  const reload = async (afterMs = 0): Promise<void> => {
    await drafts.flush();
    await window.journal.flush();
    panels.dispose();
    window.conversations.flushSync();
    await load(window.clock.now() + afterMs);
  };

  beforeEach(async () => {
    [tabs, commands, openIn, folder, memory] = [[], [], 'sideBar', temporaryFolder(), new Map<string, unknown>()];
    await load();
    conversation = await ask('about apples');
  });
  afterEach(async () => {
    panels.dispose();
    assert.deepEqual(window.errors, []);
    await window.journal.flush();
    removeTemporaryFolder(folder);
  });

  it('is an editor tab if the setting is "editor"', async () => {
    openIn = 'editor';
    panels.show(conversation);
    assert.deepEqual([panels.locationOf(conversation.id), commands], ['editor', []]);
    assert.equal((await tabs[0]!.load()).conversationId, conversation.id);
  });

  for (const enabled of [true, false]) {
    it(`shows formulas ${enabled ? 'if' : 'only if'} the setting "markdown.math.enabled" is on`, () => {
      isMathEnabled = enabled;
      openIn = 'editor';
      panels.show(conversation);
      assert.equal(tabs[0]!.webview.html.includes('dist/math.js'), enabled);
    });
  }

  it('is the side bar if the setting is "sideBar", even before VS Code has created the view', async () => {
    panels.show(conversation, { preserveFocus: true });
    assert.deepEqual(commands, [['holysheep.chat.focus', { preserveFocus: true }]]);
    assert.equal(panels.locationOf(conversation.id), 'sideBar');
    const view = await createView();
    assert.equal((await view.load()).conversationId, conversation.id);
    assert.deepEqual([tabs, view.title], [[], 'about apples']);
  });

  it('does not change when another command shows the conversation', async () => {
    panels.show(conversation);
    await createView();
    openIn = 'editor';
    panels.show(conversation, { location: 'editor' });
    assert.deepEqual([tabs, panels.locationOf(conversation.id)], [[], 'sideBar']);
  });

  it('is the location of the page on which the user opens the conversation', async () => {
    panels.show(window.conversations.startNew());
    const view = await createView();
    await view.load();
    openIn = 'editor';
    await view.send({ type: 'askSuggestion', kind: 'conversation', id: conversation.id });
    while (!panels.locationOf(conversation.id)) await waitForEvents();
    assert.equal(panels.locationOf(conversation.id), 'sideBar');
  });

  it('is the location of the failure card whose button starts the conversation', async () => {
    panels.show(conversation);
    const view = await createView();
    await view.load();
    openIn = 'editor';
    const { id } = conversation.last!.answer;
    await view.send({ type: 'action', answerId: id, action: 'newConversation' });
    assert.deepEqual([tabs, (await view.load()).items], [[], []]);
  });

  it('keeps prefilled prompts until the page in the side bar has loaded', async () => {
    panels.show(conversation);
    panels.prefill(conversation, { text: 'Explain' });
    const view = await createView();
    await view.load();
    assert.deepEqual(
      view.received.filter(({ type }) => type === 'prefill'),
      [{ type: 'prefill', text: 'Explain' }],
    );
  });

  it('is an editor tab after the user moves the conversation there before VS Code has created the view', async () => {
    panels.show(conversation);
    panels.move(conversation, 'editor');
    assert.equal(panels.locationOf(conversation.id), 'editor');
    assert.notEqual((await (await createView()).load()).conversationId, conversation.id);
  });

  describe('if a draft is opened in another location after a reload', () => {
    const unsent = { draft: 'half a thought', at: 1, changedAt: 1 };
    const open = async (location: PanelLocation): Promise<FakeFrame> => {
      panels.show(conversation, { location });
      return location === 'editor' ? tabs.at(-1)! : createView();
    };
    const type = async (draft: typeof unsent): Promise<void> => {
      const tab = await open('editor');
      await tab.load();
      await tab.send({ type: 'copyUnsent', unsent: draft });
    };
    const unsentInView = async (afterMs = 0): Promise<unknown> => {
      const { id } = conversation;
      await reload(afterMs);
      conversation = (await window.conversations.open(id)) ?? assert.fail('not found');
      return (await (await open('sideBar')).load()).unsent;
    };

    it('shows the text of the page before the reload', async () => {
      await type(unsent);
      assert.deepEqual(await unsentInView(), unsent);
    });

    it('shows the text of an empty conversation', async () => {
      conversation = window.conversations.startNew();
      await type(unsent);
      const { id } = conversation;
      await reload();
      const restored = (await window.conversations.openOrCreate(id)) ?? assert.fail('not found');
      panels.show(restored);
      assert.deepEqual((await (await createView()).load()).unsent, unsent);
    });

    it('shows no text that is older than a week', async () => {
      await type(unsent);
      assert.equal(await unsentInView(7 * 24 * 60 * 60 * 1000 + 2), undefined);
    });

    it('shows no text of a deleted conversation', async () => {
      await type(unsent);
      drafts.delete([conversation.id]);
      assert.equal(await unsentInView(), undefined);
    });

    it('receives no copy of a page on which nothing was typed', async () => {
      await type({ draft: '', at: 1 } as typeof unsent);
      assert.equal(await unsentInView(), undefined);
    });

    it('shows the text that was typed half a second before VS Code was killed', async () => {
      await type(unsent);
      await window.clock.advance(500);
      assert.deepEqual(memory.get('holysheep.unsent'), { [conversation.id]: unsent });
    });
  });

  describe('when the conversation moves', () => {
    const unsent = { draft: 'and pears', edits: [{ id: 'e', text: 'edited' }], at: 5 };
    let view: FakeFrame;
    beforeEach(async () => {
      panels.show(conversation);
      view = await createView();
      await view.load();
    });

    it('gives the next page the unsent text of the previous page', async () => {
      await view.send({ type: 'copyUnsent', unsent: { ...unsent, draft: 'and' } });
      await view.send({ type: 'copyUnsent', unsent });
      panels.move(conversation, 'editor');
      assert.deepEqual((await tabs[0]!.load()).unsent, unsent);
    });

    it('keeps the context items of the draft', async () => {
      await view.send({ type: 'attach', id: 'file:a' });
      panels.move(conversation, 'editor');
      assert.deepEqual(valuesOf((await tabs[0]!.load()).context, 'id'), ['file:a']);
    });

    it('keeps the conversation open and current', () => {
      panels.move(conversation, 'editor');
      assert.deepEqual([closed, window.conversations.current], [[], conversation]);
    });

    it('shows an empty conversation in the side bar', async () => {
      panels.move(conversation, 'editor');
      const { conversationId, items } = await view.load();
      assert.notEqual(conversationId, conversation.id);
      assert.deepEqual([items, view.title], [[], 'New conversation']);
    });

    it('leaves the focus in the new tab', async () => {
      panels.move(conversation, 'editor');
      const snapshots = [await tabs[0]!.load(), await view.load()];
      assert.deepEqual(valuesOf(snapshots, 'preserveFocus'), [false, true]);
    });

    it('gives the focus to the empty conversation when the user shows the side bar again', async () => {
      panels.move(conversation, 'editor');
      await view.load();
      view.setVisible(false);
      view.setVisible(true);
      assert.equal((await view.load()).preserveFocus, false);
    });

    it('closes the tab from which the conversation moves to the side bar', async () => {
      panels.move(conversation, 'editor');
      panels.move(conversation, 'sideBar');
      assert.equal(tabs[0]!.isClosed, true);
      assert.equal((await view.load()).conversationId, conversation.id);
    });

    it('ignores a late message of the previous page', async () => {
      panels.move(conversation, 'editor');
      await view.send({ type: 'copyUnsent', unsent });
      assert.equal((await view.load()).unsent, undefined);
    });

    it('does nothing if the conversation is already there', () => {
      panels.move(conversation, 'sideBar');
      assert.deepEqual([tabs, panels.locationOf(conversation.id)], [[], 'sideBar']);
    });
  });

  describe('side bar', () => {
    let view: FakeFrame;
    beforeEach(async () => {
      panels.show(conversation);
      view = await createView();
    });

    it('shows a conversation in place of the previous one', async () => {
      const other = await ask('about pears');
      panels.show(other);
      assert.equal((await view.load()).conversationId, other.id);
      assert.deepEqual([closed, panels.locationOf(conversation.id)], [[conversation], undefined]);
    });

    it('makes the conversation visible only while VS Code shows the view', () => {
      assert.equal(panels.isVisible(conversation.id), true);
      view.setVisible(false);
      assert.equal(panels.isVisible(conversation.id), false);
    });

    it('shows the same conversation after the view was hidden', async () => {
      await view.load();
      view.setVisible(false);
      view.setVisible(true);
      assert.equal((await view.load()).conversationId, conversation.id);
    });

    it('closes the conversation when VS Code removes the view', () => {
      view.dispose();
      assert.deepEqual([closed, panels.locationOf(conversation.id)], [[conversation], undefined]);
    });

    it('shows an empty conversation after the conversation was deleted', async () => {
      await window.conversations.remove(conversation.id);
      panels.close(conversation.id);
      assert.deepEqual((await view.load()).items, []);
    });

    it('enables the commands in the title only if the conversation has a prompt', () => {
      const key = 'holysheep.chat.hasConversation';
      assert.equal(contexts.get(key), true);
      panels.show(window.conversations.startNew());
      assert.equal(contexts.get(key), false);
    });

    it('gives the draft of a replaced empty conversation to the next empty conversation', async () => {
      const { conversations } = window;
      panels.show(conversations.startNew());
      await view.load();
      await view.send({ type: 'copyUnsent', unsent: { draft: 'half a thought', at: 1 } });
      panels.show(conversation);
      assert.equal((await view.load()).unsent, undefined);
      panels.show(conversations.startNew());
      assert.equal((await view.load()).unsent?.draft, 'half a thought');
    });

    it('keeps the draft of a conversation whose turns were all deleted', async () => {
      await view.load();
      await view.send({ type: 'copyUnsent', unsent: { draft: 'half a thought', at: 1 } });
      conversation.deleteExchange(conversation.last!.exchange.id);
      panels.show(window.conversations.startNew());
      assert.equal((await view.load()).unsent, undefined);
      panels.show(conversation);
      assert.equal((await view.load()).unsent?.draft, 'half a thought');
    });

    it('makes the conversation current when the page gets the focus', async () => {
      openIn = 'editor';
      panels.show(await ask('about pears'));
      await view.load();
      await view.send({ type: 'focus' });
      assert.equal(window.conversations.current, conversation);
    });
  });

  describe('for a command', () => {
    it('is the side bar after Open in Side Bar', async () => {
      openIn = 'editor';
      panels.show(conversation);
      await run('openInSideBar');
      assert.deepEqual([panels.locationOf(conversation.id), openIn], ['sideBar', 'editor']);
    });

    it('becomes the default location if the argument is "always"', async () => {
      await run('openInEditor', 'always');
      assert.deepEqual([tabs.length, panels.locationForNew], [1, 'editor']);
    });

    it('is the side bar, with the conversation from before the reload, if no conversation is current', async () => {
      panels.show(conversation);
      await createView();
      await reload();
      await run('openInSideBar');
      assert.equal((await (await createView()).load()).conversationId, conversation.id);
    });
  });

  describe('title commands of the view', () => {
    for (const { command } of manifest.contributes.menus['view/title']) {
      if (command.startsWith('holysheep.chat.')) {
        it(`include ${command}`, () => assert.ok(viewCommands.has(command)));
      }
    }

    it('act on the conversation in the view', async () => {
      panels.show(conversation);
      await createView();
      openIn = 'editor';
      panels.show(await ask('about pears'));
      await viewCommands.get('holysheep.chat.renameConversation')?.();
      assert.deepEqual(
        [commands.at(-1), window.conversations.current],
        [['holysheep.renameConversation'], conversation],
      );
    });
  });

  describe('when VS Code creates the view', () => {
    it('shows the current conversation if it has no panel', async () => {
      assert.equal((await (await createView()).load()).conversationId, conversation.id);
    });

    it('shows an empty conversation if the current conversation is in a tab', async () => {
      openIn = 'editor';
      panels.show(conversation);
      assert.deepEqual((await (await createView()).load()).items, []);
      assert.equal(window.conversations.current, conversation);
    });

    for (const [behavior, isRemoved] of [
      ['shows the conversation that was in the view before a reload', false],
      ['shows the conversation that was in the view before VS Code removed the view', true],
    ] as const) {
      it(behavior, async () => {
        panels.show(conversation);
        const view = await createView();
        if (isRemoved) view.dispose();
        else await reload();
        await window.conversations.open((await ask('about pears')).id);
        assert.equal((await (await createView()).load()).conversationId, conversation.id);
      });
    }

    describe('after a reload', () => {
      beforeEach(async () => {
        panels.show(conversation);
        await createView();
        await reload();
      });

      it('keeps the conversation current that the user has chosen while the view was being restored', async () => {
        window.conversations.startNew();
        const restored = createView();
        const choice = window.conversations.createInBackground();
        window.conversations.activate(choice);
        await restored;
        assert.equal(window.conversations.current?.id, choice.id);
      });

      it('shows an empty conversation if the last conversation cannot be read', async () => {
        const problem = new Error('EIO');
        window.conversations.openOrCreate = () => Promise.reject(problem);
        assert.deepEqual((await (await createView()).load()).items, []);
        assert.deepEqual(window.errors.splice(0), [problem]);
      });
    });

    it('shows an interrupted conversation that was in the view before a reload, instead of opening a tab', async () => {
      const { id } = conversation;
      panels.show(conversation);
      await createView();
      conversation.ask({ prompt: 'and pears?' });
      window.engine.turn.emit(attempt());
      await reload();
      const interrupted = await window.conversations.openInterrupted();
      panels.reopen(interrupted);
      assert.deepEqual([valuesOf(interrupted, 'id'), tabs], [[id], []]);
      assert.deepEqual(commands.at(-1), ['holysheep.chat.focus', { preserveFocus: true }]);
      assert.equal((await (await createView()).load()).conversationId, id);
    });
  });
});
