import { spawn } from 'node:child_process';
import { endProcess } from '../childProcess';

/** A server that is observed through its log. */
export interface ServerProcess {
  /** All output of the server so far. */
  log(): string;
  /** Resolves with the first match in the past or future log. Rejects when the server ends without a match. */
  match(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when the server has ended for any reason. */
  readonly ended: Promise<void>;
  /** Ends the server and all processes that it has started. */
  stop(): Promise<void>;
}

/** Whether the server gets its own process group. Windows has no process groups. */
const hasGroups = process.platform !== 'win32';

export function startServerProcess(script: string, args: readonly string[], env: NodeJS.ProcessEnv): ServerProcess {
  const child = spawn(process.execPath, [script, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: hasGroups,
  });
  let log = '';
  const watchers = new Set<() => void>();
  const onOutput = (chunk: Buffer): void => {
    log += chunk.toString();
    watchers.forEach((check) => check());
  };
  child.stdout.on('data', onOutput);
  child.stderr.on('data', onOutput);
  const killAll = (): void => {
    if (hasGroups) killGroup(child.pid);
    else child.kill();
  };
  // Adds this exit handler first, because other handlers remove the folders that the server writes to.
  process.prependOnceListener('exit', killAll);
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      log += String(error);
      resolve();
    });
    child.once('close', () => resolve());
  });
  void ended.then(() => process.removeListener('exit', killAll));

  return {
    log: () => log,
    ended,
    match: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = pattern.exec(log);
          if (found) {
            watchers.delete(check);
            resolve(found);
          }
        };
        watchers.add(check);
        check();
        void ended.then(() => reject(new Error(`The server ended without ${String(pattern)}:\n${log}`)));
      }),
    stop: async () => {
      await endProcess(child);
      killAll();
    },
  };
}

/** Kills a process group. Extension hosts outlive the server by some seconds and keep writing to its folders. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
