import * as vscode from 'vscode';
import { gatewayFor } from '../../engine/turn/gatewayModels';
import type { FaultAction } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';
import { demoNotice } from '../demo/demoNotices';
import type { Exchange } from '../journal/exchange';
import {
  enterApiKey,
  enterApiKeyAction,
  enterGateway,
  searchSettings,
  showInStatusBar,
  showToast,
} from '../ui/notifications';
import { billingPage } from '../ui/panelText';
import { pickOtherModel } from './editPrompt';
import type { PanelServices } from './panelServices';
import { startConversation } from './promptSender';
import { summarize } from './summaries';

interface FailedExchange {
  readonly services: PanelServices;
  readonly conversation: Conversation;
  readonly exchange: Exchange;
}

const failureActions: Readonly<Record<FaultAction, (failed: FailedExchange) => unknown>> = {
  retryNow: ({ services, conversation, exchange: { id, state } }) =>
    state.schedule ? services.schedule.sendNow(state.schedule.id) : conversation.retryNow(id),
  tryAnyway: ({ conversation, exchange }) => conversation.tryAnyway(exchange.id),
  continue: ({ conversation, exchange }) => conversation.continue(exchange.id),
  restart: ({ conversation, exchange }) => conversation.restart(exchange.id),
  moreRoom: ({ conversation, exchange }) => conversation.restart(exchange.id, { moreRoom: true }),
  switchModel: async ({ services, conversation, exchange }) => {
    const model = await pickOtherModel(services.catalog, conversation, exchange);
    if (model !== undefined) await switchModel(services, conversation, exchange.id, model);
  },
  switchGateway: ({ conversation, exchange }) => conversation.switchGateway(exchange.id),
  continueWithFallback: ({ conversation, exchange }) => conversation.continueWithFallback(exchange.id),
  sendLater: ({ services, conversation, exchange }) => services.schedule.schedule(conversation, exchange.id),
  /** Sets the key of the gateway that failed, or lets the user choose a gateway if no request was sent. */
  setApiKey: async ({ conversation, exchange }) => {
    if (await enterApiKey(exchange.state.origin)) conversation.retryNow(exchange.id);
  },
  addGateway: async ({ conversation, exchange }) => {
    if (await enterGateway()) conversation.retryNow(exchange.id);
  },
  openBilling: async ({ services, exchange }) => {
    const { origin = '', model } = exchange.state;
    const page = billingPage(origin) ?? billingPage(gatewayFor(model, await services.connections.configured()).origin);
    if (page !== undefined) await vscode.env.openExternal(vscode.Uri.parse(page, true));
  },
  /** Shows both settings if the turn has used a backup gateway, because either URL may be wrong. */
  checkUrl: ({ exchange: { state } }) =>
    searchSettings(
      state.gatewaySwitches.length > 0 ? '@id:holysheep.baseUrl,holysheep.backupBaseUrls' : 'holysheep.baseUrl',
    ),
  networkSettings: () => searchSettings('http.proxy'),
  summarize: ({ services, conversation, exchange }) => summarize(services, conversation, exchange),
  /** The prompt of a summary is not the user's. */
  newConversation: ({ services, exchange: { prompt, summarizes } }) =>
    startConversation(services, summarizes === undefined ? prompt : ''),
  showLog: () => vscode.commands.executeCommand('holysheep.showLog'),
  exportDiagnostics: () => vscode.commands.executeCommand('holysheep.exportDiagnostics'),
};

export async function runFailureAction(
  services: PanelServices,
  conversation: Conversation,
  exchangeId: string,
  action: FaultAction,
): Promise<void> {
  const exchange = conversation.exchange(exchangeId);
  if (!exchange) return;
  const notice = exchange.demo && demoNotice(action);
  if (notice) {
    if (action === 'setApiKey') showToast(services.log, 'information', notice, [enterApiKeyAction()]);
    else showInStatusBar(notice);
    return;
  }
  await services.conversations.withOpen(conversation, async () => {
    await failureActions[action]({ services, conversation, exchange });
  });
}

/** If the gateway lacks the selected model, also selects the other model, so that the next prompt does not fail. */
export async function switchModel(
  { catalog, connections, mayUsePlainHttp }: PanelServices,
  conversation: Conversation,
  exchangeId: string,
  model: string,
): Promise<void> {
  const exchange = conversation.exchange(exchangeId);
  if (!exchange || !(exchange.demo || (await mayUsePlainHttp([model])))) return;
  conversation.switchModel(exchangeId, model);
  const selected = connections.model(false);
  const { failure, model: failed } = exchange.state;
  if (exchange.demo || failure?.kind !== 'model' || failed !== selected) return;
  if (await catalog.canReplace(selected, model)) await connections.selectModel(model, false);
}
