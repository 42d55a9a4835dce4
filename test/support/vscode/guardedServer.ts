import path from 'node:path';
import { temporaryFolder } from '../temporaryFolder';
import { startLoopbackGuard, type LoopbackGuard } from './loopbackGuard';
import { startServerProcess, type ServerProcess } from './serverProcess';

interface GuardedServerOptions {
  readonly script: string;
  /**
   * Returns the arguments that make the server listen on this Unix socket without authentication. Only this user can
   * enter the folder of the socket.
   */
  args(socketPath: string): readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Matches the line of the log that reports that the server is ready. */
  readonly ready: RegExp;
  /** Port to listen on, or 0 (the default) for a free port. */
  readonly port?: number | undefined;
}

export interface GuardedServer extends Pick<LoopbackGuard, 'url' | 'address'> {
  readonly process: ServerProcess;
}

/** Starts a server that can be reached only with the token in its address. */
export async function startGuardedServer(options: GuardedServerOptions): Promise<GuardedServer> {
  const socketPath = path.join(temporaryFolder(), 'vscode.sock');
  const server = startServerProcess(options.script, options.args(socketPath), options.env);
  await server.match(options.ready);
  const guard = await startLoopbackGuard(socketPath, options.port);
  void server.ended.then(() => guard.close());
  return { url: guard.url, address: (query) => guard.address(query), process: server };
}
