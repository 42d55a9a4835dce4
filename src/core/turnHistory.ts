import type { Fault } from './faults/classify';
import type { Decision, History } from './retryPolicy';

/** Counts what a turn has been through, for `decide`. */
export class TurnHistory {
  private retries = 0;
  private resumes = 0;
  private freeReplayUsed = false;
  private previousDelayMs: number | undefined;
  private overloads = 0;
  private readonly rows = new Map<number, number>();
  private readonly models: string[];

  /** Text or reasoning of this turn is on the reader's screen. */
  shown = false;

  constructor(model: string) {
    this.models = [model];
  }

  before(fault: Fault): History {
    const { retries, resumes, freeReplayUsed, previousDelayMs, shown, overloads, models } = this;
    const sameRow = this.rows.get(fault.row) ?? 0;
    return { retries, resumes, freeReplayUsed, previousDelayMs, shown, overloads, models, sameRow };
  }

  note(fault: Fault, decision: Decision): void {
    this.rows.set(fault.row, (this.rows.get(fault.row) ?? 0) + 1);
    this.overloads = fault.policy.retry === 'overload' && fault.policy.fallback ? this.overloads + 1 : 0;
    if (decision.do === 'replay') this.freeReplayUsed = true;
    if (decision.do !== 'wait') return;
    this.previousDelayMs = decision.delayMs;
    if (this.shown) this.resumes++;
    else this.retries++;
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
