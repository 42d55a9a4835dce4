import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { InstalledVSCode } from './install';

/**
 * Built-in extensions with code that tests need: VS Code's chat with the sign-in for which it waits, the colors that Git
 * contributes to themes, and the viewer of pictures.
 */
const neededPrograms = ['copilot', 'github-authentication', 'git', 'git-base', 'media-preview'];

/**
 * Fills `folder` with links to those built-in extensions of VS Code that tests need: languages and themes, which contain
 * no code, and a few programs. All others, such as the TypeScript server, would take a third of the time in which a
 * window opens.
 * @param others folders of further extensions, which VS Code then treats as built-in extensions, too
 */
export function linkBuiltInExtensions(
  { server }: Pick<InstalledVSCode, 'server'>,
  folder: string,
  others: readonly string[] = [],
): void {
  const all = path.resolve(server, '../../extensions');
  const needed = readdirSync(all).filter((name) => neededPrograms.includes(name) || hasNoCode(path.join(all, name)));
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
