import type {
  ConnectionView,
  ContextSuggestion,
  DemoAct,
  DemoGuide,
  FaultAction,
  Suggestion,
} from '../../shared/protocol';
import type { ContextDraft } from '../context/contextDraft';
import type { Conversation } from '../conversation/conversation';
import type { Exchange, PromptInput } from '../conversation/exchange';
import type { ModelPick } from '../models/modelPick';
import type { SendOptions } from './promptSender';
import type { Holder } from './whileHeld';

/** What a panel has of the rest of the extension. */
export interface PanelContext extends Holder {
  /** Where the next prompt of a conversation goes. */
  readonly connection: (conversation: Conversation) => Promise<ConnectionView>;
  readonly suggestions: () => readonly Suggestion[];
  readonly promptHistory: () => readonly string[];
  /** Ids of conversations that were deleted. */
  readonly deletedConversations: () => readonly string[];
  readonly send: (input: PromptInput, options: SendOptions) => Promise<void>;
  readonly remember: (prompt: string, conversationId: string) => Promise<void>;
  readonly failureAction: (conversation: Conversation, exchangeId: string, action: FaultAction) => Promise<void>;
  /** Another one that can answer the exchange. @returns undefined when the user chose none. */
  readonly pickModel: (exchange: Exchange) => Promise<string | undefined>;
  /** One for the next prompts of a conversation, of the gateway they go to. */
  readonly pickModelOrOnce: (conversation: Conversation) => Promise<ModelPick | undefined>;
  readonly selectModel: (conversation: Conversation, model: string) => Promise<void>;
  readonly contextDraft: () => ContextDraft;
  readonly suggestContext: (query: string) => Promise<readonly ContextSuggestion[]>;
  /** Absent: the demo does not lead this conversation. */
  readonly demoGuide: (conversation: Conversation) => DemoGuide | undefined;
  readonly demoAct: (conversation: Conversation, act: DemoAct) => void;
  /** @param id of a suggestion */
  readonly askSuggestion: (conversation: Conversation, id: string) => void;
  readonly leaveDemo: () => unknown;
  readonly insert: (text: string) => Promise<void>;
  readonly apply: (exchange: Exchange, text: string) => Promise<void>;
  readonly newFile: (text: string, language: string) => Promise<void>;
  /** Asks the window that writes a conversation to hand it over. */
  readonly openHere: (conversation: Conversation) => Promise<void>;
  readonly copyRequest: (conversation: Conversation, exchangeId: string) => Promise<void>;
  /** The one error boundary. */
  readonly onError: (error: unknown) => void;
}
