import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runNode } from '../childProcess';
import { out } from '../paths';
import { removeTemporaryFolder, temporaryFolder } from '../temporaryFolder';
import type { Job } from './schedule';

/** A process of the test run. */
export interface SuiteJob extends Job {
  /** Stage of the test run, which has one or more jobs. */
  readonly stage: string;
  /** Arguments for Node. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /**
   * How tests are counted: mocha counts its own tests. A check is one test, which fails if its process fails. A
   * preparation is not a test, but its failure is counted.
   */
  readonly kind: 'mocha' | 'check' | 'preparation';
  /** Whether the job runs only if its stage is named. */
  readonly onRequest?: boolean;
  /** Whether mocha may find no tests in this job, because the user has selected only some of all tests. */
  readonly mayBeEmpty?: boolean;
  /** Whether the output is printed immediately, because the job takes minutes and its progress should be visible. */
  readonly showsProgress?: boolean;
}

/** The result of a job. Skipped tests are not counted. */
export interface JobResult {
  readonly passed: number;
  readonly failed: number;
  /** Description of each failure, with one or more lines. */
  readonly failures: readonly string[];
  readonly output: string;
}

/** The result that the counting reporter writes when a run has ended. */
interface MochaTotals {
  readonly passes: number;
  readonly failures: number;
  readonly failed: readonly string[];
}

const logsFolder = path.join(out, 'logs');

/** Time after which a process is killed because it hangs, in milliseconds. */
const timeoutMs = 30 * 60_000;

/** A time zone in which it is between 6:00 and 18:00, because some tests in VS Code read what was used today. */
const daytimeZone = new Date().getUTCHours() < 12 ? 'Etc/GMT-6' : 'Etc/GMT+6';

/** Runs the job's process. The output is also written to a file in `out/logs` and, if the job shows progress, printed. */
export async function runSuiteJob(job: SuiteJob, signal: AbortSignal): Promise<JobResult> {
  const log = path.join(logsFolder, `${job.name.replaceAll(/\W+/g, '-')}.log`);
  mkdirSync(logsFolder, { recursive: true });
  rmSync(log, { force: true });
  const folder = temporaryFolder();
  const totalsFile = path.join(folder, 'totals.json');
  let output = '';
  const exitCode = await runNode(job.command, {
    env: { TZ: daytimeZone, ...job.env, MOCHA_TOTALS: totalsFile },
    timeoutMs,
    signal,
    onOutput: (text) => {
      output += text;
      appendFileSync(log, text);
      if (job.showsProgress) process.stdout.write(text);
    },
  });
  const totals = existsSync(totalsFile) ? (JSON.parse(readFileSync(totalsFile, 'utf8')) as MochaTotals) : undefined;
  removeTemporaryFolder(folder);
  return { ...countTests(job, exitCode, totals), output };
}

/** Counts the tests of a job whose process ended with `exitCode`. `totals` is undefined if mocha did not finish. */
function countTests(
  { kind, mayBeEmpty }: Pick<SuiteJob, 'kind' | 'mayBeEmpty'>,
  exitCode: number,
  totals?: MochaTotals,
): Pick<JobResult, 'passed' | 'failed' | 'failures'> {
  const passed = kind === 'check' && exitCode === 0 ? 1 : (totals?.passes ?? 0);
  if (totals !== undefined && totals.failures > 0) return { passed, failed: totals.failures, failures: totals.failed };
  if (exitCode !== 0) return { passed, failed: 1, failures: [`The process ended with exit code ${exitCode}.`] };
  if (kind === 'mocha' && passed === 0 && !mayBeEmpty) return { passed, failed: 1, failures: ['No test has run.'] };
  return { passed, failed: 0, failures: [] };
}
