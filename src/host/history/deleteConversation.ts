import * as vscode from 'vscode';
import { panelTitle } from '../panel/panelText';
import { toast } from '../toast';
import { withoutLinks } from '../withoutLinks';
import type { HistoryDeps, NamedConversation } from './historyDeps';
import { openConversation } from './openConversation';

/** At once, and without asking: the way back is offered until the message goes away. Resolves when it is deleted. */
export async function deleteConversation(
  deps: HistoryDeps,
  named: NamedConversation,
  onUndone: () => void = () => undefined,
): Promise<void> {
  const { panels, onError } = deps;
  const wasShown = panels.isShown(named.id);
  const removed = await tryToRemove(deps, named);
  if (removed === 'failed') return;
  panels.close(named.id);
  if (!removed) return;
  const undo = vscode.l10n.t('Undo');
  const message = vscode.l10n.t('Deleted “{0}”.', panelTitle(named.title));
  const answer = async (): Promise<void> => {
    if ((await vscode.window.showInformationMessage(withoutLinks(message), undo)) !== undo) return removed.forget();
    await removed.undo();
    if (wasShown) await openConversation(deps, named, { preserveFocus: true });
    onUndone();
  };
  answer().catch(onError);
}

async function tryToRemove({ conversations, log }: HistoryDeps, { id, title }: NamedConversation) {
  try {
    return await conversations.remove(id);
  } catch (error) {
    log.error(error);
    const reason = error instanceof Error ? error.message : String(error);
    toast(log, 'error', vscode.l10n.t('“{0}” could not be deleted: {1}', panelTitle(title), reason));
    return 'failed';
  }
}
