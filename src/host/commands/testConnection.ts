import type { Connections } from '../connections';
import type { Log } from '../log';
import type { Command } from './command';
import { testConnection } from './reportConnection';

/** Returns the `Verification`; undefined when the base URL can't be used. */
export function testConnectionCommand(connections: Connections, log: Log): Command {
  return {
    id: 'holysheep.testConnection',
    execute: () => testConnection(connections, log),
  };
}
