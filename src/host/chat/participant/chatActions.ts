import type * as vscode from 'vscode';
import type { Localize } from '../../../engine/engine';
import type { FaultAction } from '../../../engine/events';
import { askAgainPrompt, continuePrompt } from './chatHistory';
import { parseChatMetadata } from './chatMetadata';

/** Actions of the buttons in the chat. */
export const chatActions = [
  'retryNow',
  'askAgain',
  'continue',
  'tryAnyway',
  'moreRoom',
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

/**
 * Returns the buttons below a failed answer: the actions that the panel would offer, without those that are impossible
 * in the chat.
 */
export function failureButtons(actions: readonly FaultAction[]): readonly ChatAction[] {
  return [...new Set(actions.map(chatActionFor).filter((action) => action !== undefined))];
}

/**
 * Returns the chat's equivalent of an action of the panel. A failed turn can't be retried in the chat, so its prompt is
 * sent again.
 */
function chatActionFor(action: FaultAction): ChatAction | undefined {
  switch (action) {
    case 'retryNow':
    case 'restart':
      return 'askAgain';
    case 'details':
    case 'switchRoute':
    case 'continueWithFallback':
    case 'sendLater':
      return undefined;
    default:
      return action;
  }
}

/** Returns the title of the button for an action. */
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
    case 'moreRoom':
      return localize('Retry with more room');
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

/**
 * Returns the prompts that VS Code suggests after an answer.
 * @param metadata the metadata of the chat result
 */
export function chatFollowups(metadata: unknown, localize: Localize): vscode.ChatFollowup[] {
  const { state, command, code, hasText } = parseChatMetadata(metadata) ?? { state: 'note' };
  switch (state) {
    case 'done': {
      if (!code) return [];
      // Includes the location of the code in the label of the suggestion, because the cursor may be in other code by
      // now.
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

/**
 * Returns a suggestion with an empty slash command. If the command were undefined, VS Code would use the slash command
 * of the previous prompt.
 */
function promptFollowup(prompt: string): vscode.ChatFollowup {
  return { prompt, command: '' };
}
