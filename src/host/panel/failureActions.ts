import * as vscode from 'vscode';
import type { FaultAction } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';
import { demoNoticeFor } from '../demo/demoNotices';
import { enterApiKey, searchSettings, showInStatusBar, showToast } from '../ui/notifications';
import { pickOtherModel } from './editPrompt';
import type { PanelServices } from './panelServices';
import { billingPage } from '../ui/panelText';
import { startConversation } from './promptSender';

export async function runFailureAction(
  services: PanelServices,
  conversation: Conversation,
  exchangeId: string,
  action: FaultAction,
): Promise<void> {
  const { conversations, connections, catalog, log } = services;
  const exchange = conversation.exchange(exchangeId);
  if (!exchange) return;
  const notice = exchange.demo && demoNoticeFor(action);
  if (notice) {
    if (notice.action) showToast(log, 'information', notice.message, [notice.action]);
    else showInStatusBar(notice.message);
    return;
  }
  switch (action) {
    case 'retryNow': {
      const { schedule } = exchange.state;
      if (schedule) await services.schedule.sendNow(schedule.id);
      else conversation.retryNow(exchangeId);
      return;
    }
    case 'tryAnyway':
      conversation.tryAnyway(exchangeId);
      return;
    case 'continue':
      conversation.continue(exchangeId);
      return;
    case 'restart':
      conversation.restart(exchangeId);
      return;
    case 'moreRoom':
      conversation.restart(exchangeId, { moreRoom: true });
      return;
    case 'switchModel':
      return conversations.withOpen(conversation, async () => {
        const model = await pickOtherModel(catalog, exchange);
        if (model !== undefined) await switchModel(services, conversation, exchangeId, model);
      });
    case 'switchRoute':
      conversation.switchRoute(exchangeId);
      return;
    case 'continueWithFallback':
      conversation.continueWithFallback(exchangeId);
      return;
    case 'sendLater':
      return conversations.withOpen(conversation, () => services.schedule.schedule(conversation, exchangeId));
    case 'setApiKey':
      return conversations.withOpen(conversation, async () => {
        // Sets the key of the route that failed, or lets the user choose a route if no request was sent.
        if (await enterApiKey(exchange.state.origin)) conversation.retryNow(exchangeId);
      });
    case 'openBilling': {
      const page = billingPage(exchange.state.origin ?? '') ?? billingPage((await connections.configured()).origin);
      if (page !== undefined) await vscode.env.openExternal(vscode.Uri.parse(page, true));
      return;
    }
    case 'checkUrl':
      // Shows both settings if the turn has used a backup route, because either URL may be wrong.
      return searchSettings(
        exchange.state.routeSwitches.length > 0
          ? '@id:holysheep.baseUrl,holysheep.backupBaseUrls'
          : 'holysheep.baseUrl',
      );
    case 'networkSettings':
      return searchSettings('http.proxy');
    case 'newConversation':
      startConversation(services, exchange.prompt);
      return;
    case 'showLog':
    case 'exportDiagnostics':
      await vscode.commands.executeCommand(`holysheep.${action}`);
      return;
  }
}

/** If the gateway lacks the selected model, also selects the other model, so that the next prompt does not fail. */
export async function switchModel(
  { catalog, connections }: Pick<PanelServices, 'catalog' | 'connections'>,
  conversation: Pick<Conversation, 'exchange' | 'switchModel'>,
  exchangeId: string,
  model: string,
): Promise<void> {
  const exchange = conversation.exchange(exchangeId);
  if (!exchange) return;
  conversation.switchModel(exchangeId, model);
  const selected = connections.model(false);
  const { failure, model: failed } = exchange.state;
  if (exchange.demo || failure?.kind !== 'model' || failed !== selected) return;
  if (await catalog.canReplace(selected, model)) await connections.selectModel(model, false);
}
