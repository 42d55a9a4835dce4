import * as vscode from 'vscode';
import { estimateTokens } from '../../engine/text/tokenEstimate';
import { textOf } from '../../engine/request';
import type { Conversation } from '../conversation/conversation';
import { sentAt } from '../conversation/contextUse';
import { lastToSummarize } from '../conversation/summaryRange';
import { canRetry, isScheduled, isUsableSummary, toPromptInput, type Exchange } from '../journal/exchange';
import { UserError } from '../util/userError';
import type { PanelServices } from './panelServices';
import { returnPrompt, startConversation } from './promptSender';

/**
 * Whether a summary would shorten the next request, or the last one again if that was too long. A summary that is newer
 * than that request suffices if the request now fits.
 */
export function canSummarize(services: PanelServices, conversation: Conversation): boolean {
  const failed = lastTooLong(conversation);
  const { last, isTooLong } = rangeOf(services, conversation, failed);
  const { summary } = conversation.tree.preceding(failed?.id);
  const isNewer = failed !== undefined && summary !== undefined && sentAt(summary) > sentAt(failed);
  return last !== undefined && (!isNewer || isTooLong);
}

/**
 * Requests a summary of the older turns. Does nothing while a turn runs, as after a second click.
 * @param failed the exchange whose request was too long, by default the last one if it was. It may itself be a summary,
 * which a shorter one then replaces.
 * @throws UserError if there is nothing to summarize
 */
export async function summarize(
  services: PanelServices,
  conversation: Conversation,
  failed = lastTooLong(conversation),
): Promise<void> {
  const isBlocked = (): boolean => conversation.busy || conversation.readOnly;
  if (isBlocked()) return;
  const isSummary = failed?.summarizes !== undefined;
  const { last } = rangeOf(services, conversation, failed);
  if (!last) throw new UserError(vscode.l10n.t('The earlier turns are too short to be summarized.'));
  if (isSummary && last.id === failed.summarizes)
    throw new UserError(vscode.l10n.t('The first turn alone is too long for this model. Switch to another model.'));
  if (!(await services.budget.mayStart()) || isBlocked()) return;
  // The user may have shown another branch while a question about the budget was open.
  if (!conversation.tree.isOnPath(last.id)) return;
  conversation.summarize(last.id, failed?.model);
}

/** Starts a conversation with a summary, and with the last prompt in its composer if that prompt has no answer. */
export function startFromSummary(services: PanelServices, conversation: Conversation, exchangeId: string): void {
  const { lastExchange } = conversation;
  const summary = conversation.exchange(exchangeId);
  if (!summary || !isUsableSummary(summary)) return;
  const target = startConversation(services);
  target.addSummary(summary.state.text);
  const isUnanswered = lastExchange && canRetry(lastExchange) && lastExchange.state.text === '';
  if (isUnanswered && !isScheduled(lastExchange)) returnPrompt(services.panels, target, toPromptInput(lastExchange));
}

/** The columns of a comparison share the exchanges before them. */
function lastTooLong({ lastColumns }: Conversation): Exchange | undefined {
  return lastColumns.find(({ state }) => state.failure?.actions.includes('summarize'));
}

/** Returns the last exchange for which a summary should stand, and whether the failed request is known to be too long. */
function rangeOf(
  services: PanelServices,
  conversation: Conversation,
  failed: Exchange | undefined,
): { readonly last: Exchange | undefined; readonly isTooLong: boolean } {
  const { windowTokens = Infinity } = services.contextUse(conversation, { model: failed?.state.model }) ?? {};
  const refused = failed ? estimatedLength(conversation, failed.id) : Infinity;
  const contextWindow = Math.min(windowTokens, refused);
  const hasFailed = failed?.summarizes !== undefined;
  const last = lastToSummarize(conversation.tree.preceding(failed?.id), { contextWindow, hasFailed });
  return { last, isTooLong: refused > windowTokens };
}

/**
 * Returns the estimated tokens of the refused request, as it would be sent now. The real context window is smaller, even if
 * a larger one is known.
 */
function estimatedLength(conversation: Conversation, exchangeId: string): number {
  const { messages = [] } = conversation.requestOf(exchangeId) ?? {};
  return messages.reduce((sum, { content }) => sum + estimateTokens(textOf(content)), 0);
}
