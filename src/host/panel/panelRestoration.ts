import * as v from 'valibot';
import * as vscode from 'vscode';
import { viewType } from '../contributions';
import { openTabs } from '../ui/editorTabs';
import type { StateStore } from '../util/stateStore';
import { Disposable } from '../util/disposable';
import { parseOrUndefined } from '../util/validation';
import { resultWithin } from '../util/systemClock';

const memoryKey = 'holysheep.shownConversations';
const rememberedPanels = v.object({
  session: v.string(),
  ids: v.array(v.string()),
  idInView: v.optional(v.string()),
});

/**
 * Maximum time, in milliseconds, that VS Code needs to restore a visible panel after a reload, even on a busy machine.
 */
const restoreTimeoutMs = 5000;

/**
 * Finds and closes orphaned tabs, which remain after the extension host has crashed, because VS Code then restores no
 * panels. A tab is treated as orphaned if no panel of this extension host has its title. The title is all that
 * extensions can read. The ids of the open conversations are saved, so that new panels can replace the closed tabs.
 */
export class PanelRestoration extends Disposable {
  /** IDs of the conversations that were open in tabs of this window when the previous extension host ended. */
  readonly orphanedIds: readonly string[];
  /** ID of the conversation that the view in the side bar showed last, even if the view is closed now. */
  idInView: string | undefined;
  /**
   * Must be called when VS Code has restored a panel. VS Code then restores the other panels as well, so no tab is
   * closed as orphaned.
   */
  handleRestored = (): void => undefined;
  private readonly restored = new Promise<void>((resolve) => (this.handleRestored = resolve));

  /**
   * @param session the value of `vscode.env.sessionId`, which does not change when only the extension host is restarted
   */
  constructor(
    private readonly memory: StateStore,
    private readonly session: string,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
    const remembered = parseOrUndefined(rememberedPanels, memory.get(memoryKey));
    this.orphanedIds = remembered?.session === session ? remembered.ids : [];
    this.idInView = remembered?.idInView;
  }

  /**
   * Saves which conversations are open.
   * @param ids ids of the conversations in tabs
   * @param idInView id of the conversation in the side bar, or undefined if the view is closed
   */
  remember(ids: readonly string[], idInView = this.idInView): void {
    this.idInView = idInView;
    this.memory.update(memoryKey, { session: this.session, ids, idInView }).then(undefined, this.onError);
  }

  /**
   * Returns whether VS Code will restore the panel of a conversation. The result depends on the tab titles, because the
   * saved ids might include a conversation whose tab VS Code has lost.
   */
  willBeRestored(title: string, ownTitles: readonly string[]): boolean {
    return orphanedTabs(ownTitles).some(({ label }) => label === title);
  }

  isOrphanedTabVisible(ownTitles: readonly string[]): boolean {
    return orphanedTabs(ownTitles).some(({ isActive }) => isActive);
  }

  /**
   * Closes the orphaned tabs when one of them has been visible for {@link restoreTimeoutMs} and VS Code has not
   * restored it.
   * @returns the editor column of the first closed tab
   */
  async closeOrphanedTabs(ownTitles: () => readonly string[]): Promise<vscode.ViewColumn | undefined> {
    while (!this.disposed && orphanedTabs(ownTitles()).length > 0) {
      if (!this.isOrphanedTabVisible(ownTitles())) {
        await nextTabChange();
        continue;
      }
      if ((await resultWithin(restoreTimeoutMs, this.restored)) !== 'late') return undefined;
      if (!this.isOrphanedTabVisible(ownTitles())) continue;
      const tabs = orphanedTabs(ownTitles());
      const column = tabs[0]?.group.viewColumn;
      await vscode.window.tabGroups.close(tabs, true);
      return column;
    }
    return undefined;
  }
}

function nextTabChange(): Promise<void> {
  return new Promise((resolve) => {
    const subscription = vscode.window.tabGroups.onDidChangeTabs(() => {
      subscription.dispose();
      resolve();
    });
  });
}

function orphanedTabs(ownTitles: readonly string[]): readonly vscode.Tab[] {
  const remaining = [...extensionTabs()];
  for (const title of ownTitles) {
    const index = remaining.findIndex(({ label }) => label === title);
    if (index >= 0) remaining.splice(index, 1);
  }
  return remaining;
}

/**
 * Returns the tabs of this extension. Only the end of a tab's view type is compared, because VS Code adds a prefix to
 * the view type.
 */
function extensionTabs(): readonly vscode.Tab[] {
  return openTabs().filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType));
}
