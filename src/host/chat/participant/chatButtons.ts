import * as vscode from 'vscode';
import type { Localize } from '../../../engine/engine';
import type { SetApiKeyResult } from '../../connection/storeApiKey';
import { billingPage } from '../../ui/panelText';
import { UserError } from '../../util/userError';
import type { ChatAction } from './chatActions';
import { askAgainPrompt, continuePrompt } from './chatHistory';
import { participantName } from './chatMetadata';
import type { ChatTurns } from './chatTurns';

export interface ChatActionDeps {
  readonly turns: ChatTurns;
  readonly localize: Localize;
  /** Lets the user choose a model. Resolves to undefined if the user canceled. */
  readonly pickModel: () => Promise<string | undefined>;
  /** Saves the model in the settings. */
  readonly setModel: (id: string) => Thenable<void>;
  /** Returns the origin of the base URL, for example `https://api.holysheep.ai`. */
  readonly origin: () => Promise<string>;
}

/**
 * Runs the action of a chat button.
 * @throws UserError if the action is no longer possible
 */
export async function runChatAction(deps: ChatActionDeps, turnId: string, action: ChatAction): Promise<void> {
  const { turns, localize } = deps;
  switch (action) {
    case 'retryNow': {
      const running = turns.get(turnId);
      if (!running?.waitActions) throw new UserError(vscode.l10n.t('This request is no longer waiting to be sent.'));
      if (running.waitActions.includes('tryAnyway')) running.turn.tryAnyway();
      else running.turn.retryNow();
      return;
    }
    case 'askAgain':
      return submitPrompt(deps, turnId, askAgainPrompt(localize));
    case 'continue':
      return submitPrompt(deps, turnId, continuePrompt(localize));
    case 'tryAnyway':
    case 'moreRoom':
      return turns.startNext(action, () => submitPrompt(deps, turnId, askAgainPrompt(localize)));
    case 'switchModel': {
      if (turns.pickedInChat) {
        await vscode.commands.executeCommand('workbench.action.chat.openModelPicker');
        return;
      }
      const model = await deps.pickModel();
      if (model === undefined) return;
      await deps.setModel(model);
      if (turns.isLast(turnId)) await submitPrompt(deps, turnId, askAgainPrompt(localize));
      return;
    }
    case 'setApiKey': {
      const result = await vscode.commands.executeCommand<SetApiKeyResult | undefined>('holysheep.setApiKey');
      const isStored = result?.state === 'verified' || result?.state === 'unverified';
      if (isStored && turns.isLast(turnId)) await submitPrompt(deps, turnId, askAgainPrompt(localize));
      return;
    }
    case 'openBilling': {
      const page = billingPage(await deps.origin());
      if (page !== undefined) await vscode.env.openExternal(vscode.Uri.parse(page, true));
      return;
    }
    case 'checkUrl':
      await vscode.commands.executeCommand('workbench.action.openSettings', 'holysheep.baseUrl');
      return;
    case 'networkSettings':
      await vscode.commands.executeCommand('workbench.action.openSettings', 'http.proxy');
      return;
    case 'newConversation':
      await vscode.commands.executeCommand('workbench.action.chat.newChat');
      return;
    case 'showLog':
    case 'exportDiagnostics':
      await vscode.commands.executeCommand(`holysheep.${action}`);
      return;
  }
}

/**
 * Sends a prompt in the chat as if the user had typed it. Text that the user is typing in the input box is preserved.
 */
async function submitPrompt({ turns }: ChatActionDeps, turnId: string, prompt: string): Promise<void> {
  assertLatestAnswer(turns, turnId);
  const query = `@${participantName} ${prompt}`;
  await vscode.commands.executeCommand('workbench.action.chat.open', { query, preserveInput: true });
}

/**
 * Checks that the answer with the button is the last one, because the prompt that the button sends refers to the last
 * answer.
 * @throws UserError if the answer is still in progress, or is no longer the last answer
 */
function assertLatestAnswer(turns: ChatTurns, turnId: string): void {
  if (turns.get(turnId)) throw new UserError(vscode.l10n.t('This answer is still in progress.'));
  if (turns.isSuperseded(turnId)) {
    throw new UserError(vscode.l10n.t('You have asked another question since then. Ask again in the chat.'));
  }
}
