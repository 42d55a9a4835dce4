import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { InstalledVSCode } from './install';

/**
 * Extensions with code that the tests need: the chat, the GitHub sign-in for which the chat waits, Git, which contributes
 * colors to themes, and the image viewer.
 */
const neededExtensions = ['copilot', 'github-authentication', 'git', 'git-base', 'media-preview'];

/**
 * Fills `folder` with links to the built-in extensions that tests need: languages and themes, which contain no code, and
 * `neededExtensions`. The other extensions, such as TypeScript's, take a third of the time in which a window opens.
 * @param others folders of more extensions, which VS Code also treats as built-in
 */
export function linkBuiltInExtensions(
  { server }: Pick<InstalledVSCode, 'server'>,
  folder: string,
  others: readonly string[] = [],
): void {
  const all = path.resolve(server, '../../extensions');
  const needed = readdirSync(all).filter((name) => neededExtensions.includes(name) || hasNoCode(path.join(all, name)));
  mkdirSync(folder, { recursive: true });
  for (const extension of [...needed.map((name) => path.join(all, name)), ...others]) {
    symlinkSync(extension, path.join(folder, path.basename(extension)));
  }
}

function hasNoCode(extension: string): boolean {
  const file = path.join(extension, 'package.json');
  if (!existsSync(file)) return false;
  const { main, browser } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly main?: string;
    readonly browser?: string;
  };
  return main === undefined && browser === undefined;
}
