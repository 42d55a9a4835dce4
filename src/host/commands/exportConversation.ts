import { exportConversation } from '../history/exportConversation';
import type { HistoryDeps } from '../history/historyDeps';
import type { Command } from './command';
import { currentConversation, type CurrentDeps } from './currentConversation';

export function exportConversationCommand(deps: HistoryDeps & CurrentDeps): Command {
  return {
    id: 'holysheep.exportConversation',
    async execute() {
      await exportConversation(deps, currentConversation(deps));
    },
  };
}
