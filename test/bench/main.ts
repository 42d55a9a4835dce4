import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import path from 'node:path';
import { ensureDependencies } from '../support/install/dependencies.mjs';
import { out, root } from '../support/paths';
import { textFiles } from '../support/productionBuild';
import { benches, isBenchName } from './benches';
import { progress } from './progress';
import { disturbance } from './quietness';
import { peersFolder } from './renderers';
import { reportTable, writeReport } from './report';
import type { Row } from './row';

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.filter((name) => !isBenchName(name));
  if (unknown.length > 0) throw new Error(`No such bench: ${unknown.join(', ')}.`);
  const script = await benchScript();
  const rows: Row[] = [];
  for (const name of Object.keys(benches)) {
    if (asked.length > 0 && name !== 'package' && !asked.includes(name)) continue;
    progress(`== ${name}`);
    if (name === 'renderer') await ensureDependencies(peersFolder);
    rows.push(...(await inOwnProcess(script, name)));
  }
  const [cpu] = cpus();
  console.log(reportTable(rows));
  if (asked.length > 0) return;
  const problem = disturbance(rows);
  if (problem !== undefined) {
    progress(problem);
    process.exitCode = 1;
    return;
  }
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${date}, ${cpu?.model.trim() ?? 'unknown CPU'} × ${cpus().length}, Node ${process.versions.node}`;
  writeReport(rows, machine);
}

/** Compiles to plain JavaScript, because a TypeScript loader would slow down every measured `require`. */
async function benchScript(): Promise<string> {
  const script = path.join(out, 'bench/one.js');
  await build({
    ...{ entryPoints: [path.join(root, 'test/bench/one.ts')], outfile: script, bundle: true },
    ...{ platform: 'node', packages: 'external', logLevel: 'warning', plugins: [textFiles] },
    alias: { vscode: path.join(root, 'test/bench/vscodeOfHost.ts') },
  });
  return script;
}

/** Runs each bench in its own process, so that no bench affects another's heap. Its output counts as progress. */
function inOwnProcess(script: string, name: string): Promise<readonly Row[]> {
  const started = spawn(process.execPath, ['--expose-gc', script, name], { cwd: root, stdio: ['ignore', 2, 2, 'ipc'] });
  return new Promise((resolve, reject) => {
    let rows: readonly Row[] | undefined;
    started.once('message', (message) => (rows = message as readonly Row[]));
    started.once('error', reject);
    started.once('exit', (code) => {
      if (code === 0 && rows) resolve(rows);
      else reject(new Error(`${name} failed.`));
    });
  });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
