import type { HistoryDeps } from '../history/historyDeps';
import { HistoryPicker } from '../history/historyPicker';
import type { Command } from './command';

export function openHistoryCommand(deps: HistoryDeps): Command {
  return {
    id: 'holysheep.openHistory',
    execute: () => new HistoryPicker(deps).show(),
  };
}
