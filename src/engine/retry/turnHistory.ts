import type { Fault } from '../faults/classify';
import type { FaultName, Policy } from '../faults/faultTable';
import type { RetryBudget } from '../gate/gatewayState';
import type { Decision } from './decision';

/** Counts the faults, retries and resumes of a turn, and charges its retries to the retry budget. */
export class TurnHistory {
  /**
   * Time that the turn has spent without progress, in milliseconds. The time excludes streaming, the sleep of the
   * computer, and being offline.
   */
  idleMs = 0;
  /**
   * Number of automatic retries since the answer last grew, limited by `holysheep.retry.maxRetries`. It includes
   * neither the immediate retry nor the retries that the user requested.
   */
  retries = 0;
  hasWaited = false;
  /** Whether the turn has used its only immediate retry, which is not charged to the retry budget. */
  freeReplayUsed = false;
  previousDelayMs: number | undefined;
  /** Number of consecutive overloads of the current model. */
  overloads = 0;
  resumes = new ResumeLimit();
  private readonly rowCounts = new Map<FaultName, number>();
  /** All models that the turn has used. The current model is the last one. */
  readonly models: string[];
  /**
   * The charge to the retry budget for the next attempt, if the charge can still be refunded. It is refunded if the
   * user starts the attempt, or if no attempt is sent.
   */
  private charge:
    | { readonly retryBudget: RetryBudget; readonly tokens: number; readonly isResume: boolean }
    | undefined;

  /** @param hasOutput whether the user has already seen text or a tool call */
  constructor(
    public model: string,
    public hasOutput = false,
  ) {
    this.models = [model];
  }

  /** Whether a retry is planned that `retries` does not include yet. */
  get isRetryPending(): boolean {
    return this.charge?.isResume === false;
  }

  /** Returns how often a fault has occurred in the turn. */
  faultsOf(row: FaultName): number {
    return this.rowCounts.get(row) ?? 0;
  }

  /**
   * Records a fault and the decision about it. A retry is charged when the wait for it begins. If many turns fail
   * together, the retry budget therefore limits how many of them retry.
   */
  recordFault({ row, policy }: Fault, isResuming: boolean, decision: Decision, retryBudget: RetryBudget): void {
    this.rowCounts.set(row, this.faultsOf(row) + 1);
    this.overloads = isModelOverload(policy) ? this.overloads + 1 : 0;
    if (decision.type === 'replay') this.freeReplayUsed = true;
    if (decision.type === 'wait') {
      this.previousDelayMs = decision.delayMs;
      retryBudget.charge(decision.charge);
      this.charge = { retryBudget, tokens: decision.charge, isResume: isResuming };
    }
    // A wait for the network is a retry. Otherwise, a turn would retry forever if its network checks succeed
    // but its requests fail.
    else if (policy.retry === 'offline') this.charge = { retryBudget, tokens: 0, isResume: false };
  }

  /**
   * Makes the charge for a retry final, or refunds the charge if `isFree` is true. Called when the next attempt is sent
   * or the turn ends.
   */
  settleCharge(isFree: boolean): void {
    const { charge } = this;
    this.charge = undefined;
    if (isFree) charge?.retryBudget.refund(charge.tokens);
    else if (charge && !charge.isResume) this.retries++;
  }

  recordWait(ms: number): void {
    this.idleMs += ms;
    this.hasWaited = true;
  }

  /** Records that the answer has grown, and resets the number of retries. */
  recordProgress(): void {
    this.hasOutput = true;
    this.retries = 0;
  }

  /** Records that the turn uses another model. The number of resumes that are left does not change. */
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
    this.resumes = new ResumeLimit();
  }
}

const initialResumes = 3;
/** Number of new characters from which on a resume does not count against the resume limit. */
const minRefundedChars = 200;
/** Maximum number of resumes of a turn, including resumes that do not count against the resume limit. */
const maxResumes = 5;

/** Limits how often a turn resumes its answer. */
export class ResumeLimit {
  private spent = 0;
  /** Number of resumes that the gateway has accepted. */
  started = 0;
  /** Number of resumes that added no text. */
  empty = 0;

  get remaining(): number {
    return Math.max(0, Math.min(initialResumes - this.spent, maxResumes - this.started));
  }

  start(): void {
    this.started++;
    this.spent++;
  }

  /**
   * Records how many characters a resume has added. A resume without text counts twice against the resume limit. A
   * resume with at least `minRefundedChars` characters does not count.
   */
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
