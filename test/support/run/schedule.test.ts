import assert from 'node:assert/strict';
import { runJobs, withNeeds, type Job } from './schedule';

const job = (name: string, rest: Partial<Job> = {}): Job => ({
  name,
  needs: [],
  cores: 1,
  ...rest,
});

/** Jobs that end when the test ends them. */
class VirtualJobs {
  readonly running = new Map<string, (succeeded: boolean) => void>();
  readonly skipped: string[] = [];
  readonly interruption = new AbortController();
  readonly allEnded: Promise<void>;

  constructor(jobs: readonly Job[], cores = 100) {
    this.allEnded = runJobs(
      jobs,
      cores,
      {
        run: ({ name }) =>
          new Promise((resolve) => {
            this.running.set(name, (succeeded) => {
              this.running.delete(name);
              resolve(succeeded);
            });
          }),
        skip: ({ name }, failedNeed) => this.skipped.push(`${name} for want of ${failedNeed}`),
      },
      this.interruption.signal,
    );
  }

  get names(): readonly string[] {
    return [...this.running.keys()];
  }

  async end(name: string, succeeded = true): Promise<void> {
    const end = this.running.get(name);
    assert.ok(end, `${name} is not running, but ${this.names.join(', ')}`);
    end(succeeded);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('job schedule', () => {
  it('starts jobs in the listed order, as many as there are cores', async () => {
    const jobs = new VirtualJobs([job('a'), job('b'), job('c')], 2);
    assert.deepEqual(jobs.names, ['a', 'b']);
    await jobs.end('b');
    assert.deepEqual(jobs.names, ['a', 'c']);
  });

  it('runs a job alone when it needs more cores or memory than the computer has', async () => {
    const large = job('large', { cores: Infinity });
    const jobs = new VirtualJobs([job('a'), large, job('b')]);
    assert.deepEqual(jobs.names, ['a']);
    await jobs.end('a');
    assert.deepEqual(jobs.names, ['large']);
    await jobs.end('large');
    assert.deepEqual(jobs.names, ['b']);
  });

  it('skips every job that depends on a failed job, directly or indirectly, and runs the others', async () => {
    const jobs = new VirtualJobs([job('a'), job('b', { needs: ['a'] }), job('c', { needs: ['b'] }), job('d')]);
    await jobs.end('a', false);
    assert.deepEqual(jobs.skipped, ['b for want of a', 'c for want of b']);
    await jobs.end('d');
    await jobs.allEnded;
  });

  it('starts no job after an interruption, and ends when the running jobs have ended', async () => {
    const jobs = new VirtualJobs([job('a'), job('b', { needs: ['a'] })]);
    jobs.interruption.abort();
    await jobs.end('a');
    await jobs.allEnded;
    assert.deepEqual(jobs.names, []);
  });
});

describe('choice of jobs', () => {
  const jobs = [job('a'), job('b', { needs: ['a'] }), job('c', { needs: ['b'] }), job('d')];
  const chosenBy = (...names: string[]): readonly string[] =>
    withNeeds(jobs, ({ name }) => names.includes(name)).map(({ name }) => name);

  it('includes all jobs that a chosen job depends on, directly or indirectly', () => {
    assert.deepEqual(chosenBy('c'), ['a', 'b', 'c']);
  });
});
