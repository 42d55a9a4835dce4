import * as vscode from 'vscode';
import type { Conversation } from '../conversation/conversation';
import { conversationTitle } from '../conversation/conversationOutlines';
import { isFinished } from '../journal/exchange';
import { UserError } from '../util/userError';
import type { PanelServices } from './panelServices';
import { startConversation } from './promptSender';

/**
 * Deletes a turn, or restores a deleted turn.
 * @throws UserError if a summary replaces the turn in requests, or is being written. The summary would still contain
 * the deleted turn.
 */
export function deleteExchange(conversation: Conversation, exchangeId: string, isUndone?: true): void {
  const { tree, activeAnswers } = conversation;
  const isSent = tree.precedingOf().steps.some(({ exchange }) => exchange.id === exchangeId);
  const isBeingSummarized = activeAnswers.some(({ id }) => tree.summaryOf(id));
  if (!isUndone && (!isSent || isBeingSummarized))
    throw new UserError(vscode.l10n.t('The turn is part of a summary. Undo the summary first.'));
  conversation.deleteExchange(exchangeId, isUndone);
}

/** Starts a new conversation with the turns up to an answer. Does nothing while the answer's turn is running. */
export function startBranch(services: PanelServices, source: Conversation, answerId: string): void {
  const answer = source.tree.answer(answerId);
  if (!answer || !isFinished(answer)) return;
  const title = conversationTitle(source.tree);
  const prefix = vscode.l10n.t('Branch of {0}', '');
  const target = startConversation(services, '', services.panels.locationOf(source));
  target.copyTurns(source, answerId);
  target.rename(title.startsWith(prefix) ? title : vscode.l10n.t('Branch of {0}', title));
}
