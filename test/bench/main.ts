import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { ensureDependencies } from '../support/install/dependencies.mjs';
import { root } from '../support/paths';
import { benches, isBenchName } from './benches';
import { buildBenches } from './build';
import { progress } from './progress';
import { disturbance } from './quietness';
import { peersFolder } from './renderers';
import { reportTable, writeReport } from './report';
import type { Row } from './row';

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.filter((name) => !isBenchName(name));
  if (unknown.length > 0)
    throw new Error(`No such bench: ${unknown.join(', ')}. There are ${Object.keys(benches).join(', ')}.`);
  const script = await buildBenches();
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
