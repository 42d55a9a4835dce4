import type { Connections } from '../connections';
import type { Log } from '../log';
import type { Verification } from '../verification';
import type { Command } from './command';

/** Returns the `Verification`; undefined when the base URL can't be used. */
export function testConnectionCommand(connections: Connections, log: Log): Command {
  return {
    id: 'holysheep.testConnection',
    async execute(): Promise<Verification | undefined> {
      const { testConnection } = await import('./keyActions');
      return testConnection(connections, log);
    },
  };
}
