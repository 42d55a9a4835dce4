import type { EditorTarget } from '../code/editorTarget';
import type { Connections } from '../connection/connections';
import type { OwnGateways } from '../connection/ownGateways';
import type { ModelEfforts } from '../connection/modelEfforts';
import type { ContextSource } from '../context/contextSource';
import type { ContextUseOf } from '../conversation/contextUse';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { PromptHistory } from '../conversation/promptHistoryStore';
import type { DemoMode } from '../connection/demoMode';
import type { DemoTour } from '../demo/demoTour';
import type { PromptInput } from '../journal/records';
import type { Budget } from '../health/budget';
import type { ModelCatalog } from '../models/modelCatalog';
import type { Scheduler } from '../schedule/scheduler';
import type { Settings } from '../settings/settings';
import type { HostWindow } from '../hostWindow';
import type { Suggestions } from './suggestions';

export interface PrefilledPrompt {
  readonly text: string;
  /** The complete prompt if it has code, attachments, a model or an effort. The page returns it when the user sends the text. */
  readonly more?: PromptInput | undefined;
}

export interface PanelServices extends Pick<HostWindow, 'log' | 'onError'> {
  readonly conversations: Conversations;
  /** Asks whether prompts may go to a gateway over plain HTTP if it is the only one with one of the models. */
  readonly mayUsePlainHttp: (models: readonly string[]) => Promise<boolean>;
  readonly connections: Pick<Connections, 'view' | 'model' | 'selectModel' | 'onDidChange'>;
  readonly ownGateways: OwnGateways;
  readonly efforts: Pick<ModelEfforts, 'viewOf' | 'choose' | 'onDidChange'>;
  readonly catalog: Pick<
    ModelCatalog,
    'pickOther' | 'pickForPrompt' | 'pickCompared' | 'nearestTo' | 'canReplace' | 'factsOf'
  >;
  readonly contextUse: ContextUseOf;
  readonly settings: Settings;
  readonly budget: Pick<Budget, 'mayStart'>;
  readonly demo: Pick<DemoMode, 'answers' | 'leave'>;
  readonly tour: Pick<DemoTour, 'currentStep' | 'perform' | 'ask'>;
  readonly suggestions: Pick<Suggestions, 'list' | 'codePrompt' | 'onDidChange'>;
  readonly promptHistory: Pick<PromptHistory, 'add' | 'list' | 'deletedConversations'>;
  readonly target: Pick<EditorTarget, 'insert' | 'apply' | 'newFile'>;
  readonly contextSource: Pick<ContextSource, 'suggest' | 'resolve' | 'browse'>;
  readonly schedule: Pick<Scheduler, 'schedule' | 'sendNow'>;
  readonly panels: {
    open(id: string): Promise<boolean>;
    show(conversation: Conversation, options: { readonly preserveFocus: boolean }): void;
    prefill(conversation: Conversation, prefilled: PrefilledPrompt): void;
  };
}
