import * as vscode from 'vscode';
import type { Answer } from '../../shared/conversation';
import type { FaultAction } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';
import { demoNotice } from '../demo/demoNotices';
import {
  enterApiKey,
  enterApiKeyAction,
  enterGateway,
  searchSettings,
  showInStatusBar,
  showToast,
} from '../ui/notifications';
import { billingPage } from '../settings/knownGateways';
import { pickOtherModel } from './editPrompt';
import type { PanelServices } from './panelServices';
import { startConversation } from './promptSender';
import { summarize } from './summaries';

interface FailedAnswer {
  readonly services: PanelServices;
  readonly conversation: Conversation;
  readonly answer: Answer;
}

const failureActions: Readonly<Record<FaultAction, (failed: FailedAnswer) => unknown>> = {
  retryNow: ({ services, conversation, answer: { id, state } }) =>
    state.schedule ? services.schedule.sendNow(state.schedule.id) : conversation.retryNow(id),
  tryAnyway: ({ conversation, answer }) => conversation.tryAnyway(answer.id),
  continue: ({ conversation, answer }) => conversation.continue(answer.id),
  restart: ({ conversation, answer }) => conversation.restart(answer.id),
  moreRoom: ({ conversation, answer }) => conversation.restart(answer.id, { moreRoom: true }),
  switchModel: async ({ services, conversation, answer }) => {
    const model = await pickOtherModel(services.catalog, conversation, answer.id);
    if (model !== undefined) await switchModel(services, conversation, answer.id, model);
  },
  switchGateway: ({ conversation, answer }) => conversation.switchGateway(answer.id),
  continueWithFallback: ({ conversation, answer }) => conversation.continueWithFallback(answer.id),
  sendLater: ({ services, conversation, answer }) => services.schedule.schedule(conversation, answer.id),
  /** Sets the key of the gateway that failed, or lets the user choose a gateway if no request was sent. */
  setApiKey: async ({ conversation, answer }) => {
    if (await enterApiKey(answer.state.gateway?.id)) conversation.retryNow(answer.id);
  },
  addGateway: async ({ conversation, answer }) => {
    if (await enterGateway()) conversation.retryNow(answer.id);
  },
  openBilling: async ({ services, answer }) => {
    const { gateway, model } = answer.state;
    const page = billingPage(gateway?.id ?? '') ?? billingPage((await services.ownGateways.gatewayFor(model)).id);
    if (page !== undefined) await vscode.env.openExternal(vscode.Uri.parse(page, true));
  },
  /** Shows both settings if the turn has used a backup gateway, because either URL may be wrong. */
  checkUrl: ({ answer: { state } }) =>
    searchSettings(
      state.gatewaySwitches.length > 0 ? '@id:holysheep.baseUrl,holysheep.backupBaseUrls' : 'holysheep.baseUrl',
    ),
  networkSettings: () => searchSettings('http.proxy'),
  summarize: ({ services, conversation, answer }) => summarize(services, conversation, answer),
  /** The prompt of a summary is not the user's. */
  newConversation: ({ services, conversation: { tree }, answer }) =>
    startConversation(services, tree.exchangeOf(answer.id)?.prompt),
  showLog: () => vscode.commands.executeCommand('holysheep.showLog'),
  exportDiagnostics: () => vscode.commands.executeCommand('holysheep.exportDiagnostics'),
};

export async function runFailureAction(
  services: PanelServices,
  conversation: Conversation,
  answerId: string,
  action: FaultAction,
): Promise<void> {
  const answer = conversation.tree.answer(answerId);
  if (!answer) return;
  const notice = conversation.isDemo && demoNotice(action);
  if (notice) {
    if (action === 'setApiKey') showToast(services.log, 'information', notice, [enterApiKeyAction()]);
    else showInStatusBar(notice);
    return;
  }
  await services.conversations.withOpen(conversation, async () => {
    await failureActions[action]({ services, conversation, answer });
  });
}

/** If the gateway lacks the selected model, also selects the other model, so that the next prompt does not fail. */
export async function switchModel(
  { catalog, connections, mayUsePlainHttp }: PanelServices,
  conversation: Conversation,
  answerId: string,
  model: string,
): Promise<void> {
  const answer = conversation.tree.answer(answerId);
  if (!answer || !(conversation.isDemo || (await mayUsePlainHttp([model])))) return;
  conversation.switchModel(answerId, model);
  const selected = connections.model(false);
  const { failure, model: failed } = answer.state;
  if (conversation.isDemo || failure?.kind !== 'model' || failed !== selected) return;
  if (await catalog.canReplace(selected, model)) await connections.selectModel(model, false);
}
