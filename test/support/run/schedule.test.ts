import assert from 'node:assert/strict';
import { runJobs, withNeeds, type Job, type Resources } from './schedule';

const plenty: Resources = { cores: 100, memoryMb: 100 };

const job = (name: string, rest: Partial<Job> = {}): Job => ({
  name,
  needs: [],
  takes: { cores: 1, memoryMb: 1 },
  ...rest,
});

/** Jobs that end when the test says so. */
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
  it('starts jobs in their order, as many as there are cores for', async () => {
    const jobs = new VirtualJobs([job('a'), job('b'), job('c')], { cores: 2, memoryMb: 100 });
    assert.deepEqual(jobs.names, ['a', 'b']);
    await jobs.end('b');
    assert.deepEqual(jobs.names, ['a', 'c']);
  });

  it('runs more jobs than cores when they mostly wait', () => {
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

  it('runs a job that is larger than the machine alone', async () => {
    const large = job('large', { takes: { cores: Infinity, memoryMb: 1000 } });
    const jobs = new VirtualJobs([job('a'), large, job('b')]);
    assert.deepEqual(jobs.names, ['a']);
    await jobs.end('a');
    assert.deepEqual(jobs.names, ['large']);
    await jobs.end('large');
    assert.deepEqual(jobs.names, ['b']);
  });

  it('does not let small jobs overtake a large one that waits for room', async () => {
    const large = job('large', { takes: { cores: 2, memoryMb: 1 } });
    const jobs = new VirtualJobs([job('a'), large, job('b')], { cores: 2, memoryMb: 100 });
    await jobs.end('a');
    assert.deepEqual(jobs.names, ['large']);
  });

  it('starts a job when everything it needs has succeeded', async () => {
    const jobs = new VirtualJobs([job('a'), job('b'), job('c', { needs: ['a', 'b'] })]);
    await jobs.end('a');
    assert.deepEqual(jobs.names, ['b']);
    await jobs.end('b');
    assert.deepEqual(jobs.names, ['c']);
  });

  it('lets a job that is ready overtake one whose needs are not met', () => {
    const jobs = new VirtualJobs([job('a'), job('b', { needs: ['a'] }), job('c')]);
    assert.deepEqual(jobs.names, ['a', 'c']);
  });

  it('skips every job that needs a failed one, directly or not, and runs the others', async () => {
    const jobs = new VirtualJobs([job('a'), job('b', { needs: ['a'] }), job('c', { needs: ['b'] }), job('d')]);
    await jobs.end('a', false);
    assert.deepEqual(jobs.skipped, ['b for want of a', 'c for want of b']);
    await jobs.end('d');
    await jobs.allEnded;
  });

  it('starts a job after another has ended, even if the other has failed', async () => {
    const jobs = new VirtualJobs([job('a'), job('b', { after: ['a'] })]);
    assert.deepEqual(jobs.names, ['a']);
    await jobs.end('a', false);
    assert.deepEqual(jobs.names, ['b']);
  });

  it('does not wait for a job that is not run', () => {
    assert.deepEqual(new VirtualJobs([job('b', { after: ['a'] })]).names, ['b']);
  });

  it('starts nothing after an interruption, and ends with the jobs that are running', async () => {
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

  it('includes what a chosen job needs, directly or not', () => {
    assert.deepEqual(chosenBy('c'), ['a', 'b', 'c']);
  });

  it('leaves out what no chosen job needs', () => {
    assert.deepEqual(chosenBy('b'), ['a', 'b']);
  });

  it('refuses a job that stands before what it needs, or needs what does not exist', () => {
    assert.throws(() => withNeeds([job('b', { needs: ['a'] }), job('a')], () => true), /Needed.*: a/);
    assert.throws(() => withNeeds([job('b', { needs: ['z'] })], () => true), /Needed.*: z/);
  });
});
