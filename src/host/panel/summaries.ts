import * as vscode from 'vscode';
import { estimateTokens } from '../../engine/text/tokenEstimate';
import { textOf } from '../../engine/request';
import type { Conversation } from '../conversation/conversation';
import { lastToSummarize } from '../conversation/summaryRange';
import { demoNotice } from '../demo/demoNotices';
import type { Exchange } from '../journal/exchange';
import { UserError } from '../util/userError';
import type { PanelServices } from './panelServices';

type SummaryServices = Pick<PanelServices, 'budget' | 'contextUse' | 'demo'>;

/**
 * Requests a summary of the older turns. Does nothing while a turn runs, as after a second click.
 * @param failed the exchange whose request was too long. It may itself be a summary, which a shorter one then replaces.
 * @throws UserError if there is nothing to summarize
 */
export async function summarize(
  services: SummaryServices,
  conversation: Conversation,
  failed?: Exchange,
): Promise<void> {
  const isBlocked = (): boolean => conversation.busy || conversation.readOnly;
  if (isBlocked()) return;
  const { tree } = conversation;
  const isSummary = failed?.summarizes !== undefined;
  if (services.demo.answers(conversation)) throw new UserError(demoNotice('summarize') ?? '');
  const preceding = failed ? tree.preceding(failed.id) : tree.preceding();
  const { windowTokens = Infinity, calibration = 1 } =
    services.contextUse(conversation, { model: failed?.state.model }) ?? {};
  const refused = failed ? estimatedLength(conversation, failed.id) * calibration : Infinity;
  const contextWindow = Math.min(windowTokens, refused);
  const last = lastToSummarize(preceding, { contextWindow, calibration, hasFailed: isSummary });
  if (!last) throw new UserError(vscode.l10n.t('The earlier turns are too short to be summarized.'));
  if (isSummary && last.id === failed.summarizes)
    throw new UserError(vscode.l10n.t('The first turn alone is too long for this model. Switch to another model.'));
  if (!(await services.budget.mayStart()) || isBlocked()) return;
  // The user may have shown another branch while a question about the budget was open.
  if (!tree.isOnPath(last.id)) return;
  conversation.summarize(last.id, failed?.model);
}

/** Returns the estimated tokens of the refused request. The real context window is smaller, even if a larger one is known. */
function estimatedLength(conversation: Conversation, exchangeId: string): number {
  const { messages = [] } = conversation.requestOf(exchangeId) ?? {};
  return messages.reduce((sum, { content }) => sum + estimateTokens(textOf(content)), 0);
}
