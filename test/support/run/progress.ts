import type { JobResult, SuiteJob } from './suiteJob';

interface StageProgress {
  readonly name: string;
  readonly jobs: readonly SuiteJob[];
  readonly running: Set<SuiteJob>;
  readonly results: JobResult[];
  /** Time on the monotonic clock of the process, in milliseconds. */
  startedAt: number | undefined;
}

/** The output to which progress is written: a terminal, or a file that receives the same text. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Prints a line for each stage when its last job has ended and, on a terminal, a line for each running stage. A failed
 * job gets a line immediately. Its output follows at the end of the run.
 */
export class Progress {
  readonly #stages: readonly StageProgress[];
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  /** Lines of running stages that are displayed on the terminal now. */
  #shownLines = 0;

  constructor(jobs: readonly SuiteJob[], output: ProgressOutput, now: () => number) {
    const names = new Set(jobs.map(({ stage }) => stage));
    this.#stages = [...names].map((name) => ({
      name,
      jobs: jobs.filter(({ stage }) => stage === name),
      running: new Set(),
      results: [],
      startedAt: undefined,
    }));
    this.#output = output;
    this.#now = now;
  }

  start(job: SuiteJob): void {
    const stage = this.#stageOf(job);
    stage.startedAt ??= this.#now();
    stage.running.add(job);
    this.print('');
  }

  end(job: SuiteJob, result: JobResult): void {
    const stage = this.#stageOf(job);
    stage.running.delete(job);
    stage.results.push(result);
    const failure = result.failed > 0 ? `${job.name}: ${result.failed} failed, see the end\n` : '';
    this.print(failure + (stage.results.length === stage.jobs.length ? `${this.#summary(stage)}\n` : ''));
  }

  /** Prints complete lines above the lines of the running stages. */
  print(lines: string): void {
    if (!this.#output.isTTY) {
      this.#output.write(lines);
      return;
    }
    const running = this.#stages.filter((stage) => stage.running.size > 0).map((stage) => this.#runningLine(stage));
    this.#output.write(`${eraseLines(this.#shownLines)}${lines}${running.join('')}`);
    this.#shownLines = running.length;
  }

  #runningLine({ name, jobs, running, results }: StageProgress): string {
    const parts = [...running].map((job) => job.name.replace(`${name} `, ''));
    const line = `${name}: ${results.length} of ${jobs.length} done, running: ${parts.join(', ')}`;
    // Uses a default width, because a terminal with an unknown width reports 0.
    return `${line.slice(0, (this.#output.columns || 80) - 1)}\n`;
  }

  #summary({ name, jobs, results, startedAt }: StageProgress): string {
    const passed = results.reduce((total, result) => total + result.passed, 0);
    const failed = results.reduce((total, result) => total + result.failed, 0);
    const seconds = ((this.#now() - (startedAt ?? this.#now())) / 1000).toFixed(1);
    const isPreparation = jobs.every(({ kind }) => kind === 'preparation');
    const outcome = isPreparation && failed === 0 ? 'done' : `${passed} passed, ${failed} failed`;
    return `${name}: ${outcome} (${seconds} s)`;
  }

  #stageOf(job: SuiteJob): StageProgress {
    return this.#stages.find(({ jobs }) => jobs.includes(job))!;
  }
}

/** Moves the cursor up and erases from there to the end of the terminal. */
function eraseLines(count: number): string {
  return count === 0 ? '' : `\u001b[${count}A\u001b[J`;
}
