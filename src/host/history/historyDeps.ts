import type { Conversations } from '../conversation/conversations';
import type { Log } from '../log';
import type { ConversationPanels } from '../panel/conversationPanels';

/** What is done to conversations that may not be open. */
export interface HistoryDeps {
  readonly conversations: Pick<Conversations, 'list' | 'search' | 'open' | 'read' | 'remove' | 'rename'>;
  readonly panels: Pick<ConversationPanels, 'show' | 'isShown' | 'close'>;
  readonly startConversation: () => void;
  readonly log: Pick<Log, 'error'>;
  /** The one error boundary. */
  readonly onError: (error: unknown) => void;
}

/** Which conversation, and what it is called. */
export interface NamedConversation {
  readonly id: string;
  /** Given by the person, or what the first prompt begins with. */
  readonly title: string;
}
