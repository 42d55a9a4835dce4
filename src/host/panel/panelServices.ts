import type { EditorTarget } from '../code/editorTarget';
import type { GatewaySets } from '../connection/gatewaySet';
import type { UserGateways } from '../connection/userGateways';
import type { ModelEfforts } from '../connection/modelEfforts';
import type { ContextSource } from '../context/contextSource';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { PromptHistory } from '../conversation/promptHistoryStore';
import type { ImageStore } from '../journal/imageStore';
import type { PromptInput } from '../journal/records';
import type { BudgetDecisions } from '../health/budget';
import type { ModelCatalog } from '../models/modelCatalog';
import type { Scheduler } from '../schedule/scheduler';
import type { PanelLocation, Settings } from '../settings/settings';
import type { HostWindow } from '../hostWindow';
import type { Suggestions } from './suggestions';
import type { Tour } from './tour';

export interface PrefilledPrompt {
  readonly text: string;
  /**
   * The complete prompt if it has more than a text: code, attachments, models or a reasoning effort. The page returns
   * this object when the user sends the text.
   */
  readonly more?: PromptInput | undefined;
}

export interface ShowOptions {
  /** Whether the focus stays where it is. */
  readonly preserveFocus?: boolean | undefined;
  /**
   * Location for a conversation without a panel. The default is the setting `holysheep.openIn`.
   */
  readonly location?: PanelLocation | undefined;
}

/** The panels of this window, implemented by `PanelRegistry`. */
export interface Panels {
  open(id: string, options?: ShowOptions): Promise<boolean>;
  /** Returns whether a conversation has a panel. VS Code might restore that panel only when it becomes visible. */
  hasPanel(conversation: Conversation): boolean;
  show(conversation: Conversation, options?: ShowOptions): void;
  /** Location for a new conversation: that of the current conversation, or else the setting `holysheep.openIn`. */
  readonly locationForNew: PanelLocation;
  prefill(conversation: Conversation, prefilled: PrefilledPrompt): void;
}

/** Custom prompts, implemented by `CustomPrompts`. */
interface RunnablePrompts {
  /** Returns the custom prompts that can be run without asking for consent. */
  list(): readonly { readonly title: string; readonly template: string; readonly from: 'user' | 'workspace' }[];
}

export interface PanelServices extends HostWindow {
  readonly panels: Panels;
  readonly conversations: Conversations;
  readonly gatewaySets: GatewaySets;
  readonly userGateways: UserGateways;
  readonly efforts: ModelEfforts;
  readonly catalog: ModelCatalog;
  readonly settings: Settings;
  readonly budget: BudgetDecisions;
  readonly tour: Tour;
  readonly suggestions: Suggestions;
  readonly promptHistory: PromptHistory;
  readonly customPrompts: RunnablePrompts;
  readonly target: EditorTarget;
  readonly contextSource: ContextSource;
  /** The image files of the workspace's conversations. */
  readonly images: ImageStore;
  readonly schedule: Scheduler;
}
