import * as vscode from 'vscode';
import type { Localize } from '../../../engine/engine';
import type { SetApiKeyResult } from '../../connection/storeApiKey';
import { billingPage } from '../../panel/panelText';
import { UserError } from '../../util/userError';
import type { ChatAction } from './chatActions';
import { askAgainPrompt, continuePrompt } from './chatHistory';
import { participantName } from './chatMetadata';
import type { ChatTurns } from './chatTurns';

export interface ChatActionDeps {
  readonly turns: ChatTurns;
  readonly localize: Localize;
  /** @returns undefined when the user chose none. */
  readonly pickModel: () => Promise<string | undefined>;
  /** The one of the settings. */
  readonly setModel: (id: string) => Thenable<void>;
  /** Of the base URL, e.g. `https://api.holysheep.ai`. */
  readonly origin: () => Promise<string>;
}

/** What the buttons in the chat do. @throws UserError where there is nothing any more that could be done */
export async function runChatAction(deps: ChatActionDeps, id: string, action: ChatAction): Promise<void> {
  const { turns, localize } = deps;
  switch (action) {
    case 'retryNow': {
      const running = turns.get(id);
      if (!running?.waitActions) throw new UserError(vscode.l10n.t('This answer is no longer waiting.'));
      if (running.waitActions.includes('tryAnyway')) running.turn.tryAnyway();
      else running.turn.retryNow();
      return;
    }
    case 'askAgain':
      return submitPrompt(deps, id, askAgainPrompt(localize));
    case 'continue':
      return submitPrompt(deps, id, continuePrompt(localize));
    case 'tryAnyway':
      return turns.tryAnywayNext(() => submitPrompt(deps, id, askAgainPrompt(localize)));
    case 'switchModel': {
      if (turns.pickedInChat) {
        await vscode.commands.executeCommand('workbench.action.chat.openModelPicker');
        return;
      }
      const model = await deps.pickModel();
      if (model === undefined) return;
      await deps.setModel(model);
      if (turns.isLast(id)) await submitPrompt(deps, id, askAgainPrompt(localize));
      return;
    }
    case 'setApiKey': {
      const result = await vscode.commands.executeCommand<SetApiKeyResult | undefined>('holysheep.setApiKey');
      const stored = result?.state === 'verified' || result?.state === 'unverified';
      if (stored && turns.isLast(id)) await submitPrompt(deps, id, askAgainPrompt(localize));
      return;
    }
    case 'openBilling':
      await vscode.env.openExternal(vscode.Uri.parse(billingPage(await deps.origin()), true));
      return;
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

/** As if the person had typed it; what they are typing stays. */
async function submitPrompt({ turns }: ChatActionDeps, id: string, word: string): Promise<void> {
  assertLatestAnswer(turns, id);
  const query = `@${participantName} ${word}`;
  await vscode.commands.executeCommand('workbench.action.chat.open', { query, preserveInput: true });
}

/** The words of a button mean the last answer of a chat. */
function assertLatestAnswer(turns: ChatTurns, id: string): void {
  if (turns.get(id)) throw new UserError(vscode.l10n.t('This answer is still in progress.'));
  if (turns.isSuperseded(id)) {
    throw new UserError(vscode.l10n.t('You have asked something else since. Ask again in the chat.'));
  }
}
