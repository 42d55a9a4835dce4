import type { HistoryDeps } from '../history/historyDeps';
import type { Command } from './command';
import { currentConversation, type CurrentDeps } from './currentConversation';

export function exportConversationCommand(deps: HistoryDeps & CurrentDeps): Command {
  return {
    id: 'holysheep.exportConversation',
    async execute() {
      const { exportConversation } = await import('../history/historyActions');
      await exportConversation(deps, currentConversation(deps));
    },
  };
}
