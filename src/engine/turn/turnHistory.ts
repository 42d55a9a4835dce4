import type { Fault } from '../faults/classify';
import type { Decision, History } from '../retry/retryPolicy';

type Circumstances = Pick<History, 'hasText' | 'tokens' | 'breakerOpen' | 'resuming'>;

/** Counts the faults, retries and resumes of a turn, for `decide`. */
export class TurnHistory {
  /** Charged retries since the last progress. */
  retries = 0;
  /** Milliseconds without progress; streaming, sleep and being offline do not count. */
  idleMs = 0;
  /** Some of that time was a wait. */
  waited = false;
  private freeReplayUsed = false;
  private previousDelayMs: number | undefined;
  private overloads = 0;
  private emptyResumes = 0;
  private readonly budget = new ResumeBudget();
  private readonly rows = new Map<number, number>();
  readonly models: string[];

  /** @param shown text, reasoning or a tool call of the answer is on the reader's screen */
  constructor(
    model: string,
    public shown = false,
  ) {
    this.models = [model];
  }

  before(fault: Fault, now: Circumstances): History {
    const { retries, freeReplayUsed, previousDelayMs, shown, overloads, models, emptyResumes } = this;
    const { idleMs, waited, budget } = this;
    const sameRow = this.rows.get(fault.row) ?? 0;
    const own = { retries, freeReplayUsed, previousDelayMs, shown, overloads, models, emptyResumes };
    return { ...own, ...now, idleMs, waited, sameRow, resumes: budget.started, resumesLeft: budget.left };
  }

  note(fault: Fault, decision: Decision): void {
    this.rows.set(fault.row, (this.rows.get(fault.row) ?? 0) + 1);
    this.overloads = fault.policy.retry === 'overload' && fault.policy.fallback ? this.overloads + 1 : 0;
    if (decision.do === 'replay') this.freeReplayUsed = true;
    if (decision.do === 'wait') this.previousDelayMs = decision.delayMs;
  }

  wait(ms: number): void {
    this.idleMs += ms;
    this.waited = true;
  }

  /** Something new is on the reader's screen: the retries before it were worth it. */
  progressed(): void {
    this.shown = true;
    this.retries = 0;
  }

  /** The gateway has taken a request for the rest of an answer. */
  resumeStarted(): void {
    this.budget.start();
  }

  /** @param newChars what it has added to the answer */
  resumeOver(newChars: number): void {
    this.budget.yielded(newChars);
    if (newChars === 0) this.emptyResumes++;
  }

  /** Another model starts with a clean slate; what the reader has seen, and how often it was cut, stays. */
  switched(model: string): void {
    this.models.push(model);
    this.overloads = 0;
    this.retries = 0;
    this.previousDelayMs = undefined;
    this.rows.clear();
  }
}

/** Resumes a turn has before any of them is refunded. */
export const initialResumes = 3;
/** A resume is refunded if it adds at least this many characters. */
export const refundChars = 200;
/** Resumes of a turn, whatever they yield. */
export const mostResumes = 5;

/** Counts how often a turn may still ask for the rest of an answer. A resume that adds nothing costs two. */
export class ResumeBudget {
  private spent = 0;
  /** Resumes that the gateway has accepted. */
  started = 0;

  /** Resumes that may still be started. */
  get left(): number {
    return Math.max(0, Math.min(initialResumes - this.spent, mostResumes - this.started));
  }

  start(): void {
    this.started++;
    this.spent++;
  }

  /** A started resume is over, and has added so many characters to the answer. */
  yielded(newChars: number): void {
    if (newChars === 0) this.spent++;
    else if (newChars >= refundChars) this.spent--;
  }
}
