import * as vscode from 'vscode';
import type { ContextKind, ContextSuggestion } from '../../shared/protocol';
import { plainLabel } from '../ui/messageText';
import { itemButton } from '../ui/notifications';
import { fileChoices, withLinkTarget } from './contextChoices';
import { contextId } from './contextId';
import { rankContext } from './rankContext';
import { WorkspaceFiles } from './workspaceFiles';

/** Maximum number of files in the list. In larger workspaces, users can search with `#` or browse for a file. */
const maxListedFiles = 5000;
/** Time limit for finding the files of the workspace. Meanwhile, the list is open and shows that it is loading. */
const searchTimeoutMs = 30_000;

interface ContextItem extends vscode.QuickPickItem {
  readonly id?: string;
}

/**
 * Lets the user choose context items, and returns their ids. The list opens with the given items. The files of the
 * workspace are added when they have been found.
 */
export async function pickContext(initialItems: readonly ContextSuggestion[]): Promise<readonly string[]> {
  // Uses a search of its own, because a search for suggestions in a panel would cancel a shared search.
  const files = new WorkspaceFiles();
  const picker = vscode.window.createQuickPick<ContextItem>();
  picker.title = vscode.l10n.t('Attach context');
  picker.placeholder = vscode.l10n.t('Choose context to attach');
  picker.canSelectMany = true;
  picker.matchOnDescription = true;
  picker.busy = true;
  picker.buttons = [itemButton('folder-opened', vscode.l10n.t('Choose a file…'))];
  const chosen = new Promise<readonly string[]>((resolve) => {
    picker.onDidAccept(() => {
      // If the user presses Enter without checking an item, the item that has the focus is chosen.
      const items = picker.selectedItems.length > 0 ? picker.selectedItems : picker.activeItems.slice(0, 1);
      resolve(items.map(({ id }) => id).filter((id) => id !== undefined));
      picker.hide();
    });
    picker.onDidTriggerButton(() => {
      resolve(browseFiles());
      picker.hide();
    });
    picker.onDidHide(() => resolve([]));
  });
  let suggestions = initialItems;
  /** Makes the best match the active item, because VS Code activates no item in a list with checkboxes. */
  const activateBest = (): void => {
    const [best] = rankContext(picker.value, suggestions, 1);
    picker.activeItems = picker.items.filter(({ id }) => id === best?.id);
  };
  const show = (newSuggestions: readonly ContextSuggestion[]): void => {
    suggestions = newSuggestions;
    const { selectedItems, activeItems } = picker;
    picker.items = suggestions.map(toItem);
    picker.selectedItems = findSameItems(picker.items, selectedItems);
    const stillActive = findSameItems(picker.items, activeItems);
    if (stillActive.length > 0) picker.activeItems = stillActive;
    else activateBest();
  };
  picker.onDidChangeValue(activateBest);
  show(initialItems);
  picker.show();
  const addWorkspaceFiles = async (): Promise<void> => {
    const initialWithTargets = await Promise.all(initialItems.map(withLinkTarget));
    show(initialWithTargets);
    const found = await files.find('', maxListedFiles, searchTimeoutMs);
    const sortedFiles = found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const fileItems = await Promise.all(fileChoices(sortedFiles, initialItems).map(withLinkTarget));
    picker.busy = false;
    show([...initialWithTargets, ...fileItems]);
  };
  try {
    // Loads the files in the background, so that the user can choose an item before they are listed.
    return await Promise.race([chosen, addWorkspaceFiles().then(() => chosen)]);
  } finally {
    picker.dispose();
  }
}

const icons: Readonly<Record<ContextKind | 'editors' | 'pick', string>> = {
  selection: 'list-selection',
  problems: 'warning',
  editors: 'files',
  file: 'file',
  pick: 'folder-opened',
};

function toItem({ id, kind, label, detail }: ContextSuggestion): ContextItem {
  return { id, label: `$(${icons[kind]}) ${plainLabel(label)}`, description: plainLabel(detail) };
}

function findSameItems(items: readonly ContextItem[], previous: readonly ContextItem[]): ContextItem[] {
  const ids = new Set(previous.map(({ id }) => id));
  return items.filter(({ id }) => ids.has(id));
}

/** Lets the user choose files in a dialog, including files outside the workspace. Returns their context ids. */
async function browseFiles(): Promise<readonly string[]> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: vscode.l10n.t('Attach'),
    title: vscode.l10n.t('Attach context'),
  });
  return (chosen ?? []).map((uri) => contextId({ kind: 'file', uri: uri.toString() }));
}
