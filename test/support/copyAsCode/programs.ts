import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../paths';

/** A program of this machine that can run a copied request. */
export interface Runtime {
  readonly name: string;
  /** The program and its arguments before the file name. */
  readonly command: readonly string[];
  /** Extension of the file in which the request is saved. */
  readonly extension: string;
  readonly env?: Readonly<Record<string, string>>;
}

function works(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Returns the first program that accepts the arguments, or undefined, because only Node and npm are required. */
function firstThatWorks(commands: readonly string[], ...args: readonly string[]): string | undefined {
  return commands.find((command) => works(command, ...args));
}

/** Candidates for Python, because a machine may have several installations. */
const pythons = ['python3', '/usr/bin/python3'];

export const python = firstThatWorks(pythons, '-c', 'import sys; assert sys.version_info >= (3, 8)');

export function shells(): readonly string[] {
  return ['sh', 'bash', 'zsh'].filter((shell) => works(shell, '-c', 'exit 0'));
}

/** Returns whether a shell can report the failure of any program in a pipeline, not only that of the last one. */
export function hasPipefail(shell: string): boolean {
  return works(shell, '-c', 'set -o pipefail');
}

export const hasCurl = works('curl', '--fail-with-body', '--version');

export const nodeRuntime: Runtime = { name: 'Node.js', command: [process.execPath], extension: 'mjs' };

/** Returns Python with the `openai` package, or undefined if the package is not installed. */
export function pythonRuntime(): Runtime | undefined {
  const found = firstThatWorks(pythons, '-c', 'import openai');
  return found === undefined ? undefined : { name: 'Python', command: [found], extension: 'py' };
}

/** Returns Python with a fake `openai` package, or undefined if there is no Python. */
export function pythonStandInRuntime(): Runtime | undefined {
  if (python === undefined) return undefined;
  const env = { PYTHONPATH: join(root, 'test/support/python'), PYTHONDONTWRITEBYTECODE: '1' };
  return { name: 'Python with a stand-in for the package', command: [python], extension: 'py', env };
}
