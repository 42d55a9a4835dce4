import * as vscode from 'vscode';
import type { FaultAction } from '../../shared/protocol';
import type { SetApiKeyResult } from '../connection/connectionCommands';
import type { Conversation } from '../conversation/conversation';
import type { Exchange } from '../conversation/exchange';
import { demoNote } from '../demo/demoNotes';
import type { Log } from '../diagnostics/log';
import { toast } from '../ui/notifications';
import { billingPage } from './links';
import { whileHeld, type Holder } from './whileHeld';

export interface FailureActionDeps extends Holder {
  /** Another one that can answer the exchange. @returns undefined when the user chose none. */
  readonly pickModel: (exchange: Exchange) => Promise<string | undefined>;
  /** Of the base URL, e.g. `https://api.holysheep.ai`. */
  readonly origin: () => Promise<string>;
  readonly log: Pick<Log, 'error'>;
  /** A fresh conversation with the prompt in its composer. */
  readonly startOver: (prompt: string) => void;
}

/** What the buttons of a wait, of a failure and of the end of a turn do. */
export async function failureAction(
  deps: FailureActionDeps,
  conversation: Conversation,
  exchangeId: string,
  action: FaultAction,
): Promise<void> {
  const exchange = conversation.exchange(exchangeId);
  if (!exchange) return;
  const note = exchange.demo && demoNote(action);
  if (note) {
    toast(deps.log, 'information', note.message, note.actions);
    return;
  }
  switch (action) {
    case 'retryNow':
      conversation.retryNow(exchangeId);
      return;
    case 'tryAnyway':
      conversation.tryAnyway(exchangeId);
      return;
    case 'continue':
      conversation.continue(exchangeId);
      return;
    case 'restart':
      conversation.restart(exchangeId);
      return;
    case 'switchModel':
      return whileHeld(deps, conversation, async () => {
        const model = await deps.pickModel(exchange);
        if (model !== undefined) conversation.switchModel(exchangeId, model);
      });
    case 'setApiKey':
      return whileHeld(deps, conversation, async () => {
        const result = await vscode.commands.executeCommand<SetApiKeyResult | undefined>('holysheep.setApiKey');
        if (result?.state === 'verified' || result?.state === 'unverified') conversation.retryNow(exchangeId);
      });
    case 'openBilling':
      await vscode.env.openExternal(vscode.Uri.parse(billingPage(await deps.origin()), true));
      return;
    case 'checkUrl':
      return openSettings('holysheep.baseUrl');
    case 'networkSettings':
      return openSettings('http.proxy');
    case 'newConversation':
      deps.startOver(exchange.prompt);
      return;
    case 'showLog':
    case 'exportDiagnostics':
      await vscode.commands.executeCommand(`holysheep.${action}`);
      return;
    case 'details':
      // Opened by the webview itself.
      return;
  }
}

async function openSettings(query: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', query);
}
