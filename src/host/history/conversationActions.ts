import * as vscode from 'vscode';
import { maxTitleLength } from '../conversation/conversationOutlines';
import type { PanelFeatures } from '../panel/panelRegistry';
import type { ShowOptions } from '../panel/panelServices';
import { panelTitle } from '../ui/panelText';
import { askForText, askUser, showMessage } from '../ui/notifications';
import { errorMessage } from '../util/userError';

/**
 * Deletes a conversation without confirmation, and shows a notification with the button *Undo*. The promise resolves
 * when the conversation is deleted, without waiting until the notification is closed.
 */
export async function deleteConversation(
  deps: PanelFeatures,
  named: NamedConversation,
  onUndone: () => void = () => undefined,
): Promise<void> {
  const { conversations, panels, log, onError } = deps;
  const { id } = named;
  const title = panelTitle(named.title);
  const location = panels.locationOf(id);
  const removed = await conversations.remove(id).catch((error: unknown) => {
    log.error(error);
    showMessage(log, 'error', vscode.l10n.t("Couldn't delete “{0}”: {1}", title, errorMessage(error)));
    return 'failed' as const;
  });
  if (removed === 'failed') return;
  panels.close(id);
  if (!removed) return;
  const undo = vscode.l10n.t('Undo');
  const message = vscode.l10n.t('Deleted “{0}”.', title);
  const offerUndo = async (): Promise<void> => {
    if ((await askUser('information', message, [undo])) !== undo) return removed.deletePermanently();
    await removed.undo();
    if (location) await openConversation(deps, named, { preserveFocus: true, location });
    onUndone();
  };
  offerUndo().catch(onError);
}

export async function renameConversation(deps: PanelFeatures, { id, title }: NamedConversation): Promise<void> {
  const name = await askForText({
    title: vscode.l10n.t('Rename conversation'),
    prompt: vscode.l10n.t('Shown on the tab and in the history'),
    value: title,
    validateInput: validateName,
  });
  if (name !== undefined && name.trim() !== title) await deps.conversations.rename(id, name.trim());
}

function validateName(name: string): string | undefined {
  if (name.trim() === '') return vscode.l10n.t('Enter a name.');
  return name.trim().length > maxTitleLength
    ? vscode.l10n.t('Names can have at most {0} characters.', maxTitleLength)
    : undefined;
}

/** Opens a conversation in its panel, or notifies the user if the conversation no longer exists. */
export async function openConversation(
  deps: PanelFeatures,
  { id, title }: NamedConversation,
  options?: ShowOptions,
): Promise<void> {
  if (await deps.panels.open(id, options)) return;
  // A conversation that exists but can't be opened needs no message here, because the user has already been told the
  // reason.
  const exists = (await deps.conversations.list()).some((item) => item.id === id);
  if (!exists) showMessage(deps.log, 'warning', vscode.l10n.t('“{0}” can no longer be opened.', title));
}

/** The id and the title of a conversation, which can be open or closed. */
export interface NamedConversation {
  readonly id: string;
  /** The title that the user chose, or else the first line of the first prompt. */
  readonly title: string;
}
