import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageScript, root } from '../paths';
import { runNode } from '../childProcess';
import { removeTemporaryFolder, temporaryFolder } from '../temporaryFolder';
import { stageTimeoutMs, type Stage, type StageResult } from './stage';

export const reporter = path.join(root, 'test/support/countingReporter.cjs');

/** Mocha in a Node process of its own. */
export function mochaStage(name: string, args: readonly string[]): Stage {
  return {
    name,
    run: (mochaArgs) =>
      countMocha((env) =>
        runNode(packageScript('mocha/bin/mocha.js'), [...args, '--forbid-only', '--reporter', reporter, ...mochaArgs], {
          env: { ...env, MOCHA_MUST_END: '1' },
          timeoutMs: stageTimeoutMs,
        }),
      ),
  };
}

/**
 * Runs mocha through `start`, which hands `env` on to it, and reads what the reporter counted.
 * A run that crashed, that says it failed without naming a test, or that had no tests and must have some is one
 * failure more.
 */
export async function countMocha(
  start: (env: Readonly<Record<string, string>>) => Promise<number>,
  { mayBeEmpty = false } = {},
): Promise<StageResult> {
  const folder = temporaryFolder();
  const totalsFile = path.join(folder, 'totals.json');
  const code = await start({ MOCHA_TOTALS: totalsFile });
  const { passes, failures, failed } = readTotals(totalsFile);
  removeTemporaryFolder(folder);
  const unexplained = failures === 0 && (code !== 0 || (passes === 0 && !mayBeEmpty));
  if (!unexplained) return { passed: passes, failed: failures, told: failed };
  const reason = code === 0 ? 'No test has run.' : `The run ended with exit code ${code} and no failed test.`;
  return { passed: passes, failed: failures + 1, told: [reason] };
}

/** What the counting reporter wrote; nothing where it got to no end. */
function readTotals(file: string): {
  readonly passes: number;
  readonly failures: number;
  readonly failed: readonly string[];
} {
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof readTotals>)
    : { passes: 0, failures: 0, failed: [] };
}
