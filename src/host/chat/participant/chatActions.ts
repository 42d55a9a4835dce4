import type * as vscode from 'vscode';
import type { Localize } from '../../../engine/engine';
import type { FaultAction } from '../../../engine/events';
import { askAgainPrompt, continuePrompt } from './chatHistory';
import { parseChatMetadata } from './chatMetadata';

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
  return [...new Set(actions.map(chatActionFor).filter((action) => action !== undefined))];
}

/** A turn that has failed is over: to retry it is to ask again. */
function chatActionFor(action: FaultAction): ChatAction | undefined {
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

/** What may come next. @param metadata of the result */
export function chatFollowups(metadata: unknown, localize: Localize): vscode.ChatFollowup[] {
  const { state, command, code, hasText } = parseChatMetadata(metadata) ?? { state: 'note' };
  switch (state) {
    case 'done': {
      if (!code) return [];
      // Its place stands for the code, wherever the cursor has gone.
      const { label: prompt } = code;
      const fix = { prompt, command: 'fix', label: localize('Fix {0}', { 0: prompt }) };
      const tests = { prompt, command: 'tests', label: localize('Write tests for {0}', { 0: prompt }) };
      return command === 'explain' ? [fix, tests] : command === 'fix' ? [tests] : [];
    }
    case 'length':
      return [promptFollowup(continuePrompt(localize))];
    case 'stopped':
    case 'failed':
      return hasText
        ? [promptFollowup(continuePrompt(localize)), promptFollowup(askAgainPrompt(localize))]
        : [promptFollowup(askAgainPrompt(localize))];
    case 'note':
      return [];
  }
}

/** Else it would go to the command of the turn before. */
function promptFollowup(prompt: string): vscode.ChatFollowup {
  return { prompt, command: '' };
}
