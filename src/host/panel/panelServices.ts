import type { TextTarget } from '../code/editorTarget';
import type { Connections } from '../connection/connections';
import type { ContextSource } from '../context/contextSource';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { PromptInput } from '../conversation/exchange';
import type { PromptHistory } from '../conversation/promptHistoryStore';
import type { DemoMode } from '../demo/demoMode';
import type { DemoTour } from '../demo/demoTour';
import type { Log } from '../diagnostics/log';
import type { ModelCatalog } from '../models/modelCatalog';
import type { Settings } from '../settings/settings';

/** Text that a command puts into a composer. */
export interface PrefilledPrompt {
  readonly text: string;
  /** The whole prompt where it is more than its words; it comes back with them. */
  readonly more?: PromptInput | undefined;
  /** The page sends it when there is a key, if it still stands there. */
  readonly awaitsKey?: boolean | undefined;
}

/** What prompts use of the panels. */
interface Panels {
  show(conversation: Conversation, options: { readonly preserveFocus: boolean }): void;
  compose(conversation: Conversation, prefilled: PrefilledPrompt): void;
}

/** What the panels use of the other services of the extension. */
export interface PanelServices {
  readonly conversations: Conversations;
  readonly connections: Pick<Connections, 'view' | 'own' | 'model' | 'selectModel' | 'onDidChange'>;
  readonly catalog: Pick<ModelCatalog, 'pickOther' | 'pickOrOnce'>;
  readonly settings: Pick<Settings, 'engine'>;
  readonly demo: Pick<DemoMode, 'answers' | 'leave'>;
  readonly tour: Pick<DemoTour, 'suggestions' | 'guide' | 'act' | 'ask'>;
  readonly promptHistory: Pick<PromptHistory, 'add' | 'list' | 'deletedConversations'>;
  readonly target: Pick<TextTarget, 'insert' | 'apply' | 'newFile'>;
  readonly contextSource: Pick<ContextSource, 'suggest' | 'resolve' | 'pick'>;
  readonly log: Log;
  /** The one error boundary. */
  readonly onError: (error: unknown) => void;
}

/** What one panel uses: a prompt or a new conversation may need another panel. */
export interface SessionServices extends PanelServices {
  readonly panels: Panels;
}
