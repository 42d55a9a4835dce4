import * as vscode from 'vscode';
import { toast } from '../toast';
import type { HistoryDeps, NamedConversation } from './historyDeps';

export async function openConversation(
  deps: HistoryDeps,
  { id, title }: NamedConversation,
  options = { preserveFocus: false },
): Promise<void> {
  const conversation = await deps.conversations.open(id);
  if (conversation) {
    deps.panels.show(conversation, options);
    return;
  }
  // Why one that is there can't be opened was told when it was tried.
  const isThere = (await deps.conversations.list()).some((summary) => summary.id === id);
  if (!isThere) toast(deps.log, 'warning', vscode.l10n.t('“{0}” can no longer be opened.', title));
}
