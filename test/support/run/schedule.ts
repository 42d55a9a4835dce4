/** Resources that running jobs share. */
export interface Resources {
  /** Number of processor cores. A job that mostly waits uses a fraction of one. */
  readonly cores: number;
  readonly memoryMb: number;
}

export interface Job {
  readonly name: string;
  /** Names of the jobs that must succeed before this job starts. They are added to the run if this job is chosen. */
  readonly needs: readonly string[];
  /** Names of the jobs that must end before this job starts, if they are part of the run. */
  readonly after?: readonly string[];
  readonly takes: Resources;
}

export type JobState = 'running' | 'succeeded' | 'failed' | 'skipped';

export interface JobRunner<J extends Job> {
  /** Resolves with true if the job has succeeded. */
  run(job: J): Promise<boolean>;
  /** Called when `job` is skipped, because a job that it depends on has failed or was skipped. */
  skip(job: J, failedNeed: string): void;
}

/**
 * Returns the chosen jobs and every job that they depend on, in the order of `jobs`. In this list, each job must come
 * after the jobs that it depends on.
 */
export function withNeeds<J extends Job>(jobs: readonly J[], isChosen: (job: J) => boolean): readonly J[] {
  const needed = new Set<string>();
  const kept = jobs.toReversed().filter((job) => {
    if (!isChosen(job) && !needed.has(job.name)) return false;
    needed.delete(job.name);
    job.needs.forEach((need) => needed.add(need));
    return true;
  });
  if (needed.size > 0)
    throw new Error(`Needed, but not listed before the job that needs it: ${[...needed].join(', ')}`);
  return kept.toReversed();
}

/**
 * Runs the jobs in parallel, as many as fit into `capacity`, and resolves when all have ended. Jobs that are ready
 * start in the listed order. After `signal` is aborted, no further job starts.
 */
export async function runJobs<J extends Job>(
  jobs: readonly J[],
  capacity: Resources,
  runner: JobRunner<J>,
  signal?: AbortSignal,
): Promise<void> {
  const states = new Map<string, JobState>();

  const runReady = async (): Promise<void> => {
    if (signal?.aborted) return;
    skipHopeless(jobs, states, runner);
    await Promise.all(
      nextJobs(jobs, states, capacity).map(async (job) => {
        states.set(job.name, 'running');
        states.set(job.name, (await runner.run(job)) ? 'succeeded' : 'failed');
        await runReady();
      }),
    );
  };
  await runReady();
}

function skipHopeless<J extends Job>(jobs: readonly J[], states: Map<string, JobState>, runner: JobRunner<J>): void {
  for (const job of jobs) {
    const failedNeed = job.needs.find((need) => states.get(need) === 'failed' || states.get(need) === 'skipped');
    if (failedNeed === undefined || states.has(job.name)) continue;
    states.set(job.name, 'skipped');
    runner.skip(job, failedNeed);
  }
}

/**
 * Returns the jobs to start now. A job that is ready but does not fit delays all later jobs, because small jobs could
 * otherwise keep a large job waiting until the end. A job that exceeds the total capacity runs alone.
 */
function nextJobs<J extends Job>(
  jobs: readonly J[],
  states: ReadonlyMap<string, JobState>,
  capacity: Resources,
): readonly J[] {
  const hasEnded = (name: string): boolean => states.has(name) && states.get(name) !== 'running';
  const isPlanned = (name: string): boolean => jobs.some((job) => job.name === name);
  const isReady = ({ name, needs, after = [] }: J): boolean =>
    !states.has(name) && needs.every(hasEnded) && after.filter(isPlanned).every(hasEnded);

  const running = jobs.filter(({ name }) => states.get(name) === 'running');
  const next: J[] = [];
  for (const job of jobs.filter(isReady)) {
    if (!fits(job, [...running, ...next], capacity)) break;
    next.push(job);
  }
  return next;
}

function fits(job: Job, running: readonly Job[], capacity: Resources): boolean {
  if (running.length === 0) return true;
  const sum = (of: (takes: Resources) => number): number =>
    [job, ...running].reduce((total, { takes }) => total + of(takes), 0);
  return sum(({ cores }) => cores) <= capacity.cores && sum(({ memoryMb }) => memoryMb) <= capacity.memoryMb;
}
