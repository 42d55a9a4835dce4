import * as vscode from 'vscode';
import type { ContextKind, ContextSuggestion } from '../../shared/protocol';
import { plainLabel } from '../ui/messageText';
import { fileChoice, withTargets } from './contextChoices';
import { contextId } from './contextId';
import { rankContext, type ContextCandidate } from './rankContext';
import { WorkspaceFiles } from './workspaceFiles';

/** Larger workspaces are for `#`, which searches; any file at all can be browsed for. */
const listed = 5000;
/** The list is there at once and says that it is not complete yet. */
const patienceMs = 30_000;

interface ContextItem extends vscode.QuickPickItem {
  readonly id?: string;
}

/**
 * Opens at once with what is at hand and fills in with the workspace.
 * @returns ids of what was chosen
 */
export async function pickContext(atHand: readonly ContextCandidate[]): Promise<readonly string[]> {
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
      resolve(browse());
      picker.hide();
    });
    picker.onDidHide(() => resolve([]));
  });
  let candidates = atHand;
  /** Where several can be ticked VS Code marks none by itself, and Enter would mean nothing. */
  const markBest = (): void => {
    const [best] = rankContext(picker.value, candidates, 1);
    picker.activeItems = picker.items.filter(({ id }) => id === best?.id);
  };
  const show = (shown: readonly ContextCandidate[]): void => {
    candidates = shown;
    const { selectedItems, activeItems } = picker;
    picker.items = candidates.map(({ suggestion }) => itemOf(suggestion));
    picker.selectedItems = sameItems(picker.items, selectedItems);
    const marked = sameItems(picker.items, activeItems);
    if (marked.length > 0) picker.activeItems = marked;
    else markBest();
  };
  picker.onDidChangeValue(markBest);
  show(atHand);
  picker.show();
  try {
    const fillIn = async (): Promise<void> => {
      const first = await withTargets(atHand);
      show(first);
      const found = await files.find('', listed, patienceMs);
      const known = new Set(atHand.map(({ suggestion }) => suggestion.id));
      const sorted = found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
      const others = sorted.map(fileChoice).filter(({ suggestion }) => !known.has(suggestion.id));
      const all = [...first, ...(await withTargets(others))];
      picker.busy = false;
      show(all);
    };
    const arrival = fillIn();
    // Whoever chooses before the files are there doesn't wait for them.
    return await Promise.race([chosen, arrival.then(() => chosen)]);
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

function itemOf({ id, kind, label, detail }: ContextSuggestion): ContextItem {
  return { id, label: `$(${icons[kind]}) ${plainLabel(label)}`, description: plainLabel(detail) };
}

function sameItems(items: readonly ContextItem[], earlier: readonly ContextItem[]): ContextItem[] {
  const ids = new Set(earlier.map(({ id }) => id));
  return items.filter(({ id }) => ids.has(id));
}

/** Any file, also one outside the workspace. */
async function browse(): Promise<readonly string[]> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: vscode.l10n.t('Attach'),
    title: vscode.l10n.t('Attach context'),
  });
  return (chosen ?? []).map((uri) => contextId({ kind: 'file', uri: uri.toString() }));
}
