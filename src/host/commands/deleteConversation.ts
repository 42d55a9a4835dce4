import { deleteConversation } from '../history/deleteConversation';
import type { HistoryDeps } from '../history/historyDeps';
import type { Command } from './command';
import { currentConversation, type CurrentDeps } from './currentConversation';

export function deleteConversationCommand(deps: HistoryDeps & CurrentDeps): Command {
  return {
    id: 'holysheep.deleteConversation',
    async execute() {
      await deleteConversation(deps, currentConversation(deps));
    },
  };
}
