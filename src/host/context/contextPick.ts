import * as vscode from 'vscode';
import type { ContextKind, ContextSuggestion } from '../../shared/protocol';
import { plainLabel } from '../ui/messageText';
import { fileChoice, withLinkTargets } from './contextChoices';
import { contextId } from './contextId';
import { rankContext, type ContextCandidate } from './rankContext';
import { WorkspaceFiles } from './workspaceFiles';

/** Larger workspaces are for `#`, which searches; any file at all can be browsed for. */
const maxListedFiles = 5000;
/** The list is there at once and says that it is not complete yet. */
const searchTimeoutMs = 30_000;

interface ContextItem extends vscode.QuickPickItem {
  readonly id?: string;
}

/**
 * Opens at once with what is at hand and fills in with the workspace.
 * @returns ids of what was chosen
 */
export async function pickContext(initialCandidates: readonly ContextCandidate[]): Promise<readonly string[]> {
  // Its own: a `#` typed in a panel meanwhile ends the searches of that panel only.
  const files = new WorkspaceFiles();
  const picker = vscode.window.createQuickPick<ContextItem>();
  picker.title = vscode.l10n.t('Attach context');
  picker.placeholder = vscode.l10n.t('Choose context to attach');
  picker.canSelectMany = true;
  picker.matchOnDescription = true;
  picker.busy = true;
  picker.buttons = [{ iconPath: new vscode.ThemeIcon('folder-opened'), tooltip: vscode.l10n.t('Choose a file…') }];
  const chosen = new Promise<readonly string[]>((resolve) => {
    picker.onDidAccept(() => {
      // Enter without a tick means the one that is marked.
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
  let candidates = initialCandidates;
  /** Where several can be ticked VS Code marks none by itself, and Enter would mean nothing. */
  const activateBest = (): void => {
    const [best] = rankContext(picker.value, candidates, 1);
    picker.activeItems = picker.items.filter(({ id }) => id === best?.id);
  };
  const showCandidates = (newCandidates: readonly ContextCandidate[]): void => {
    candidates = newCandidates;
    const { selectedItems, activeItems } = picker;
    picker.items = candidates.map(({ suggestion }) => toItem(suggestion));
    picker.selectedItems = findSameItems(picker.items, selectedItems);
    const stillActive = findSameItems(picker.items, activeItems);
    if (stillActive.length > 0) picker.activeItems = stillActive;
    else activateBest();
  };
  picker.onDidChangeValue(activateBest);
  showCandidates(initialCandidates);
  picker.show();
  try {
    const addWorkspaceFiles = async (): Promise<void> => {
      const initialWithTargets = await withLinkTargets(initialCandidates);
      showCandidates(initialWithTargets);
      const found = await files.find('', maxListedFiles, searchTimeoutMs);
      const existingIds = new Set(initialCandidates.map(({ suggestion }) => suggestion.id));
      const sortedFiles = found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
      const fileCandidates = sortedFiles.map(fileChoice).filter(({ suggestion }) => !existingIds.has(suggestion.id));
      const all = [...initialWithTargets, ...(await withLinkTargets(fileCandidates))];
      picker.busy = false;
      showCandidates(all);
    };
    const filesAdded = addWorkspaceFiles();
    // Whoever chooses before the files are there doesn't wait for them.
    return await Promise.race([chosen, filesAdded.then(() => chosen)]);
  } finally {
    picker.dispose();
  }
}

const icons: Readonly<Record<ContextKind | 'editors' | 'pick', string>> = {
  selection: 'selection',
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

/** Any file, also one outside the workspace. */
async function browseFiles(): Promise<readonly string[]> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: vscode.l10n.t('Attach'),
    title: vscode.l10n.t('Attach context'),
  });
  return (chosen ?? []).map((uri) => contextId({ kind: 'file', uri: uri.toString() }));
}
