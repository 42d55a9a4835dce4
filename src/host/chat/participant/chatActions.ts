import type { Localize } from '../../../engine/engine';
import type { FaultAction } from '../../../engine/events';

/** What a button in the chat does. */
export const chatActions = [
  'retryNow',
  'askAgain',
  'continue',
  'tryAnyway',
  'switchModel',
  'setApiKey',
  'openBilling',
  'checkUrl',
  'networkSettings',
  'newConversation',
  'showLog',
  'exportDiagnostics',
] as const;

export type ChatAction = (typeof chatActions)[number];

export function isChatAction(value: unknown): value is ChatAction {
  return chatActions.some((action) => action === value);
}

/** The buttons below a failure: what the panel offers, as far as a chat can do it. */
export function failureButtons(actions: readonly FaultAction[]): readonly ChatAction[] {
  return [...new Set(actions.map(buttonOf).filter((action) => action !== undefined))];
}

/** A turn that has failed is over: to retry it is to ask again. */
function buttonOf(action: FaultAction): ChatAction | undefined {
  switch (action) {
    case 'retryNow':
    case 'restart':
      return 'askAgain';
    case 'details':
      return undefined;
    default:
      return action;
  }
}

export function actionTitle(action: ChatAction, localize: Localize): string {
  switch (action) {
    case 'retryNow':
      return localize('Retry now');
    case 'askAgain':
      return localize('Ask again');
    case 'continue':
      return localize('Continue');
    case 'tryAnyway':
      return localize('Try anyway');
    case 'switchModel':
      return localize('Switch model');
    case 'setApiKey':
      return localize('Set API key');
    case 'openBilling':
      return localize('Open billing');
    case 'checkUrl':
      return localize('Check URL');
    case 'networkSettings':
      return localize('Proxy and certificate settings');
    case 'newConversation':
      return localize('New conversation');
    case 'showLog':
      return localize('Show log');
    case 'exportDiagnostics':
      return localize('Export diagnostics');
  }
}
