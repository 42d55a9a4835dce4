import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { endProcess, runNode } from '../childProcess';
import { root } from '../paths';
import { serverEnvironment } from '../vscode/serverEnvironment';
import type { Playground } from './playground';

/** Returns the command of desktop VS Code if it is on the PATH. */
export function findDesktop(): string | undefined {
  const name = process.platform === 'win32' ? 'code.cmd' : 'code';
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
}

/** Opens a new window with the development build and resolves when the user has closed it. */
export async function startDesktop(code: string, playground: Playground): Promise<void> {
  console.log('Building the extension…');
  if ((await runNode([path.join(root, 'esbuild.js')])) !== 0) {
    throw new Error('The build failed.');
  }
  console.log('Opening VS Code with a sample workspace and the offline demo. Close its window or press Ctrl+C to end.');
  const args = [
    `--extensionDevelopmentPath=${root}`,
    `--user-data-dir=${playground.userDataFolder}`,
    `--extensions-dir=${playground.extensionsFolder}`,
    '--new-window',
    '--wait',
    '--disable-workspace-trust',
    playground.workspace,
  ];
  const child = spawn(code, args, {
    env: serverEnvironment(playground.env),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.once('exit', () => void endProcess(child));
  await once(child, 'exit');
}
