import type { RetryBudget } from '../gate/networkState';
import { isModelOverload, type Decision, type Situation } from '../retry/decide';

/** The part of a situation that the history of a turn knows. */
type Recorded =
  | 'retries'
  | 'isRetryPending'
  | 'sameRowFaults'
  | 'freeReplayUsed'
  | 'previousDelayMs'
  | 'overloads'
  | 'models'
  | 'resumesLeft'
  | 'resumes'
  | 'emptyResumes'
  | 'hasOutput'
  | 'idleMs'
  | 'hasWaited';

/** Counts the faults, retries and resumes of a turn, and charges its retries to the retry budget. */
export class TurnHistory {
  /** Time without progress, in milliseconds. Streaming, sleep and being offline do not count. */
  idleMs = 0;
  /** Number of retries since the answer last grew, without immediate ones and those that the user requested. */
  private retries = 0;
  private hasWaited = false;
  private freeReplayUsed = false;
  private previousDelayMs: number | undefined;
  private overloads = 0;
  private emptyResumes = 0;
  private resumeBudget = new ResumeBudget();
  private readonly rowCounts = new Map<string, number>();
  private readonly models: string[];
  /**
   * The charge to the retry budget for the next attempt, until it is settled. It is refunded if the user starts the
   * attempt, for example with *Retry now*, or if no attempt is sent.
   */
  private charge: { readonly budget: RetryBudget; readonly cost: number; readonly isResume: boolean } | undefined;

  /**
   * @param model the current model
   * @param hasOutput whether text, reasoning or a tool call of the answer has already been shown to the user
   */
  constructor(
    public model: string,
    public hasOutput = false,
  ) {
    this.models = [model];
  }

  situation(current: Omit<Situation, Recorded>): Situation {
    const { retries, charge, freeReplayUsed, previousDelayMs, overloads, models, resumeBudget, emptyResumes } = this;
    const { hasOutput, idleMs, hasWaited } = this;
    return {
      ...{ retries, freeReplayUsed, previousDelayMs, overloads, models, emptyResumes, hasOutput, idleMs, hasWaited },
      isRetryPending: charge?.isResume === false,
      sameRowFaults: this.rowCounts.get(current.fault.row) ?? 0,
      resumes: resumeBudget.started,
      resumesLeft: resumeBudget.remaining,
      ...current,
    };
  }

  /**
   * Records a fault and the decision that followed from it. A retry is charged when it is decided, before it is sent: if
   * many turns fail together, only as many of them retry as the budget allows.
   */
  recordFault({ fault, isResuming }: Situation, decision: Decision, budget: RetryBudget): void {
    this.rowCounts.set(fault.row, (this.rowCounts.get(fault.row) ?? 0) + 1);
    this.overloads = isModelOverload(fault.policy) ? this.overloads + 1 : 0;
    if (decision.type === 'replay') this.freeReplayUsed = true;
    if (decision.type === 'wait') {
      this.previousDelayMs = decision.delayMs;
      budget.charge(decision.cost);
      this.charge = { budget, cost: decision.cost, isResume: isResuming };
    }
    // Waiting for the network counts as a retry. Otherwise, a turn would retry forever if its network checks succeed
    // but its requests fail.
    else if (fault.policy.retry === 'offline') this.charge = { budget, cost: 0, isResume: false };
  }

  /**
   * Settles the charge for a retry when the next attempt is sent, or when the turn ends.
   * @param isFree whether the charge is refunded
   */
  settleCharge(isFree: boolean): void {
    const { charge } = this;
    this.charge = undefined;
    if (isFree) charge?.budget.refund(charge.cost);
    else if (charge && !charge.isResume) this.retries++;
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

  /** Clears the counters of the previous model. What the user has seen and the resume budget stay unchanged. */
  recordModelSwitch(model: string): void {
    this.model = model;
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

/** Limits how often a turn resumes its answer. */
export class ResumeBudget {
  private spent = 0;
  /** Number of resume requests that the gateway has accepted. */
  started = 0;

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
