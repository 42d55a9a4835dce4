import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';

/**
 * Called by VS Code inside its extension host: activates the extensions named by `BENCH_EXTENSIONS`, one after the
 * other, and writes the milliseconds of each to the file named by `BENCH_RESULT`.
 */
export async function run(): Promise<void> {
  const ids = JSON.parse(process.env['BENCH_EXTENSIONS'] ?? '[]') as readonly string[];
  const times: Record<string, number> = {};
  for (const id of ids) {
    const extension = vscode.extensions.getExtension(id);
    if (!extension || extension.isActive) throw new Error(`${id} is ${extension ? 'active already' : 'missing'}.`);
    await calm();
    const start = performance.now();
    await extension.activate();
    times[id] = performance.now() - start;
  }
  writeFileSync(process.env['BENCH_RESULT'] ?? '', JSON.stringify(times));
}

const calmMs = 8;
const patienceMs = 8_000;

/** A window that has just opened is busy, and activation waits for it: until five calls to it in a row were quick. */
async function calm(): Promise<void> {
  const end = performance.now() + patienceMs;
  for (let quick = 0; quick < 5 && performance.now() < end;) {
    await delay(50);
    const start = performance.now();
    await vscode.commands.executeCommand('setContext', 'bench.calm', quick);
    quick = performance.now() - start < calmMs ? quick + 1 : 0;
  }
}
