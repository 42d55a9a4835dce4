import * as vscode from 'vscode';
import { estimateMessages } from '../../engine/text/tokenEstimate';
import type { Conversation } from '../conversation/conversation';
import { estimateContextUse, sentAt } from '../conversation/contextUse';
import { lastToSummarize } from '../conversation/summaryRange';
import type { Answer } from '../../shared/exchanges';
import { estimateImageTokens } from '../../shared/images';
import { panelStrings } from '../../shared/panelStrings';
import { answersSideBySide, canRetry, isScheduled, isUsableSummary } from '../journal/exchange';
import { tabTitle } from '../ui/panelText';
import { UserError } from '../util/userError';
import type { PanelServices } from './panelServices';
import { promptInputOf, returnPrompt, startConversation } from './promptSender';

/**
 * Returns whether a summary would shorten the next request. After a request that was too long, returns whether a
 * summary would shorten that request. The result is false if a newer summary has already made that request short
 * enough.
 */
export function canSummarize(services: PanelServices, conversation: Conversation): boolean {
  const failed = lastTooLong(conversation);
  const { last, isTooLong } = rangeOf(services, conversation, failed);
  const { summary } = conversation.tree.precedingOf(failed?.id);
  const isNewer = failed !== undefined && summary !== undefined && sentAt(summary) > sentAt(failed);
  return last !== undefined && (!isNewer || isTooLong);
}

/**
 * Requests a summary of the older turns. Does nothing while a turn is running, for example after a double click.
 * @param failed the answer whose request was too long, by default the last answer. If `failed` is a summary, a shorter
 * summary replaces it.
 * @throws UserError if there is nothing to summarize
 */
export async function summarize(
  services: PanelServices,
  conversation: Conversation,
  failed = lastTooLong(conversation),
): Promise<void> {
  const isBlocked = (): boolean => conversation.busy || conversation.readOnly;
  if (isBlocked()) return;
  const summary = conversation.tree.summaryOf(failed?.id ?? '');
  const { last } = rangeOf(services, conversation, failed);
  if (!last) throw new UserError(vscode.l10n.t('The earlier turns are too short to be summarized.'));
  if (last.id === summary?.upTo)
    throw new UserError(vscode.l10n.t('The first turn alone is too long for this model. Switch to another model.'));
  if (!(await services.budget.mayStart(conversation.set.isFree)) || isBlocked()) return;
  // While a dialog asked the user about the daily budget, the user might have switched to another path of the
  // conversation.
  if (!conversation.tree.isShown(last.id)) return;
  conversation.summarize(last.id, failed?.model);
}

/**
 * Starts a new conversation that begins with a summary of the given conversation. If the last prompt has no answer, the
 * prompt is put into the composer of the new conversation.
 */
export function startFromSummary(services: PanelServices, conversation: Conversation, answerId: string): void {
  const { last } = conversation;
  const summary = conversation.tree.summaryOf(answerId);
  if (!summary || !isUsableSummary(summary)) return;
  const target = startConversation(services);
  const title = tabTitle(conversation.tree);
  target.addSummary(summary.answer.state.text, { id: conversation.id, title });
  target.rename(vscode.l10n.t(panelStrings.summaryOfConversation, title));
  if (!last || last.answer.state.text !== '' || !canRetry(last.answer) || isScheduled(last.answer)) return;
  returnPrompt(services.panels, target, promptInputOf(last));
}

/** Opens the conversation that a summary of another conversation summarizes. */
export async function openSource({ panels }: PanelServices, { tree }: Conversation, answerId: string): Promise<void> {
  const source = tree.summaryOf(answerId)?.source;
  if (source && !(await panels.open(source.id)))
    throw new UserError(vscode.l10n.t('“{0}” can no longer be opened.', source.title));
}

/**
 * Returns one of the last requested answers if its request was too long. Prompts that have not been sent, for example
 * because they wait for a summary, are skipped. Any answer of a comparison can be returned, because all requests of a
 * comparison contain the same earlier turns.
 */
function lastTooLong({ tree }: Conversation): Answer | undefined {
  const last = tree.path().findLast(({ answer }) => answer.state.attempts > 0);
  return answersSideBySide(last?.exchange).find(({ state }) => state.failure?.actions.includes('summarize'));
}

/** Returns the last answer that a summary should replace, and whether the failed request is known to be too long. */
function rangeOf(
  services: PanelServices,
  conversation: Conversation,
  failed: Answer | undefined,
): { readonly last: Answer | undefined; readonly isTooLong: boolean } {
  const { windowTokens = Infinity } = estimateContextUse(services, conversation, { model: failed?.state.model }) ?? {};
  const refused = failed ? estimatedLength(conversation, failed.id) : Infinity;
  // If a request for a summary was too long, the next request for a summary contains only about half of the turns.
  const isSummary = conversation.tree.summaryOf(failed?.id ?? '') !== undefined;
  const contextWindow = Math.min(windowTokens, isSummary ? refused / 2 : refused);
  const last = lastToSummarize(conversation.tree.precedingOf(failed?.id), contextWindow);
  return { last, isTooLong: refused > windowTokens };
}

/**
 * Estimates the tokens of a request that the gateway has refused because it was too long. The model's real context
 * window is smaller than the result, even if the model list states a larger context window.
 */
function estimatedLength(conversation: Conversation, answerId: string): number {
  const { tree } = conversation;
  // Every update of the panel needs the estimate, so the image files are not read.
  const { messages = [] } = conversation.requestOf(answerId, () => undefined) ?? {};
  const exchanges = [...tree.precedingOf(answerId).steps.map(({ exchange }) => exchange), tree.exchangeOf(answerId)];
  return estimateMessages(messages) + estimateImageTokens(exchanges.flatMap((exchange) => exchange?.images ?? []));
}
