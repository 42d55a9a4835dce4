import { availableParallelism } from 'node:os';
import { runJobs, withNeeds } from './schedule';
import { suiteJobs } from './suite';
import { runSuiteJob, type JobResult, type SuiteJob } from './suiteJob';

async function main(args: readonly string[]): Promise<void> {
  const separator = args.indexOf('--');
  const chosenStages = separator < 0 ? args : args.slice(0, separator);
  const mochaArgs = separator < 0 ? [] : args.slice(separator + 1);
  const jobs = plannedJobs(suiteJobs(mochaArgs), chosenStages);

  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());
  const results = new Map<SuiteJob, JobResult>();
  const record = (job: SuiteJob, result: JobResult, startedAt = performance.now()): void => {
    results.set(job, result);
    if (interruption.signal.aborted) return;
    const outcome = job.kind === 'preparation' && result.failed === 0 ? 'done' : summary(result.passed, result.failed);
    console.log(`${job.name}: ${outcome} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  };

  // A job with VS Code and a browser needs up to 2 GB for each core.
  const cores = Math.min(availableParallelism(), process.availableMemory() / 2 ** 31);
  await runJobs(
    jobs,
    cores,
    {
      run: async (job) => {
        const startedAt = performance.now();
        const result = await runSuiteJob(job, interruption.signal);
        record(job, result, startedAt);
        return result.failed === 0;
      },
      skip: (job, failedNeed) => {
        const failures = [`Not run, because "${failedNeed}" has failed.`];
        record(job, { passed: 0, failed: 1, failures, output: '' });
      },
    },
    interruption.signal,
  );
  if (interruption.signal.aborted) {
    console.log('Interrupted.');
    process.exitCode = 130;
  } else {
    report(results);
  }
}

/** @throws if there is no stage with this name */
function plannedJobs(jobs: readonly SuiteJob[], chosenStages: readonly string[]): readonly SuiteJob[] {
  const tests = jobs.filter(({ kind }) => kind !== 'preparation');
  const names = [...new Set(tests.map(({ stage }) => stage))];
  const unknown = chosenStages.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`No such stage: ${unknown.join(', ')}. There are ${names.join(', ')}.`);
  return withNeeds(
    jobs,
    (job) => tests.includes(job) && (chosenStages.length === 0 ? !job.onRequest : chosenStages.includes(job.stage)),
  );
}

function report(results: ReadonlyMap<SuiteJob, JobResult>): void {
  const failed = [...results].filter(([, result]) => result.failed > 0);
  for (const [{ name }, { output }] of failed) {
    if (output !== '') console.log(`\n== Output of "${name}", which has failed\n${output}`);
  }
  // Prints these lines last, because a truncated log still contains its end.
  for (const [{ name }, { failures }] of failed) {
    for (const failure of failures) console.log(`${name}: ${failure}`);
  }
  const passedTests = [...results.values()].reduce((total, result) => total + result.passed, 0);
  let failedTests = failed.reduce((total, [, result]) => total + result.failed, 0);
  if (passedTests + failedTests === 0) {
    console.log('No test has run.');
    failedTests = 1;
  }
  console.log(summary(passedTests, failedTests));
  process.exitCode = failedTests > 0 ? 1 : 0;
}

function summary(passed: number, failed: number): string {
  return `${passed} passed, ${failed} failed`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
