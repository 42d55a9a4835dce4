import * as vscode from 'vscode';
import { isRecord } from '../../engine/json';
import type { Commands } from '../commands';
import { conversationTitle } from '../conversation/conversationOutlines';
import type { Conversations } from '../conversation/conversations';
import type { PanelFeatures } from '../panel/panelRegistry';
import { UserError } from '../util/userError';
import { deleteConversation, renameConversation, type NamedConversation } from './conversationActions';
import { exportConversation } from './exportConversation';
import { openHistory } from './historyPicker';

/** Returns the commands that open the history, or rename, export or delete the current conversation. */
export function registerHistory(services: PanelFeatures) {
  const { conversations } = services;
  return {
    'holysheep.openHistory': () => openHistory(services),
    'holysheep.renameConversation': () => renameConversation(services, currentConversation(conversations)),
    'holysheep.exportConversation': async (context) => {
      // A page and its context menu pass the id of their conversation.
      if (isRecord(context)) await conversations.open(context.conversationId);
      await exportConversation(services, currentConversation(conversations));
    },
    'holysheep.deleteConversation': () => deleteConversation(services, currentConversation(conversations)),
  } satisfies Commands;
}

/**
 * Returns the conversation of the panel that had the focus last.
 * @throws UserError when the conversation has no prompt yet
 */
function currentConversation({ current }: Conversations): NamedConversation {
  if (current?.tree.firstPrompt === undefined) throw new UserError(vscode.l10n.t('This conversation is empty.'));
  return { id: current.id, title: conversationTitle(current.tree) };
}
