import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { InstalledVSCode } from './install';

/** Extensions with code that all tests need: Git, which contributes colors to themes, and the image viewer. */
const neededExtensions = ['git', 'git-base', 'media-preview'];

/**
 * VS Code's chat, and the GitHub sign-in for which it waits. With the chat, VS Code sometimes starts a second extension
 * host in a window that has just opened. The first one lives on and keeps the locks of its conversations.
 */
const chatExtensions = ['copilot', 'github-authentication'];

interface BuiltInOptions {
  /** Whether VS Code needs its chat. */
  readonly hasChat?: boolean | undefined;
  /** Folders of more extensions, which VS Code also treats as built-in. */
  readonly others?: readonly string[];
}

/**
 * Fills `folder` with links to the built-in extensions that tests need: languages and themes, which contain no code, and
 * {@link neededExtensions}. The other extensions, such as TypeScript's, take a third of the time in which a window opens.
 */
export function linkBuiltInExtensions(
  { server }: Pick<InstalledVSCode, 'server'>,
  folder: string,
  { hasChat = false, others = [] }: BuiltInOptions = {},
): void {
  const all = path.resolve(server, '../../extensions');
  const withCode = hasChat ? [...neededExtensions, ...chatExtensions] : neededExtensions;
  const needed = readdirSync(all).filter((name) => withCode.includes(name) || hasNoCode(path.join(all, name)));
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
