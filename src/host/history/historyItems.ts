import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import { joinParts } from '../../shared/describe';
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
function toHistoryItem(
  { id, title: storedTitle, lastActivityAt, turns, busy, problem, excerpt }: ConversationListItem,
  { format, now, isOpen }: HistoryContext,
) {
  const visibleTitle = visibleText(storedTitle, maxTitleLength);
  const title =
    visibleTitle ||
    vscode.l10n.t('Conversation from {date}', {
      date: new Date(lastActivityAt).toLocaleString(format.language, { dateStyle: 'medium', timeStyle: 'short' }),
    });
  return {
    id,
    /** The conversation's title for messages and dialogs. Unlike the label of the item, this title is not escaped. */
    title,
    label: `${busy ? '$(sync~spin) ' : ''}${escapeIcons(title)}`,
    description: joinParts(
      visibleTitle && historyTime(lastActivityAt, now, format),
      turns > 0 && format.plural(turns, vscode.l10n.t('{0} turn'), vscode.l10n.t('{0} turns')),
      problem && vscode.l10n.t('damaged'),
      busy && vscode.l10n.t('answering'),
      // The description contains a word that marks an open conversation, because screen readers don't read icons.
      isOpen(id) && vscode.l10n.t('open'),
    ),
    // Without `alwaysShow`, VS Code would hide an item whose label does not contain the query, even if an answer of the
    // conversation contains the query.
    alwaysShow: excerpt !== undefined,
    // The text around the match is not shown if the match is in the title, because the item already shows the title.
    ...(excerpt !== undefined && excerpt !== title && { detail: plainLabel(excerpt) }),
  };
}
