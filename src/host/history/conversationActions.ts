import * as vscode from 'vscode';
import { titleLength } from '../conversation/conversationList';
import type { Conversations } from '../conversation/conversations';
import type { Log } from '../diagnostics/log';
import type { ConversationPanels } from '../panel/conversationPanels';
import { panelTitle } from '../panel/panelText';
import { withoutLinks } from '../ui/messageText';
import { toast } from '../ui/notifications';
import { messageOf } from '../util/userError';

/** At once, and without asking: the way back is offered until the message goes away. Resolves when it is deleted. */
export async function deleteConversation(
  deps: HistoryDeps,
  named: NamedConversation,
  onUndone: () => void = () => undefined,
): Promise<void> {
  const { panels, onError } = deps;
  const wasShown = panels.isOpen(named.id);
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
    toast(log, 'error', vscode.l10n.t("Couldn't delete “{0}”: {1}", panelTitle(title), messageOf(error)));
    return 'failed';
  }
}

/** Resolves when it has its new name, or keeps the old one. */
export async function renameConversation(deps: HistoryDeps, { id, title }: NamedConversation): Promise<void> {
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t('Rename conversation'),
    prompt: vscode.l10n.t('Shown on the tab and in the history'),
    value: title,
    validateInput: problemOf,
  });
  if (name !== undefined && name.trim() !== title) await deps.conversations.rename(id, name.trim());
}

function problemOf(name: string): string | undefined {
  if (name.trim() === '') return vscode.l10n.t('Enter a name.');
  return name.trim().length > titleLength
    ? vscode.l10n.t('Names can have at most {0} characters.', titleLength)
    : undefined;
}

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

/** What is done to conversations that may not be open. */
export interface HistoryDeps {
  readonly conversations: Pick<Conversations, 'list' | 'search' | 'open' | 'read' | 'remove' | 'rename'>;
  readonly panels: Pick<ConversationPanels, 'show' | 'isOpen' | 'close'>;
  readonly startConversation: () => void;
  readonly log: Pick<Log, 'error'>;
  /** The one error boundary. */
  readonly onError: (error: unknown) => void;
}

/** Which conversation, and what it is called. */
export interface NamedConversation {
  readonly id: string;
  /** Given by the person, or what the first prompt begins with. */
  readonly title: string;
}
