import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import type { Format } from '../../shared/format';
import { type ConversationListItem, maxTitleLength } from '../conversation/conversationOutlines';
import { historyGroup, historyTime, type HistoryGroup } from '../ui/historyTime';
import { plainLabel, escapeIcons } from '../ui/messageText';

interface HistoryContext {
  readonly format: Format;
  /** The current time in epoch milliseconds. */
  readonly now: number;
  readonly isOpen: (id: string) => boolean;
}

/**
 * Returns the items of the history list, grouped by age.
 * @param conversations the conversations, newest first
 */
export function historySections(conversations: readonly ConversationListItem[], context: HistoryContext) {
  const headings: Readonly<Record<HistoryGroup, string>> = {
    today: vscode.l10n.t('Today'),
    yesterday: vscode.l10n.t('Yesterday'),
    week: vscode.l10n.t('Previous 7 days'),
    older: vscode.l10n.t('Older'),
  };
  const groups = Map.groupBy(conversations, ({ lastActivityAt }) => historyGroup(lastActivityAt, context.now));
  return [...groups].map(([group, members]) => ({
    heading: headings[group],
    items: members.map((conversation) => toHistoryItem(conversation, context)),
  }));
}

/** Returns a conversation as an item of the history list. */
function toHistoryItem(conversation: ConversationListItem, context: HistoryContext) {
  const { id, lastActivityAt, turns, busy, problem, excerpt } = conversation;
  const { format, now, isOpen } = context;
  const title =
    visibleText(conversation.title, maxTitleLength) ||
    vscode.l10n.t('Conversation from {date}', { date: dateText(lastActivityAt, format) });
  const marks = [
    ...(turns > 0 ? [format.plural(turns, vscode.l10n.t('{0} turn'), vscode.l10n.t('{0} turns'))] : []),
    ...(problem ? [vscode.l10n.t('damaged')] : []),
    ...(busy ? [vscode.l10n.t('answering')] : []),
    // The label contains a word that marks an open conversation, because screen readers don't read icons.
    ...(isOpen(id) ? [vscode.l10n.t('open')] : []),
  ];
  return {
    id,
    /** The conversation's title for messages and dialogs. Unlike the label of the item, this title is not escaped. */
    title,
    label: `${busy ? '$(sync~spin) ' : ''}${escapeIcons(title)}`,
    description: [historyTime(lastActivityAt, now, format), ...marks].join(' · '),
    // Without `alwaysShow`, VS Code would hide an item whose label does not contain the query, even if an answer of the
    // conversation contains the query.
    alwaysShow: excerpt !== undefined,
    // The text around the match is not shown if the match is in the title, because the item already shows the title.
    ...(excerpt !== undefined && excerpt !== title && { detail: plainLabel(excerpt) }),
  };
}

function dateText(timeMs: number, { language }: Format): string {
  return new Date(timeMs).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
}
