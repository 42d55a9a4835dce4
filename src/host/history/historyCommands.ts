import * as vscode from 'vscode';
import { titleOf } from '../conversation/conversationList';
import type { Conversations } from '../conversation/conversations';
import type { HistoryDeps, NamedConversation } from './conversationActions';
import { UserError } from '../util/userError';
import type { Command } from '../command';

export function openHistoryCommand(deps: HistoryDeps): Command {
  return {
    id: 'holysheep.openHistory',
    async execute() {
      const { openHistory } = await import('./historyPicker');
      openHistory(deps);
    },
  };
}

export function renameConversationCommand(deps: HistoryDeps & CurrentDeps): Command {
  return {
    id: 'holysheep.renameConversation',
    async execute() {
      const { renameConversation } = await import('./historyPicker');
      await renameConversation(deps, currentConversation(deps));
    },
  };
}

export function exportConversationCommand(deps: HistoryDeps & CurrentDeps): Command {
  return {
    id: 'holysheep.exportConversation',
    async execute() {
      const { exportConversation } = await import('./historyPicker');
      await exportConversation(deps, currentConversation(deps));
    },
  };
}

export function deleteConversationCommand(deps: HistoryDeps & CurrentDeps): Command {
  return {
    id: 'holysheep.deleteConversation',
    async execute() {
      const { deleteConversation } = await import('./historyPicker');
      await deleteConversation(deps, currentConversation(deps));
    },
  };
}

export interface CurrentDeps {
  readonly conversations: Pick<Conversations, 'current'>;
}

/** The one whose panel had the focus last. @throws UserError when there is nothing in it yet */
export function currentConversation({ conversations: { current } }: CurrentDeps): NamedConversation {
  const [first] = current?.exchanges() ?? [];
  if (!current || !first) throw new UserError(vscode.l10n.t('There is nothing in this conversation yet.'));
  return { id: current.id, title: titleOf(current.title, first.prompt) };
}
