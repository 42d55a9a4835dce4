import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm } from '../install/npm.mjs';
import { root } from '../paths';
import { takeFromRegistry } from './takeFromRegistry';
import { newest } from './versions';

/** Optional native modules of VS Code. With them, its logs go to files instead of the terminal. */
const nativeModules = ['@vscode/spdlog', '@vscode/native-watchdog', 'native-watchdog'];

export interface InstalledVSCode {
  /** Command of `code-server`: the complete product, with authentication and the key for secrets. */
  readonly entry: string;
  /** The bare server inside it, which also understands the options for tests. */
  readonly server: string;
}

interface Folders {
  readonly installation: string;
  readonly product: string;
  readonly server: string;
  readonly builtIns: string;
}

/**
 * Installs VS Code from npm unless a complete installation exists.
 * @param version version of `code-server`
 */
export async function ensureVSCode(version = newest.codeServer): Promise<InstalledVSCode> {
  const folders = foldersOf(version);
  const stampFile = path.join(folders.installation, '.installed');
  if (!existsSync(stampFile)) {
    await install(version, folders);
    writeFileSync(stampFile, '');
  }
  return {
    entry: path.join(folders.product, 'out/node/entry.js'),
    server: path.join(folders.server, 'out/server-main.js'),
  };
}

function foldersOf(version: string): Folders {
  const installation = path.join(root, '.vscode-test', `code-server-${version}`);
  const product = path.join(installation, 'node_modules/code-server');
  const server = path.join(product, 'lib/vscode');
  return { installation, product, server, builtIns: path.join(server, 'extensions') };
}

async function install(version: string, { installation, server, builtIns }: Folders): Promise<void> {
  rmSync(installation, { recursive: true, force: true });
  mkdirSync(installation, { recursive: true });
  // The folder needs its own package.json. Otherwise npm would install into the repository.
  writeFileSync(path.join(installation, 'package.json'), JSON.stringify({ private: true }));
  console.log(`Installing VS Code from npm, 1 of 4: code-server ${version}…`);
  await npm(installation, ['install', `code-server@${version}`, '--ignore-scripts']);
  console.log('Installing VS Code from npm, 2 of 4: its dependencies…');
  [server, builtIns].forEach(takeFromRegistry);
  await npm(server, ['install', '--omit=dev', '--ignore-scripts']);
  console.log('Installing VS Code from npm, 3 of 4: what its own extensions share…');
  // Without TypeScript, VS Code shows an error message for every TypeScript file.
  await npm(builtIns, ['install', '--omit=dev', '--ignore-scripts']);
  console.log('Installing VS Code from npm, 4 of 4: native modules…');
  await buildNativeModules(server);
}

async function buildNativeModules(server: string): Promise<void> {
  const present = nativeModules.filter((name) => existsSync(path.join(server, 'node_modules', name)));
  // Without the headers of this process' Node, node-gyp downloads them.
  const nodeFolder = path.dirname(path.dirname(process.execPath));
  const env = existsSync(path.join(nodeFolder, 'include')) ? { npm_config_nodedir: nodeFolder } : {};
  try {
    await npm(server, ['rebuild', ...present], env);
  } catch (error) {
    console.log(`Native modules were not built, which only makes VS Code's log longer: ${String(error)}`);
  }
}
