import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { root } from './paths';

interface RunOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Time after which the process is ended and counts as failed, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Ends the process. */
  readonly signal?: AbortSignal | undefined;
  /** Receives the output of the process. If undefined, the output is printed. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/**
 * Runs a script with Node in the repository. `args` are the script and its arguments.
 * @returns the exit code, or 1 if a signal ended the process
 */
export async function runNode(args: readonly string[], options: RunOptions = {}): Promise<number> {
  const { env, timeoutMs, signal, onOutput } = options;
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: onOutput ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => onOutput?.(text));
  }
  const end = (): void => void endProcess(child);
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          const message = `${args.join(' ')} has not ended after ${timeoutMs} ms\n`;
          if (onOutput) onOutput(message);
          else process.stderr.write(message);
          end();
        }, timeoutMs);
  signal?.addEventListener('abort', end);
  try {
    // The last output may arrive after `exit`.
    const [code] = (await once(child, onOutput ? 'close' : 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

/** Asks a process to end and kills it after five seconds. */
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
