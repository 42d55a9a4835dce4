import type { Fault } from '../faults/classify';
import type { FaultName, Policy } from '../faults/faultTable';
import type { RetryBudget } from '../gate/gatewayState';
import type { Decision } from './decision';

/** Counts the faults, retries and resumes of a turn, and charges its retries to the retry budget. */
export class TurnHistory {
  /** Milliseconds without progress. Streaming, sleep and being offline do not count. */
  idleMs = 0;
  /**
   * Number of automatic retries since the answer last grew, limited by `holysheep.retry.maxRetries`. It includes neither
   * the immediate retry nor the retries that the user requested.
   */
  retries = 0;
  hasWaited = false;
  /** Whether the turn has used its one immediate retry, for which the retry budget is not charged. */
  freeReplayUsed = false;
  previousDelayMs: number | undefined;
  /** Number of overloads in a row by the current model. */
  overloads = 0;
  resumes = new ResumeBudget();
  private readonly rowCounts = new Map<FaultName, number>();
  /** All models that the turn has used, the current one last. */
  readonly models: string[];
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

  /** Whether a retry is due that `retries` does not include yet. */
  get isRetryPending(): boolean {
    return this.charge?.isResume === false;
  }

  /** Returns how often this fault has occurred before. */
  faultsOf(row: FaultName): number {
    return this.rowCounts.get(row) ?? 0;
  }

  /** A retry is charged when it is decided: if many turns fail together, only as many retry as the budget allows. */
  recordFault({ row, policy }: Fault, isResuming: boolean, decision: Decision, budget: RetryBudget): void {
    this.rowCounts.set(row, this.faultsOf(row) + 1);
    this.overloads = isModelOverload(policy) ? this.overloads + 1 : 0;
    if (decision.type === 'replay') this.freeReplayUsed = true;
    if (decision.type === 'wait') {
      this.previousDelayMs = decision.delayMs;
      budget.charge(decision.charge);
      this.charge = { budget, tokens: decision.charge, isResume: isResuming };
    }
    // Waiting for the network counts as a retry. Otherwise, a turn would retry forever if its network checks succeed
    // but its requests fail.
    else if (policy.retry === 'offline') this.charge = { budget, tokens: 0, isResume: false };
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
    this.resumes = new ResumeBudget();
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
  /** Resumes that added no text. */
  empty = 0;

  get remaining(): number {
    return Math.max(0, Math.min(initialResumes - this.spent, maxResumes - this.started));
  }

  start(): void {
    this.started++;
    this.spent++;
  }

  /** A resume without text counts twice. One with `minRefundedChars` or more does not count. */
  settle(newChars: number): void {
    if (newChars >= minRefundedChars) this.spent--;
    if (newChars > 0) return;
    this.spent++;
    this.empty++;
  }
}

export function isModelOverload(policy: Policy): boolean {
  return policy.retry === 'overload' && policy.fallback === true;
}
