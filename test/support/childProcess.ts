import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { root } from './paths';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** After this many milliseconds the process is ended and counts as failed. */
  readonly timeoutMs?: number | undefined;
  /** Gets what the process prints, which is printed here as well. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** Runs a script on this process' Node in the repository; resolves with its exit code, 1 for a signal. */
export async function runNode(script: string, args: readonly string[], options: RunOptions = {}): Promise<number> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: options.onOutput ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
  });
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from?.setEncoding('utf8').on('data', (text: string) => {
      to.write(text);
      options.onOutput?.(text);
    });
  }
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          console.error(`${script} has not ended after ${options.timeoutMs ?? 0} ms`);
          void endProcess(child);
        }, options.timeoutMs);
  try {
    // Of a process whose output is read, `exit` may come before the last of it.
    const [code] = (await once(child, options.onOutput ? 'close' : 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    clearTimeout(timer);
  }
}

/** Asks a process to end and, after five seconds, makes it. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(timer);
}
