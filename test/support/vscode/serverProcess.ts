import { spawn } from 'node:child_process';
import { endProcess } from '../childProcess';

/** A server whose log is its only interface: lines are waited for. */
export interface ServerProcess {
  /** Everything printed so far. */
  log(): string;
  /** Resolves with the first match, past or to come; rejects when the server ends without one. */
  match(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export function startServerProcess(script: string, args: readonly string[], env: NodeJS.ProcessEnv): ServerProcess {
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const watchers = new Set<() => void>();
  const onOutput = (chunk: Buffer): void => {
    log += chunk.toString();
    watchers.forEach((check) => check());
  };
  child.stdout.on('data', onOutput);
  child.stderr.on('data', onOutput);
  const killWithUs = (): void => void child.kill();
  process.once('exit', killWithUs);
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      log += String(error);
      resolve();
    });
    child.once('close', () => resolve());
  });
  void ended.then(() => process.removeListener('exit', killWithUs));

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
    stop: () => endProcess(child),
  };
}
