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
    this.register(picker.onDidAccept(() => this.runReported(() => this.chooseSelected())));
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

  private runReported(work: () => Promise<unknown>): void {
    work().catch(this.deps.onError);
  }

  private async chooseSelected(): Promise<void> {
    await this.picker.selectedItems[0]?.choose?.();
  }

  private async runItemButton({ named }: Entry, pressed: vscode.QuickInputButton): Promise<void> {
    if (!named) return;
    if (pressed === this.renameButton) return this.showAgainAfter(() => renameConversation(this.deps, named));
    if (pressed === this.exportButton) {
      this.dispose();
      return exportConversation(this.deps, named);
    }
    if (pressed !== this.deleteButton) return;
    this.picker.items = this.picker.items.filter((entry) => entry.named !== named);
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
    const activeId = picker.activeItems[0]?.named?.id;
    picker.keepScrollPosition = true;
    picker.items = results.length === 0 ? [this.nothingFound(query)] : this.entries(results);
    const previouslyActive =
      activeId === undefined ? undefined : picker.items.find(({ named }) => named?.id === activeId);
    if (previouslyActive) picker.activeItems = [previouslyActive];
  }

  private entries(results: readonly FoundConversation[]): readonly Entry[] {
    const { deps } = this;
    const isOpen = (id: string): boolean => deps.panels.isOpen(id);
    const context = { localize, locale: vscode.env.language, now: Date.now(), isOpen };
    const buttons = [this.renameButton, this.exportButton, this.deleteButton];
    const choose = (named: NamedConversation): Promise<void> => {
      this.dispose();
      return openConversation(deps, named);
    };
    return historySections(results, context).flatMap(({ heading, items }) => [
      { label: heading, kind: vscode.QuickPickItemKind.Separator },
      ...items.map((item) => ({ ...item, buttons, named: item, choose: () => choose(item) })),
    ]);
  }

  /**
   * Returns the entry that the picker shows when it has no conversation to list.
   * @param query the search text, or an empty string when the workspace has no conversation
   */
  private nothingFound(query: string): Entry {
    if (query === '') {
      return {
        label: `$(add) ${vscode.l10n.t('Start a conversation')}`,
        detail: vscode.l10n.t('There are no conversations yet.'),
        alwaysShow: true,
        choose: () => {
          this.dispose();
          this.deps.startConversation();
        },
      };
    }
    return {
      label: `$(clear-all) ${vscode.l10n.t('Show all conversations')}`,
      detail: vscode.l10n.t('Nothing found for “{0}”.', query),
      alwaysShow: true,
      choose: () => {
        this.picker.value = '';
        this.refresh();
      },
    };
  }
}

/** Shows the history picker. */
export function openHistory(deps: HistoryDeps): void {
  new HistoryPicker(deps).show();
}

type Entry = vscode.QuickPickItem & {
  /** Absent for a separator, and for the only entry of an empty list. */
  readonly named?: NamedConversation;
  readonly choose?: () => unknown;
};
