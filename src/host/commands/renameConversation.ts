import type { HistoryDeps } from '../history/historyDeps';
import type { Command } from './command';
import { currentConversation, type CurrentDeps } from './currentConversation';

export function renameConversationCommand(deps: HistoryDeps & CurrentDeps): Command {
  return {
    id: 'holysheep.renameConversation',
    async execute() {
      const { renameConversation } = await import('../history/historyActions');
      await renameConversation(deps, currentConversation(deps));
    },
  };
}
