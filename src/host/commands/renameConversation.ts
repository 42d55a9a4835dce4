import { renameConversation } from '../history/renameConversation';
import type { HistoryDeps } from '../history/historyDeps';
import type { Command } from './command';
import { currentConversation, type CurrentDeps } from './currentConversation';

export function renameConversationCommand(deps: HistoryDeps & CurrentDeps): Command {
  return {
    id: 'holysheep.renameConversation',
    async execute() {
      await renameConversation(deps, currentConversation(deps));
    },
  };
}
