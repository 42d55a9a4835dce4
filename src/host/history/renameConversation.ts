import * as vscode from 'vscode';
import { titleLength } from '../conversation/conversationSummary';
import type { HistoryDeps, NamedConversation } from './historyDeps';

/** Resolves when it has its new name, or keeps the old one. */
export async function renameConversation(deps: HistoryDeps, { id, title }: NamedConversation): Promise<void> {
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t('Rename conversation'),
    prompt: vscode.l10n.t('The name of its tab, and in the history'),
    value: title,
    validateInput: problemOf,
  });
  if (name !== undefined && name.trim() !== title) await deps.conversations.rename(id, name.trim());
}

function problemOf(name: string): string | undefined {
  if (name.trim() === '') return vscode.l10n.t('Enter a name.');
  return name.trim().length > titleLength
    ? vscode.l10n.t('A name has at most {0} characters.', titleLength)
    : undefined;
}
