import * as vscode from 'vscode';
import type { Step } from '../../shared/exchanges';
import type { Conversation } from '../conversation/conversation';
import { conversationTitle } from '../conversation/conversationOutlines';
import { isFinished } from '../journal/exchange';
import { UserError } from '../util/userError';
import type { PanelServices } from './panelServices';
import { startConversation } from './promptSender';

/**
 * Deletes a turn.
 * @throws UserError if a summary replaces the turn in requests, or a summary of the turn is being written. The summary
 * would still contain the deleted turn.
 */
export function deleteExchange(conversation: Conversation, exchangeId: string): void {
  const { tree, activeAnswers } = conversation;
  const isIn = (steps: readonly Step[]): boolean => steps.some(({ exchange }) => exchange.id === exchangeId);
  if (activeAnswers.some(({ id }) => isIn(tree.stepsUpTo(tree.summaryOf(id)?.upTo ?? ''))))
    throw new UserError(vscode.l10n.t('The turn is being summarized. Stop the summary first.'));
  if (!isIn(tree.precedingOf().steps))
    throw new UserError(vscode.l10n.t('The turn is part of a summary. Undo the summary first.'));
  conversation.deleteExchange(exchangeId);
}

/** Starts a new conversation with the turns up to an answer. Does nothing while the answer's turn is running. */
export function startBranch(services: PanelServices, source: Conversation, answerId: string): void {
  const answer = source.tree.answer(answerId);
  if (!answer || !isFinished(answer)) return;
  const title = conversationTitle(source.tree);
  const prefix = vscode.l10n.t('Branch of {0}', '');
  const target = startConversation(services);
  target.copyTurns(source, answerId);
  target.rename(title.startsWith(prefix) ? title : vscode.l10n.t('Branch of {0}', title));
}
