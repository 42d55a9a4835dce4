import type { Fault } from './faults/classify';
import type { Decision, History } from './retryPolicy';

/** Counts what a turn has been through, for `decide`. */
export class TurnHistory {
  private retries = 0;
  private resumes = 0;
  private freeReplayUsed = false;
  private previousDelayMs: number | undefined;
  private readonly rows = new Map<number, number>();

  /** Text or reasoning of this turn is on the reader's screen. */
  shown = false;

  before(fault: Fault): History {
    const { retries, resumes, freeReplayUsed, previousDelayMs, shown } = this;
    return { retries, resumes, freeReplayUsed, previousDelayMs, shown, sameRow: this.rows.get(fault.row) ?? 0 };
  }

  note(fault: Fault, decision: Decision): void {
    this.rows.set(fault.row, (this.rows.get(fault.row) ?? 0) + 1);
    if (decision.do === 'replay') this.freeReplayUsed = true;
    if (decision.do !== 'wait') return;
    this.previousDelayMs = decision.delayMs;
    if (this.shown) this.resumes++;
    else this.retries++;
  }
}
