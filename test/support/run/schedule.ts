export interface Job {
  readonly name: string;
  /** Names of the jobs that must succeed before this job starts. They come earlier in the list of jobs. */
  readonly needs: readonly string[];
  /** Share of the computer that the job uses, in processor cores. A job that mostly waits uses a fraction of one. */
  readonly cores: number;
}

interface JobRunner<J extends Job> {
  /** Resolves with true if the job has succeeded. */
  run(job: J): Promise<boolean>;
  /** Called when `job` is skipped, because a job that it depends on has failed or was skipped. */
  skip(job: J, failedNeed: string): void;
}

/** Returns the chosen jobs and every job that they depend on, in the order of `jobs`. */
export function withNeeds<J extends Job>(jobs: readonly J[], isChosen: (job: J) => boolean): readonly J[] {
  const needed = new Set<string>();
  const kept = jobs.toReversed().filter((job) => {
    const isKept = isChosen(job) || needed.has(job.name);
    if (isKept) job.needs.forEach((need) => needed.add(need));
    return isKept;
  });
  return kept.toReversed();
}

/**
 * Runs the jobs in parallel, as many as there are cores for, and resolves when all have ended. Jobs that are ready
 * start in the listed order: one that does not fit delays all later jobs, because small jobs could otherwise keep a
 * large job waiting until the end. A job that exceeds all cores runs alone. After `signal` is aborted, no job starts.
 */
export async function runJobs<J extends Job>(
  jobs: readonly J[],
  cores: number,
  runner: JobRunner<J>,
  signal?: AbortSignal,
): Promise<void> {
  const pending = new Set(jobs);
  const running = new Set<J>();
  /** Whether each job that has ended has succeeded. */
  const results = new Map<string, boolean>();

  const runJob = async (job: J): Promise<void> => {
    running.add(job);
    results.set(job.name, await runner.run(job));
    running.delete(job);
    await runReady();
  };
  const runReady = async (): Promise<void> => {
    const started: Promise<void>[] = [];
    for (const job of pending) {
      if (signal?.aborted) break;
      const failedNeed = job.needs.find((need) => results.get(need) === false);
      if (failedNeed !== undefined) {
        pending.delete(job);
        results.set(job.name, false);
        runner.skip(job, failedNeed);
      } else if (job.needs.every((need) => results.has(need))) {
        const usedCores = [...running].reduce((sum, each) => sum + each.cores, 0);
        if (running.size > 0 && usedCores + job.cores > cores) break;
        pending.delete(job);
        started.push(runJob(job));
      }
    }
    await Promise.all(started);
  };
  await runReady();
}
