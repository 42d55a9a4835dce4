import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths';
import { temporaryFolder } from '../temporaryFolder';
import type { Runtime } from './programs';

export interface Ended {
  /** Exit code, or null if a signal ended the program. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copied request that is saved as a file in its own folder and started. */
export interface Pasted {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when an output contains the text. Rejects when the program ends without it. */
  says(words: string): Promise<void>;
}

export const testKey = 'hsa-taken-away-0123456789';

/** Environment that bypasses proxies, because the gateway is on this machine. */
const withoutProxy = { NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };

/** @param key API key, or '' for none */
export function startPasted(code: string, runtime: Runtime, key = testKey): Pasted {
  const folder = temporaryFolder();
  // `npm install openai` would install the package here.
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
  const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, ...output }));
  const saying = async (words: string): Promise<void> => {
    while (!Object.values(output).some((text) => text.includes(words))) {
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
    }
  };
  const silent = async (words: string): Promise<never> => {
    throw new Error(`It has ended without “${words}”: ${JSON.stringify(await ended)}`);
  };
  return { child, ended, says: (words) => Promise.race([saying(words), silent(words)]) };
}

export function runPasted(code: string, runtime: Runtime, key?: string): Promise<Ended> {
  return startPasted(code, runtime, key).ended;
}
