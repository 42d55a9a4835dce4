import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { itemButton } from '../ui/notifications';
import { Disposable } from '../util/disposable';
import { localize } from '../util/localization';
import {
  deleteConversation,
  type HistoryDeps,
  openConversation,
  renameConversation,
  type NamedConversation,
} from './conversationActions';
import { exportConversation } from './exportConversation';
import { historySections, type FoundConversation } from './historyItems';

const typingPauseMs = 150;

/** The quick pick in which users open, search, rename, export and delete the conversations of the workspace. */
class HistoryPicker extends Disposable {
  private readonly picker = this.register(vscode.window.createQuickPick<Entry>());
  private readonly renameButton = itemButton('edit', vscode.l10n.t('Rename'));
  private readonly exportButton = itemButton('save-as', vscode.l10n.t('Export'));
  private readonly deleteButton = itemButton('trash', vscode.l10n.t('Delete'));
  private search = new AbortController();
  /** Whether an input box or a dialog has temporarily replaced the picker. */
  private isTemporarilyHidden = false;

  constructor(private readonly deps: HistoryDeps) {
    super();
    const { picker } = this;
    picker.title = vscode.l10n.t('History');
    picker.placeholder = vscode.l10n.t('Search titles, prompts, and answers');
    this.register({ dispose: () => this.search.abort() });
    this.register(picker.onDidChangeValue(() => this.refresh(typingPauseMs)));
    this.register(picker.onDidAccept(() => this.runReported(() => this.accept(picker.selectedItems[0]))));
    this.register(
      picker.onDidTriggerItemButton((event) => this.runReported(() => this.runItemButton(event.item, event.button))),
    );
    this.register(
      picker.onDidHide(() => {
        if (!this.isTemporarilyHidden) this.dispose();
      }),
    );
  }

  show(): void {
    this.picker.show();
    this.refresh();
  }

  private refresh(afterMs = 0): void {
    this.search.abort();
    if (this.disposed) return;
    this.search = new AbortController();
    this.picker.busy = true;
    this.runReported(() => this.find(this.picker.value.trim(), afterMs, this.search.signal));
  }

  private async find(query: string, afterMs: number, signal: AbortSignal): Promise<void> {
    const { conversations } = this.deps;
    try {
      await setTimeout(afterMs, undefined, { signal });
      const results = await (query === '' ? conversations.list() : conversations.search(query, signal));
      if (!signal.aborted) this.showResults(results, query);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      if (!signal.aborted) this.picker.busy = false;
    }
  }

  private runReported(work: () => Promise<void>): void {
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

  private async runItemButton({ choice }: Entry, pressed: vscode.QuickInputButton): Promise<void> {
    if (choice?.type !== 'conversation') return;
    const { named } = choice;
    if (pressed === this.renameButton) return this.showAgainAfter(() => renameConversation(this.deps, named));
    if (pressed === this.exportButton) {
      this.dispose();
      return exportConversation(this.deps, named);
    }
    if (pressed !== this.deleteButton) return;
    this.picker.items = this.picker.items.filter((entry) => entry.choice !== choice);
    await deleteConversation(this.deps, named, () => this.refresh());
    this.refresh();
  }

  private async showAgainAfter(work: () => Promise<void>): Promise<void> {
    this.isTemporarilyHidden = true;
    try {
      await work();
    } finally {
      this.isTemporarilyHidden = false;
      this.show();
    }
  }

  private showResults(results: readonly FoundConversation[], query: string): void {
    const { picker } = this;
    const activeId = conversationIdOf(picker.activeItems[0]);
    picker.keepScrollPosition = true;
    const buttons = [this.renameButton, this.exportButton, this.deleteButton];
    picker.items =
      results.length === 0
        ? [nothingFound(query)]
        : historyEntries(results, buttons, (id) => this.deps.panels.isOpen(id));
    const previouslyActive =
      activeId === undefined ? undefined : picker.items.find((entry) => conversationIdOf(entry) === activeId);
    if (previouslyActive) picker.activeItems = [previouslyActive];
  }
}

/** Shows the history picker. */
export function openHistory(deps: HistoryDeps): void {
  new HistoryPicker(deps).show();
}

type Entry = vscode.QuickPickItem & {
  /** What the user chooses with the entry. Absent for a separator. */
  readonly choice?:
    | { readonly type: 'conversation'; readonly named: NamedConversation }
    | { readonly type: 'startNew' }
    | { readonly type: 'showAll' };
};

function historyEntries(
  results: readonly FoundConversation[],
  buttons: readonly vscode.QuickInputButton[],
  isOpen: (id: string) => boolean,
): readonly Entry[] {
  const context = { localize, locale: vscode.env.language, now: Date.now(), isOpen };
  return historySections(results, context).flatMap(({ heading, items }) => [
    { label: heading, kind: vscode.QuickPickItemKind.Separator },
    ...items.map((item) => ({ ...item, buttons, choice: { type: 'conversation', named: item } as const })),
  ]);
}

/**
 * Returns the entry that the picker shows when it has no conversation to list.
 * @param query the search text, or an empty string when the workspace has no conversation
 */
function nothingFound(query: string): Entry {
  return query === ''
    ? {
        label: `$(add) ${vscode.l10n.t('Start a conversation')}`,
        detail: vscode.l10n.t('There are no conversations yet.'),
        alwaysShow: true,
        choice: { type: 'startNew' },
      }
    : {
        label: `$(clear-all) ${vscode.l10n.t('Show all conversations')}`,
        detail: vscode.l10n.t('Nothing found for “{0}”.', query),
        alwaysShow: true,
        choice: { type: 'showAll' },
      };
}

function conversationIdOf(entry: Entry | undefined): string | undefined {
  return entry?.choice?.type === 'conversation' ? entry.choice.named.id : undefined;
}
