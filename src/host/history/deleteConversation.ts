import * as vscode from 'vscode';
import { panelTitle } from '../panel/panelText';
import type { HistoryDeps, NamedConversation } from './historyDeps';
import { openConversation } from './openConversation';

/** At once, and without asking: the way back is offered until the message goes away. Resolves when it is deleted. */
export async function deleteConversation(
  deps: HistoryDeps,
  named: NamedConversation,
  onUndone: () => void = () => undefined,
): Promise<void> {
  const { conversations, panels, onError } = deps;
  const wasShown = panels.isShown(named.id);
  const removed = await conversations.remove(named.id);
  panels.close(named.id);
  if (!removed) return;
  const undo = vscode.l10n.t('Undo');
  const message = vscode.l10n.t('Deleted “{0}”.', panelTitle(named.title));
  const answer = async (): Promise<void> => {
    if ((await vscode.window.showInformationMessage(message, undo)) !== undo) return removed.forget();
    await removed.undo();
    if (wasShown) await openConversation(deps, named, { preserveFocus: true });
    onUndone();
  };
  answer().catch(onError);
}
