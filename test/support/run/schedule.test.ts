import assert from 'node:assert/strict';
import { runJobs, withNeeds, type Job, type Resources } from './schedule';

const plenty: Resources = { cores: 100, memoryMb: 100 };

const job = (name: string, rest: Partial<Job> = {}): Job => ({
  name,
  needs: [],
  takes: { cores: 1, memoryMb: 1 },
  ...rest,
});

/** Jobs that end when the test ends them. */
class VirtualJobs {
  readonly running = new Map<string, (succeeded: boolean) => void>();
  readonly skipped: string[] = [];
  readonly interruption = new AbortController();
  readonly allEnded: Promise<void>;

  constructor(jobs: readonly Job[], capacity: Resources = plenty) {
    this.allEnded = runJobs(
      jobs,
      capacity,
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
    const jobs = new VirtualJobs([job('a'), job('b'), job('c')], { cores: 2, memoryMb: 100 });
    assert.deepEqual(jobs.names, ['a', 'b']);
    await jobs.end('b');
    assert.deepEqual(jobs.names, ['a', 'c']);
  });

  it('runs more jobs than there are cores when the jobs mostly wait', () => {
    const takes = { cores: 0.5, memoryMb: 1 };
    const jobs = new VirtualJobs([job('a', { takes }), job('b', { takes }), job('c', { takes })], {
      cores: 1,
      memoryMb: 100,
    });
    assert.deepEqual(jobs.names, ['a', 'b']);
  });

  it('starts no more jobs than there is memory for', () => {
    const takes = { cores: 1, memoryMb: 60 };
    assert.deepEqual(new VirtualJobs([job('a', { takes }), job('b', { takes })]).names, ['a']);
  });

  it('runs a job alone when it needs more cores or memory than the computer has', async () => {
    const large = job('large', { takes: { cores: Infinity, memoryMb: 1000 } });
    const jobs = new VirtualJobs([job('a'), large, job('b')]);
    assert.deepEqual(jobs.names, ['a']);
    await jobs.end('a');
    assert.deepEqual(jobs.names, ['large']);
    await jobs.end('large');
    assert.deepEqual(jobs.names, ['b']);
  });

  it('starts a job when all jobs that it depends on have succeeded', async () => {
    const jobs = new VirtualJobs([job('a'), job('b'), job('c', { needs: ['a', 'b'] })]);
    await jobs.end('a');
    assert.deepEqual(jobs.names, ['b']);
    await jobs.end('b');
    assert.deepEqual(jobs.names, ['c']);
  });

  it('skips every job that depends on a failed job, directly or indirectly, and runs the others', async () => {
    const jobs = new VirtualJobs([job('a'), job('b', { needs: ['a'] }), job('c', { needs: ['b'] }), job('d')]);
    await jobs.end('a', false);
    assert.deepEqual(jobs.skipped, ['b for want of a', 'c for want of b']);
    await jobs.end('d');
    await jobs.allEnded;
  });

  it('starts a job that must run after another job, even if the other job has failed', async () => {
    const jobs = new VirtualJobs([job('a'), job('b', { after: ['a'] })]);
    assert.deepEqual(jobs.names, ['a']);
    await jobs.end('a', false);
    assert.deepEqual(jobs.names, ['b']);
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

  it('rejects a job that is listed before a job it depends on, or depends on a job that does not exist', () => {
    assert.throws(() => withNeeds([job('b', { needs: ['a'] }), job('a')], () => true), /Needed.*: a/);
    assert.throws(() => withNeeds([job('b', { needs: ['z'] })], () => true), /Needed.*: z/);
  });
});
