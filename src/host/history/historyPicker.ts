import * as vscode from 'vscode';
import type { ConversationSummary } from '../conversation/conversationList';
import { Disposable } from '../util/disposable';
import { localize } from '../util/localization';
import { systemClock } from '../util/systemClock';
import {
  deleteConversation,
  type HistoryDeps,
  openConversation,
  renameConversation,
  type NamedConversation,
} from './conversationActions';
import { exportConversation } from './exportConversation';
import { historySections, type HistoryItem } from './historyItems';
import { LatestSearch } from './latestSearch';

const typingPauseMs = 150;

/** The conversations of this workspace, to be opened, searched, renamed, exported and deleted. */
class HistoryPicker extends Disposable {
  private readonly picker = this.register(vscode.window.createQuickPick<Entry>());
  private readonly rename = button('edit', vscode.l10n.t('Rename'));
  private readonly export = button('export', vscode.l10n.t('Export'));
  private readonly remove = button('trash', vscode.l10n.t('Delete'));
  private readonly search: LatestSearch<Found>;
  /** Something of ours is in its place, and it comes back afterwards. */
  private away = false;

  constructor(private readonly deps: HistoryDeps) {
    super();
    const { picker } = this;
    picker.title = vscode.l10n.t('History');
    picker.placeholder = vscode.l10n.t('Search titles, prompts and answers');
    const { conversations, onError } = deps;
    this.search = this.register(
      new LatestSearch<Found>({
        clock: systemClock,
        find: (words, signal) => (words === '' ? conversations.list() : conversations.search(words, signal)),
        onBusy: (busy) => (picker.busy = busy),
        onFound: (found, words) => this.fill(found, words),
        onError,
      }),
    );
    this.register(picker.onDidChangeValue(() => this.refresh(typingPauseMs)));
    this.register(picker.onDidAccept(() => this.handle(() => this.accept(picker.selectedItems[0]))));
    this.register(picker.onDidTriggerItemButton((event) => this.handle(() => this.act(event.item, event.button))));
    this.register(
      picker.onDidHide(() => {
        if (!this.away) this.dispose();
      }),
    );
  }

  show(): void {
    this.picker.show();
    this.refresh();
  }

  private refresh(afterMs = 0): void {
    if (!this.disposed) this.search.update(this.picker.value.trim(), afterMs);
  }

  private handle(work: () => Promise<void>): void {
    work().catch(this.deps.onError);
  }

  private async accept(entry: Entry | undefined): Promise<void> {
    switch (entry?.choice?.type) {
      case 'conversation':
        this.dispose();
        return openConversation(this.deps, entry.choice.named);
      case 'startNew':
        this.dispose();
        this.deps.startConversation();
        return;
      case 'showAll':
        this.picker.value = '';
        this.refresh();
        return;
      case undefined:
        return;
    }
  }

  private async act({ choice }: Entry, pressed: vscode.QuickInputButton): Promise<void> {
    if (choice?.type !== 'conversation') return;
    const { named } = choice;
    if (pressed === this.rename) return this.comeBackAfter(() => renameConversation(this.deps, named));
    if (pressed === this.export) {
      this.dispose();
      return exportConversation(this.deps, named);
    }
    if (pressed !== this.remove) return;
    this.picker.items = this.picker.items.filter((entry) => entry.choice !== choice);
    await deleteConversation(this.deps, named, () => this.refresh());
    this.refresh();
  }

  private async comeBackAfter(work: () => Promise<void>): Promise<void> {
    this.away = true;
    try {
      await work();
    } finally {
      this.away = false;
      this.show();
    }
  }

  private fill(found: Found, words: string): void {
    const { picker } = this;
    const active = idOf(picker.activeItems[0]);
    picker.keepScrollPosition = true;
    const buttons = [this.rename, this.export, this.remove];
    picker.items =
      found.length === 0 ? [nothingFound(words)] : historyEntries(found, buttons, (id) => this.deps.panels.isOpen(id));
    const kept = active === undefined ? undefined : picker.items.find((entry) => idOf(entry) === active);
    if (kept) picker.activeItems = [kept];
  }
}

function button(icon: string, tooltip: string): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon(icon), tooltip };
}

export function openHistory(deps: HistoryDeps): void {
  new HistoryPicker(deps).show();
}

/** Of a list, or of a search: then with where the words occur. */
type Found = readonly (ConversationSummary & { readonly excerpt?: string })[];

type Entry = vscode.QuickPickItem & {
  /** Absent: a separator. */
  readonly choice?:
    | { readonly type: 'conversation'; readonly named: NamedConversation }
    | { readonly type: 'startNew' }
    | { readonly type: 'showAll' };
};

function historyEntries(
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
function nothingFound(words: string): Entry {
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

function idOf(entry: Entry | undefined): string | undefined {
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
