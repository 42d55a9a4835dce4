import type { RetryBudget } from '../gate/gatewayState';
import { isModelOverload, type Counts, type Decision, type Situation } from '../retry/decide';

/** Counts the faults, retries and resumes of a turn, and charges its retries to the retry budget. */
export class TurnHistory {
  /** Milliseconds without progress. Streaming, sleep and being offline do not count. */
  idleMs = 0;
  /** Since the answer last grew, without immediate retries and those that the user requested. */
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
   * The charge for the next attempt, until it is settled. Refunded if the user starts the attempt, or if no attempt is
   * sent.
   */
  private charge: { readonly budget: RetryBudget; readonly tokens: number; readonly isResume: boolean } | undefined;

  /** @param hasOutput whether the user has been shown text or a tool call */
  constructor(
    public model: string,
    public hasOutput = false,
  ) {
    this.models = [model];
  }

  situation(current: Omit<Situation, keyof Counts>): Situation {
    const { retries, charge, freeReplayUsed, previousDelayMs, overloads, models, resumeBudget, emptyResumes } = this;
    const { hasOutput, idleMs, hasWaited } = this;
    return {
      retries,
      freeReplayUsed,
      previousDelayMs,
      overloads,
      models,
      emptyResumes,
      hasOutput,
      idleMs,
      hasWaited,
      isRetryPending: charge?.isResume === false,
      sameRowFaults: this.rowCounts.get(current.fault.row) ?? 0,
      resumes: resumeBudget.started,
      resumesLeft: resumeBudget.remaining,
      ...current,
    };
  }

  /** A retry is charged when it is decided: if many turns fail together, only as many retry as the budget allows. */
  recordFault({ fault, isResuming }: Situation, decision: Decision, budget: RetryBudget): void {
    this.rowCounts.set(fault.row, (this.rowCounts.get(fault.row) ?? 0) + 1);
    this.overloads = isModelOverload(fault.policy) ? this.overloads + 1 : 0;
    if (decision.type === 'replay') this.freeReplayUsed = true;
    if (decision.type === 'wait') {
      this.previousDelayMs = decision.delayMs;
      budget.charge(decision.charge);
      this.charge = { budget, tokens: decision.charge, isResume: isResuming };
    }
    // Waiting for the network counts as a retry. Otherwise, a turn would retry forever if its network checks succeed
    // but its requests fail.
    else if (fault.policy.retry === 'offline') this.charge = { budget, tokens: 0, isResume: false };
  }

  /** When the next attempt is sent, or the turn ends. `isFree`: the charge is refunded. */
  settleCharge(isFree: boolean): void {
    const { charge } = this;
    this.charge = undefined;
    if (isFree) charge?.budget.refund(charge.tokens);
    else if (charge && !charge.isResume) this.retries++;
  }

  recordWait(ms: number): void {
    this.idleMs += ms;
    this.hasWaited = true;
  }

  /** The count of retries restarts at 0. */
  recordProgress(): void {
    this.hasOutput = true;
    this.retries = 0;
  }

  recordResumeStart(): void {
    this.resumeBudget.start();
  }

  recordResumeEnd(newChars: number): void {
    this.resumeBudget.settle(newChars);
    if (newChars === 0) this.emptyResumes++;
  }

  /** What the user has seen and the resume budget stay unchanged. */
  recordModelSwitch(model: string): void {
    this.model = model;
    this.models.push(model);
    this.recordGatewaySwitch();
    this.retries = 0;
    this.rowCounts.clear();
  }

  recordGatewaySwitch(): void {
    this.overloads = 0;
    this.previousDelayMs = undefined;
  }

  resetResumes(): void {
    this.resumeBudget = new ResumeBudget();
    this.emptyResumes = 0;
  }
}

const initialResumes = 3;
/** New characters from which a resume is not charged. */
const minRefundedChars = 200;
/** Maximum number of resumes of a turn, including those that the retry budget does not pay for. */
const maxResumes = 5;

/** Limits how often a turn resumes its answer. */
export class ResumeBudget {
  private spent = 0;
  /** Accepted by the gateway. */
  started = 0;

  get remaining(): number {
    return Math.max(0, Math.min(initialResumes - this.spent, maxResumes - this.started));
  }

  start(): void {
    this.started++;
    this.spent++;
  }

  /** A resume without text counts twice. One with `minRefundedChars` or more does not count. */
  settle(newChars: number): void {
    if (newChars === 0) this.spent++;
    else if (newChars >= minRefundedChars) this.spent--;
  }
}
