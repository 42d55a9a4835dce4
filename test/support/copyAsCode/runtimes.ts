import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../paths';

/** An interpreter on this machine that can run copied code. */
export interface Runtime {
  /** The interpreter and the arguments before the file name. */
  readonly command: readonly string[];
  /** Extension of the file in which the code is saved. */
  readonly extension: string;
  readonly env?: Readonly<Record<string, string>>;
}

function succeeds(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/**
 * Returns the first command that accepts the arguments. Returns undefined if none does, because a developer needs only
 * Node.js.
 */
function firstThatWorks(commands: readonly string[], ...args: readonly string[]): string | undefined {
  return commands.find((command) => succeeds(command, ...args));
}

/** Commands that may start Python, because a machine may have several installations. */
const pythonCommands = ['python3', '/usr/bin/python3'];

/** Python 3.8 or later, or undefined if it is not installed. */
export const python = firstThatWorks(pythonCommands, '-c', 'import sys; assert sys.version_info >= (3, 8)');

/** Returns the shells that are installed on this machine. */
export function shells(): readonly string[] {
  return ['sh', 'bash', 'zsh'].filter((shell) => succeeds(shell, '-c', 'exit 0'));
}

/** Returns whether a shell can report the failure of every command of a pipeline, not only of the last command. */
export function hasPipefail(shell: string): boolean {
  return succeeds(shell, '-c', 'set -o pipefail');
}

export const hasCurl = succeeds('curl', '--fail-with-body', '--version');

export const nodeRuntime: Runtime = { command: [process.execPath], extension: 'mjs' };

/** Returns Python with the real `openai` package, or undefined if the package is not installed. */
export function pythonRuntime(): Runtime | undefined {
  const command = firstThatWorks(pythonCommands, '-c', 'import openai');
  return command === undefined ? undefined : { command: [command], extension: 'py' };
}

/** Returns Python with a fake `openai` package, or undefined if Python is not installed. */
export function pythonRuntimeWithFakePackage(): Runtime | undefined {
  if (python === undefined) return undefined;
  const env = { PYTHONPATH: join(root, 'test/support/python'), PYTHONDONTWRITEBYTECODE: '1' };
  return { command: [python], extension: 'py', env };
}
