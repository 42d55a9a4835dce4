import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths';
import { temporaryFolder } from '../temporaryFolder';
import type { Runtime } from './runtimes';

/** What a program printed, and how it ended. */
interface ProgramResult {
  /** Exit code, or null if a signal ended the program. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The process of copied code, which was saved as a file in a folder of its own and started. */
interface RunningProgram {
  readonly child: ChildProcess;
  /** Resolves when the program has ended. */
  readonly result: Promise<ProgramResult>;
  /**
   * Resolves when the standard output or the standard error contains the text. Rejects if the program ends without it.
   */
  waitForOutput(text: string): Promise<void>;
}

export const testKey = 'hsa-copied-code-0123456789';

/** Environment variables that bypass proxies, because the gateway runs on this machine. */
const withoutProxy = { NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };

/**
 * Saves the code as a file and runs it.
 * @param key the API key, or an empty string for a missing key
 */
export function startCopiedCode(code: string, runtime: Runtime, key = testKey): RunningProgram {
  const folder = temporaryFolder();
  // Links the packages of the repository, as if `npm install openai` had been run in this folder.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const file = join(folder, `ask.${runtime.extension}`);
  writeFileSync(file, code);
  const [program = '', ...args] = runtime.command;
  const env = { ...process.env, ...withoutProxy, ...runtime.env, HOLYSHEEP_API_KEY: key };
  const child = spawn(program, [...args, file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => (output[name] += part));
  }
  const result = once(child, 'close').then(([code]): ProgramResult => ({ code: code as number | null, ...output }));
  const untilPrinted = async (text: string): Promise<void> => {
    while (!Object.values(output).some((printed) => printed.includes(text))) {
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
    }
  };
  const failAtEnd = async (text: string): Promise<never> => {
    throw new Error(`The program ended without printing “${text}”: ${JSON.stringify(await result)}`);
  };
  return { child, result, waitForOutput: (text) => Promise.race([untilPrinted(text), failAtEnd(text)]) };
}

/** Runs the code until it ends. */
export function runCopiedCode(code: string, runtime: Runtime, key?: string): Promise<ProgramResult> {
  return startCopiedCode(code, runtime, key).result;
}
