import * as vscode from 'vscode';
import { viewType } from '../contributions';
import type { Store } from '../conversation/promptHistoryStore';
import { Disposable } from '../util/disposable';

const key = 'holysheep.shownConversations';

/** VS Code has restored a panel that is in view by then, also on a machine that is busy. */
const restoredWithinMs = 5000;

/**
 * Tabs that an earlier extension host has left in this window. After a reload VS Code restores the panel of a tab when
 * somebody looks at the tab. When only the extension host has died, nobody answers the panels any more, and VS Code
 * restores none. VS Code does not tell which conversation is in a tab, so the workspace's memory has the ids of the
 * conversations, and the titles of this host's own panels tell which tabs are left.
 */
export class PanelRestoration extends Disposable {
  private readonly before: Shown;
  private onRestored: () => void = () => undefined;
  private readonly restored = new Promise<void>((resolve) => (this.onRestored = resolve));

  /** @param session of the window: the same when only the extension host is a new one, and maybe after a reload */
  constructor(
    private readonly memory: Store,
    private readonly session: string,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
    this.before = shownIn(memory.get(key));
  }

  /** Remembers the ids of all conversations that are shown, for the next extension host. */
  remember(ids: readonly string[]): void {
    this.memory.update(key, { session: this.session, ids }).then(undefined, this.onError);
  }

  /** Conversations whose panels may be dead. */
  get orphaned(): readonly string[] {
    return this.before.session === this.session ? this.before.ids : [];
  }

  /** VS Code restores panels: those that are left are not dead. */
  panelRestored(): void {
    this.onRestored();
  }

  /**
   * Returns whether VS Code will restore a panel with this title. VS Code may have lost the tab of a conversation that was
   * opened shortly before the host died, so that the remembered ids do not tell.
   * @param own titles of this host's panels
   */
  isDormant(title: string, own: readonly string[]): boolean {
    return leftTabs(own).some(({ label }) => label === title);
  }

  /** Whether a tab that is left is in view. */
  isInView(own: readonly string[]): boolean {
    return leftTabs(own).some(({ isActive }) => isActive);
  }

  /**
   * Closes the tabs that are left if they are dead: one has been in view for so long that VS Code would have restored it.
   * @returns false if VS Code restores panels, or if no tab is left
   */
  async closeDead(own: () => readonly string[]): Promise<boolean> {
    let tabsChanged = (): void => undefined;
    const changes = this.register(vscode.window.tabGroups.onDidChangeTabs(() => tabsChanged()));
    try {
      while (!this.disposed && leftTabs(own()).length > 0) {
        if (!this.isInView(own())) {
          await new Promise<void>((resolve) => (tabsChanged = resolve));
          continue;
        }
        const isRestored = await Promise.race([
          this.restored.then(() => true),
          new Promise<false>((resolve) => setTimeout(() => resolve(false), restoredWithinMs).unref()),
        ]);
        if (isRestored) return false;
        if (!this.isInView(own())) continue;
        await vscode.window.tabGroups.close(leftTabs(own()), true);
        return true;
      }
      return false;
    } finally {
      changes.dispose();
    }
  }
}

/** Returns where VS Code has kept tabs of ours; undefined: nowhere. */
export function columnOfOurs(): vscode.ViewColumn | undefined {
  return ourTabs()[0]?.group.viewColumn;
}

interface Shown {
  readonly session: unknown;
  readonly ids: readonly string[];
}

function shownIn(value: unknown): Shown {
  const { session, ids } = Object(value) as Partial<Record<'session' | 'ids', unknown>>;
  return { session, ids: Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [] };
}

/** All of our tabs but one for each of these titles. */
function leftTabs(own: readonly string[]): readonly vscode.Tab[] {
  const left = [...ourTabs()];
  for (const title of own) {
    const index = left.findIndex(({ label }) => label === title);
    if (index >= 0) left.splice(index, 1);
  }
  return left;
}

/** VS Code puts a prefix of its own before the type. */
function ourTabs(): readonly vscode.Tab[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType));
}
