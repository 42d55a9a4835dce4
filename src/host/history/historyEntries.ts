import * as vscode from 'vscode';
import type { ConversationSummary } from '../conversation/conversationList';
import { localize } from '../util/localize';
import type { NamedConversation } from './conversationActions';
import { historySections, type HistoryItem } from './historyItems';

/** Of a list, or of a search: then with where the words occur. */
export type Found = readonly (ConversationSummary & { readonly excerpt?: string })[];

export type Entry = vscode.QuickPickItem & {
  /** Absent: a separator. */
  readonly choice?:
    | { readonly type: 'conversation'; readonly named: NamedConversation }
    | { readonly type: 'startNew' }
    | { readonly type: 'showAll' };
};

export function historyEntries(
  found: Found,
  buttons: readonly vscode.QuickInputButton[],
  isShown: (id: string) => boolean,
): readonly Entry[] {
  const words = { localize, locale: vscode.env.language, now: Date.now(), isShown };
  return historySections(found, words).flatMap(({ heading, items }) => [
    { label: heading, kind: vscode.QuickPickItemKind.Separator },
    ...items.map((item) => entryOf(item, buttons)),
  ]);
}

/** @param words that were searched for; empty: there is nothing at all */
export function nothingFound(words: string): Entry {
  return words === ''
    ? {
        label: `$(add) ${vscode.l10n.t('Start a conversation')}`,
        detail: vscode.l10n.t('There are no conversations yet.'),
        alwaysShow: true,
        choice: { type: 'startNew' },
      }
    : {
        label: `$(clear-all) ${vscode.l10n.t('Show all conversations')}`,
        detail: vscode.l10n.t('Nothing found for “{0}”.', words),
        alwaysShow: true,
        choice: { type: 'showAll' },
      };
}

export function idOf(entry: Entry | undefined): string | undefined {
  return entry?.choice?.type === 'conversation' ? entry.choice.named.id : undefined;
}

function entryOf(item: HistoryItem, buttons: readonly vscode.QuickInputButton[]): Entry {
  const { id, title, label, description, detail, isHit } = item;
  return {
    label,
    description,
    ...(detail !== undefined && { detail }),
    // VS Code itself filters by the label: what was found in an answer has another.
    alwaysShow: isHit,
    buttons,
    choice: { type: 'conversation', named: { id, title } },
  };
}
