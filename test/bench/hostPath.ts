import { Conversations } from '../../src/host/conversation/conversations';
import { Journal } from '../../src/host/journal/journal';
import { ConversationPanel } from '../../src/host/panel/conversationPanel';
import { Draft } from '../../src/host/panel/draft';
import type { PanelFrame } from '../../src/host/panel/panelFrame';
import type { PanelServices } from '../../src/host/panel/panelServices';
import { systemClock } from '../../src/host/util/systemClock';
import { storeIn } from '../support/storeIn';
import { temporaryFolder } from '../support/temporaryFolder';
import { engineFor, type Endpoint } from './clients';
import { TestBudget } from '../support/host/testBudget';
import { fakeSets } from '../support/host/fakeSets';

const noSubscription = () => ({ dispose: () => undefined });
const onError = (error: unknown): void => {
  throw error;
};

/** Asks prompts in panels. Each answer goes through the journal to the disk, and through messages to the page. */
export class HostPath {
  /** The last panel stays open, because people read an answer before they ask the next prompt. */
  private closeLast = (): Promise<void> => Promise.resolve();
  private readonly journal = new Journal({
    folder: temporaryFolder(),
    clock: systemClock,
    limit: () => 10,
    keptIds: () => Promise.resolve(new Set()),
    onProblem: onError,
  });
  private readonly conversations: Conversations;

  constructor(endpoint: Endpoint) {
    const engine = engineFor(endpoint);
    this.conversations = new Conversations({
      gatewaySets: fakeSets({
        run: (...turn) => engine.run(...turn),
        defaults: () => ({ model: 'gpt-4o', systemPrompt: '' }),
      }).gatewaySets,
      clock: systemClock,
      journal: this.journal,
      resumeSetting: () => 'auto',
      budget: new TestBudget(),
      workspaceState: storeIn(new Map()),
      onEvent: () => undefined,
      onError,
    });
  }

  async read(): Promise<number> {
    const { journal, conversations } = this;
    const conversation = conversations.startNew();
    const services = servicesOf(conversations);
    const panel = new ConversationPanel(loadedPage(), conversation, services, new Draft(services, () => undefined));
    await new Promise((resolve) => setImmediate(resolve));
    const ended = new Promise<void>((resolve) => {
      conversation.log.onDidChangeState(() => {
        if (conversation.last?.answer.state.phase === 'done') resolve();
      });
    });
    conversation.ask({ prompt: 'hi' });
    await ended;
    await journal.flush();
    await this.closeLast();
    this.closeLast = () => {
      panel.dispose();
      return journal.close(conversation.id);
    };
    return conversation.last?.answer.state.text.length ?? 0;
  }
}

/** A page that listens. VS Code encodes each message for the page, and once more for the process with the window. */
export function loadedPage(): PanelFrame {
  const webview = {
    postMessage: (message: unknown) => Promise.resolve(JSON.stringify([JSON.stringify(message)]) !== ''),
    onDidReceiveMessage: (receive: (message: unknown) => void) => {
      queueMicrotask(() => receive({ type: 'ready' }));
      return noSubscription();
    },
  };
  const showTitle = (): void => undefined;
  return { visible: true, webview, showTitle, onDidChangeState: noSubscription } as unknown as PanelFrame;
}

export function servicesOf(conversations: Conversations): PanelServices {
  return {
    conversations,
    gatewaySets: fakeSets({ defaults: () => ({ model: 'gpt-4o', systemPrompt: '' }) }).gatewaySets,
    catalog: { factsOf: () => undefined, recent: () => Promise.resolve({ used: [], compared: [] }) },
    efforts: { viewOf: () => undefined, onDidChange: noSubscription },
    tour: { currentStep: () => undefined },
    suggestions: { list: () => Promise.resolve([]), onDidChange: noSubscription },
    promptHistory: { list: () => [], deletedConversations: () => [] },
    contextSource: {},
    onError,
  } as unknown as PanelServices;
}
