import * as vscode from 'vscode';
import { toast } from '../toast';
import type { HistoryDeps, NamedConversation } from './historyDeps';

export async function openConversation(
  deps: HistoryDeps,
  { id, title }: NamedConversation,
  options = { preserveFocus: false },
): Promise<void> {
  const conversation = await deps.conversations.open(id);
  if (conversation) deps.panels.show(conversation, options);
  else toast(deps.log, 'warning', vscode.l10n.t('“{0}” can no longer be opened.', title));
}
