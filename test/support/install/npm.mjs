import { spawn } from 'node:child_process';

/** Variables that an outer `npm run` sets. They are removed, so that an inner npm in another folder finds its own project. */
const inherited = /^npm_(config_local_prefix|config_loglevel|package_|lifecycle_)/;

/** Runs npm in `folder`; rejects with the command line if it fails. */
export function npm(folder, args, env = {}) {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['--prefix', folder, ...args, ...quiet], {
      cwd: folder,
      env: { ...kept, ...env },
      // Sends npm's summary to standard error, because the calling script uses standard output for its own results.
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ${args.join(' ')} failed with exit code ${code}`)),
    );
  });
}
