import type { Log } from './log';
import type { Command } from '../command';

export function showLogCommand(log: Log): Command {
  return { id: 'holysheep.showLog', execute: () => log.show() };
}
