import type { Fault } from '../faults/classify';
import { isModelOverload } from '../retry/continuingModel';
import type { Decision, RetryHistory } from '../retry/retryPolicy';

/** What the retry policy needs to know about the last attempt and its route. */
type AttemptContext = Pick<
  RetryHistory,
  'hasText' | 'tokens' | 'breakerOpen' | 'isResuming' | 'otherRoute' | 'isContinuable'
>;

/** Counts the faults, retries and resumes of a turn. The retry policy bases its decisions on them. */
export class TurnHistory {
  /**
   * Number of retries since the answer last grew. Immediate retries and retries that the user requested are not
   * counted.
   */
  retries = 0;
  /** Time without progress, in milliseconds. Streaming, sleep and being offline do not count. */
  idleMs = 0;
  /** Whether the time in `idleMs` includes a wait. */
  hasWaited = false;
  private freeReplayUsed = false;
  private previousDelayMs: number | undefined;
  private overloads = 0;
  private emptyResumes = 0;
  private resumeBudget = new ResumeBudget();
  private readonly rowCounts = new Map<string, number>();
  readonly models: string[];

  /** @param hasOutput whether text, reasoning or a tool call of the answer has already been shown to the user */
  constructor(
    model: string,
    public hasOutput = false,
  ) {
    this.models = [model];
  }

  /** Returns the history of the turn before `fault`, in the form that the retry policy needs. */
  stateBefore(fault: Fault, context: AttemptContext): RetryHistory {
    const { retries, freeReplayUsed, previousDelayMs, hasOutput, overloads, models, emptyResumes } = this;
    const { idleMs, hasWaited, resumeBudget } = this;
    const sameRowFaults = this.rowCounts.get(fault.row) ?? 0;
    const counters = { retries, freeReplayUsed, previousDelayMs, hasOutput, overloads, models, emptyResumes };
    const resumes = { resumes: resumeBudget.started, resumesLeft: resumeBudget.remaining };
    return { ...counters, ...context, ...resumes, idleMs, hasWaited, sameRowFaults };
  }

  /** Records a fault and the decision that followed from it. */
  recordFault(fault: Fault, decision: Decision): void {
    this.rowCounts.set(fault.row, (this.rowCounts.get(fault.row) ?? 0) + 1);
    this.overloads = isModelOverload(fault.policy) ? this.overloads + 1 : 0;
    if (decision.type === 'replay') this.freeReplayUsed = true;
    if (decision.type === 'wait') this.previousDelayMs = decision.delayMs;
  }

  recordWait(ms: number): void {
    this.idleMs += ms;
    this.hasWaited = true;
  }

  /** Records that the user has been shown a new part of the answer. The count of retries restarts at 0. */
  recordProgress(): void {
    this.hasOutput = true;
    this.retries = 0;
  }

  /** Records that the gateway has accepted a resume request. */
  recordResumeStart(): void {
    this.resumeBudget.start();
  }

  /** @param newChars number of characters that the resume has added to the answer */
  recordResumeEnd(newChars: number): void {
    this.resumeBudget.settle(newChars);
    if (newChars === 0) this.emptyResumes++;
  }

  /**
   * Clears the counters of the previous model. The record of what the user has seen and the resume budget stay
   * unchanged.
   */
  recordModelSwitch(model: string): void {
    this.models.push(model);
    this.recordRouteSwitch();
    this.retries = 0;
    this.rowCounts.clear();
  }

  /** Clears the counters that say something about the previous route only. */
  recordRouteSwitch(): void {
    this.overloads = 0;
    this.previousDelayMs = undefined;
  }

  /** Refills the resume budget, for a fallback model. */
  resetResumes(): void {
    this.resumeBudget = new ResumeBudget();
    this.emptyResumes = 0;
  }
}

/** Number of resumes that the resume budget of a turn contains at the start. */
export const initialResumes = 3;
/** Number of new characters from which a resume does not count against the resume budget. */
export const minRefundedChars = 200;
/** Maximum number of resumes of a turn, including those that do not count against the resume budget. */
export const maxResumes = 5;

/** Limits how often a turn resumes its answer. A resume that adds nothing counts twice. */
export class ResumeBudget {
  private spent = 0;
  /** Number of resume requests that the gateway has accepted. */
  started = 0;

  /** Number of resumes that may still be started. */
  get remaining(): number {
    return Math.max(0, Math.min(initialResumes - this.spent, maxResumes - this.started));
  }

  start(): void {
    this.started++;
    this.spent++;
  }

  /**
   * Records that a resume has ended. A resume that added no text counts twice. One that added at least
   * `minRefundedChars` characters does not count.
   */
  settle(newChars: number): void {
    if (newChars === 0) this.spent++;
    else if (newChars >= minRefundedChars) this.spent--;
  }
}
