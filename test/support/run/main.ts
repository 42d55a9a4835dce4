import { assertNode } from '../install/dependencies.mjs';
import { newest, oldest } from '../vscode/versions';
import { hostStage } from './hostStage';
import { mochaStage } from './mochaStage';
import type { Stage, StageResult } from './stage';
import { toolStage } from './toolStage';

const stages: readonly Stage[] = [
  toolStage('check', [
    ['typescript/bin/tsc', '-p', '.'],
    ['typescript/bin/tsc', '-p', 'src/webview'],
  ]),
  toolStage('lint', [
    ['eslint/bin/eslint.js', '.'],
    ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ]),
  mochaStage('unit', ['test/{core,demo,host,webview}/**/*.test.ts']),
  mochaStage('package', ['test/package/**/*.test.ts']),
  hostStage('host', newest),
  hostStage('host-oldest', oldest),
  mochaStage('e2e', [
    '--no-config',
    ...['--require', 'tsx/cjs', '--require', 'test/e2e/support/setup.ts'],
    ...['--timeout', '60000', 'test/e2e/**/*.test.ts'],
  ]),
];

async function main(args: readonly string[]): Promise<void> {
  assertNode();
  const separator = args.indexOf('--');
  const names = separator < 0 ? args : args.slice(0, separator);
  const mochaArgs = separator < 0 ? [] : args.slice(separator + 1);
  const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    throw new Error(`No such stage: ${unknown.join(', ')}. There are ${stages.map(({ name }) => name).join(', ')}.`);
  }
  const chosen = stages.filter(({ name }) => names.length === 0 || names.includes(name));
  const results: StageResult[] = [];
  for (const stage of chosen) {
    results.push(await report(stage, mochaArgs));
  }
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  // Again at the end, where a log that is cut short still has it.
  chosen.forEach((stage, index) => {
    const result = results[index];
    if (!result || result.failed === 0) return;
    for (const line of result.told ?? ['failed; see above']) console.log(`${stage.name}: ${line}`);
  });
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function report(stage: Stage, mochaArgs: readonly string[]): Promise<StageResult> {
  console.log(`\n== ${stage.name}`);
  const start = performance.now();
  const result = await stage.run(mochaArgs).catch((error: unknown): StageResult => {
    console.error(error);
    return { passed: 0, failed: 1 };
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`== ${stage.name}: ${result.passed} passed, ${result.failed} failed (${seconds} s)`);
  return result;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
