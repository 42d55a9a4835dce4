import * as vscode from 'vscode';
import { toSupportedLocale, visibleText } from '../../engine/gateway/visibleText';
import { type ConversationListItem, maxTitleLength } from '../conversation/conversationOutlines';
import { historyGroup, historyTime, type HistoryGroup } from '../ui/historyTime';
import { plainLabel, escapeIcons } from '../ui/messageText';

interface HistoryContext {
  /** The display language as VS Code reports it, for example `zh-cn`. */
  readonly locale: string;
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

export function turnCountText(turns: number, locale: string): string {
  const supportedLocale = toSupportedLocale(locale);
  const count = new Intl.NumberFormat(supportedLocale).format(turns);
  return new Intl.PluralRules(supportedLocale).select(turns) === 'one'
    ? vscode.l10n.t('{count} turn', { count })
    : vscode.l10n.t('{count} turns', { count });
}

/** Returns a conversation as an item of the history list. */
function toHistoryItem(conversation: ConversationListItem, context: HistoryContext) {
  const { id, lastActivityAt, turns, busy, problem, excerpt } = conversation;
  const { locale, now, isOpen } = context;
  const title =
    visibleText(conversation.title, maxTitleLength) ||
    vscode.l10n.t('Conversation from {date}', { date: dateText(lastActivityAt, locale) });
  const marks = [
    ...(turns > 0 ? [turnCountText(turns, context.locale)] : []),
    ...(problem ? [vscode.l10n.t('damaged')] : []),
    ...(busy ? [vscode.l10n.t('answering')] : []),
    // An open conversation is marked with a word, because screen readers don't read icons.
    ...(isOpen(id) ? [vscode.l10n.t('open')] : []),
  ];
  return {
    id,
    /** The title for messages and dialogs. Unlike the label of the item, it is not escaped. */
    title,
    label: `${busy ? '$(sync~spin) ' : ''}${escapeIcons(title)}`,
    description: [historyTime(lastActivityAt, now, locale), ...marks].join(' · '),
    // Without `alwaysShow`, VS Code would hide an item whose label does not contain the query, even if an answer of the
    // conversation contains the query.
    alwaysShow: excerpt !== undefined,
    // The text around the match is left out if the match is in the title, which is already shown.
    ...(excerpt !== undefined && excerpt !== title && { detail: plainLabel(excerpt) }),
  };
}

function dateText(timeMs: number, locale: string): string {
  return new Intl.DateTimeFormat(toSupportedLocale(locale), { dateStyle: 'medium', timeStyle: 'short' }).format(timeMs);
}
