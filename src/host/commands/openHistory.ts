import type { HistoryDeps } from '../history/historyDeps';
import type { Command } from './command';

export function openHistoryCommand(deps: HistoryDeps): Command {
  return {
    id: 'holysheep.openHistory',
    async execute() {
      const { openHistory } = await import('../history/historyActions');
      openHistory(deps);
    },
  };
}
