import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ConversationListItem } from '../conversation/conversationOutlines';
import type { PanelFeatures } from '../panel/panelRegistry';
import { itemButton } from '../ui/notifications';
import { OpenList } from '../ui/quickPick';
import { hostWords } from '../ui/words';
import {
  deleteConversation,
  openConversation,
  renameConversation,
  type NamedConversation,
} from './conversationActions';
import { exportConversation } from './exportConversation';
import { historySections } from './historyItems';

const typingPauseMs = 150;

/** Shows the list in which users open, search, rename, export and delete the conversations of the workspace. */
export function openHistory(deps: PanelFeatures): void {
  const { conversations, panels, onError } = deps;
  const renameButton = itemButton('edit', vscode.l10n.t('Rename'));
  const exportButton = itemButton('save-as', vscode.l10n.t('Export'));
  const deleteButton = itemButton('trash', vscode.l10n.t('Delete'));
  let search = new AbortController();

  const find = async (query: string, afterMs: number, signal: AbortSignal): Promise<void> => {
    try {
      await setTimeout(afterMs, undefined, { signal });
      const results = await (query === '' ? conversations.list() : conversations.search(query, signal));
      signal.throwIfAborted();
      const entries = results.length === 0 ? [nothingFound(query)] : entriesOf(results);
      list.setItems(entries, ({ named }) => named?.id);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      if (!signal.aborted) list.picker.busy = false;
    }
  };
  const refresh = (afterMs = 0): void => {
    search.abort();
    search = new AbortController();
    if (!list.isOpen) return;
    list.picker.busy = true;
    list.run(() => find(list.picker.value.trim(), afterMs, search.signal));
  };
  const entriesOf = (results: readonly ConversationListItem[]): readonly Entry[] => {
    const isOpen = (id: string): boolean => panels.locationOf(id) !== undefined;
    const context = { format: hostWords().format, now: Date.now(), isOpen };
    const buttons = [renameButton, exportButton, deleteButton];
    const choose = (named: NamedConversation): Promise<void> => {
      list.close();
      return openConversation(deps, named);
    };
    return historySections(results, context).flatMap(({ heading, items }) => [
      { label: heading, kind: vscode.QuickPickItemKind.Separator },
      ...items.map((item) => ({ ...item, buttons, named: item, choose: () => choose(item) })),
    ]);
  };
  /**
   * Returns the item that a list without conversations shows.
   * @param query the search text, or an empty string if the workspace has no conversations
   */
  const nothingFound = (query: string): Entry => {
    if (query === '') {
      return {
        label: `$(add) ${vscode.l10n.t('Start a conversation')}`,
        detail: vscode.l10n.t('There are no conversations yet.'),
        alwaysShow: true,
        choose: () => {
          list.close();
          return vscode.commands.executeCommand('holysheep.newConversation');
        },
      };
    }
    return {
      label: `$(clear-all) ${vscode.l10n.t('Show all conversations')}`,
      detail: vscode.l10n.t('Nothing found for “{0}”.', query),
      alwaysShow: true,
      choose: () => {
        list.picker.value = '';
        refresh();
      },
    };
  };

  const list = new OpenList<Entry>(
    {
      title: vscode.l10n.t('History'),
      placeholder: vscode.l10n.t('Search titles, prompts, and answers'),
      keepScrollPosition: true,
    },
    onError,
  );
  list.onAccept(([entry]) => entry?.choose?.());
  list.onItemButton(async (button, { named }) => {
    if (!named) return;
    if (button === exportButton) {
      list.close();
      await exportConversation(deps, named);
    } else if (button === renameButton) {
      await list.showAfter(() => renameConversation(deps, named));
    } else {
      await deleteConversation(deps, named, refresh);
    }
    refresh();
  });
  list.picker.onDidChangeValue(() => refresh(typingPauseMs));
  list.onClose(() => search.abort());
  refresh();
}

type Entry = vscode.QuickPickItem & {
  /** The conversation of the item. Absent for a separator, and for the item that a list without conversations shows. */
  readonly named?: NamedConversation;
  readonly choose?: () => unknown;
};
