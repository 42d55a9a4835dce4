import type { Answer } from '../../shared/exchanges';
import type { FaultAction } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';
import {
  commonFaultActions,
  enterApiKey,
  enterApiKeyAction,
  enterGateway,
  openPage,
  searchSettings,
  showInStatusBar,
  showMessage,
} from '../ui/notifications';
import { billingPage } from '../settings/knownGateways';
import { pickOtherModel } from './editPrompt';
import type { PanelServices } from './panelServices';
import { startConversation } from './promptSender';
import { summarize } from './summaries';

type FailureAction = (conversation: Conversation, answer: Answer, services: PanelServices) => unknown;

const failureActions: Readonly<Record<FaultAction, FailureAction>> = {
  ...commonFaultActions,
  retryNow: (conversation, { id, state }, { schedule }) =>
    state.schedule ? schedule.sendNow(state.schedule.id) : conversation.retryNow(id),
  tryAnyway: (conversation, { id }) => conversation.tryAnyway(id),
  continue: (conversation, { id }) => conversation.continue(id),
  restart: (conversation, { id }) => conversation.restart(id),
  moreRoom: (conversation, { id }) => conversation.restart(id, { moreRoom: true }),
  // A restart is enough, because after a gateway has refused the images, the next request for the answer contains notes
  // instead of them.
  withoutImages: (conversation, { id }) => conversation.restart(id),
  switchModel: async (conversation, { id }, services) => {
    const model = await pickOtherModel(services.catalog, conversation, id);
    if (model !== undefined) await switchModel(services, conversation, id, model);
  },
  switchGateway: (conversation, { id }) => conversation.switchGateway(id),
  continueWithFallback: (conversation, { id }) => conversation.continueWithFallback(id),
  sendLater: (conversation, { id }, { schedule }) => schedule.schedule(conversation, id),
  /**
   * Asks for the API key of the gateway that refused the request. Without a request, the user first chooses a gateway.
   * After other faults, asks for the key of the primary gateway, which lacks a key.
   */
  setApiKey: async (conversation, { id, state: { gateway, failure } }, { userGateways }) => {
    const wasRefused = failure?.kind === 'auth' || failure?.kind === 'permission';
    if (await enterApiKey(wasRefused ? gateway?.id : userGateways.all[0]?.id)) conversation.retryNow(id);
  },
  addGateway: async (conversation, { id }) => {
    if (await enterGateway()) conversation.retryNow(id);
  },
  openBilling: async (_conversation, { state: { gateway, model } }, { userGateways }) => {
    await openPage(billingPage(gateway?.id ?? '') ?? billingPage((await userGateways.gatewayFor(model)).id));
  },
  /**
   * Opens the setting with the base URL. If the turn has used a backup gateway, the setting for backup gateways is
   * shown as well, because either URL might be wrong.
   */
  checkUrl: (_conversation, { state }) =>
    searchSettings(
      state.gatewaySwitches.length > 0 ? '@id:holysheep.baseUrl,holysheep.backupBaseUrls' : 'holysheep.baseUrl',
    ),
  summarize: (conversation, answer, services) => summarize(services, conversation, answer),
  /**
   * Starts a conversation with the failed prompt in its composer. If a summary failed, the composer is empty, because
   * the prompt for the summary was written by the extension, not by the user.
   */
  newConversation: ({ tree }, { id }, services) => startConversation(services, tree.exchangeOf(id)?.prompt),
};

export async function runFailureAction(
  services: PanelServices,
  conversation: Conversation,
  answerId: string,
  action: FaultAction,
): Promise<void> {
  const answer = conversation.tree.answer(answerId);
  if (!answer) return;
  const notice = conversation.set.notice(action);
  if (notice) {
    if (action === 'setApiKey') showMessage(services.log, 'information', notice, [enterApiKeyAction()]);
    else showInStatusBar(notice);
    return;
  }
  await failureActions[action](conversation, answer, services);
}

/**
 * Switches an answer to another model. If the model in the settings does not exist at the gateway, the new model is
 * also selected for later prompts, so that the next prompt does not fail.
 */
export async function switchModel(
  { catalog, gatewaySets }: PanelServices,
  conversation: Conversation,
  answerId: string,
  model: string,
): Promise<void> {
  const answer = conversation.tree.answer(answerId);
  const { set } = conversation;
  if (!answer || !(await set.mayUse([model]))) return;
  conversation.switchModel(answerId, model);
  const selected = set.model();
  const { failure, model: failed } = answer.state;
  if (set !== gatewaySets.own || failure?.kind !== 'model' || failed !== selected) return;
  if (await catalog.canReplace(selected, model)) await set.selectModel(model);
}
