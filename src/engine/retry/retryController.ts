import type { EngineSettings } from '../engine';
import type { Fault } from '../faults/classify';
import type { Gate } from '../gate/gate';
import type { GateQueue } from '../gate/gateQueue';
import type { RetryBudget } from '../gate/networkState';
import type { TurnHistory } from '../turn/turnHistory';
import { decide, type Decision, type History } from './retryPolicy';

export interface RetryOutcome {
  readonly decision: Decision;
  /** The gate's wait replaces the wait of the decision. */
  readonly isBreakerOpen: boolean;
  /** This fault opened the breaker. */
  readonly opensBreaker: boolean;
}

/** Decides what follows from the faults of a turn, reports them to the gate, and charges the retry budget. */
export class RetryController {
  /** What the next attempt costs unless the user requests it. */
  private pending: { readonly budget: RetryBudget; readonly cost: number; readonly resuming: boolean } | undefined;

  constructor(
    private readonly settings: () => EngineSettings,
    private readonly random: () => number,
    private readonly history: TurnHistory,
    private readonly queue: GateQueue,
  ) {}

  /**
   * The gate learns of the fault first, because the decision depends on whether the fault has opened the breaker.
   * @param gate undefined: the attempt was never sent
   */
  handle(
    fault: Fault,
    { gate, budget }: { readonly gate: Gate | undefined; readonly budget: RetryBudget },
    state: Pick<History, 'resuming' | 'hasText'>,
  ): RetryOutcome {
    const wasBreakerOpen = gate?.isBreakerOpen ?? false;
    this.queue.failed(fault);
    const isBreakerOpen = gate?.isBreakerOpen ?? false;
    const before = this.history.before(fault, { ...state, tokens: budget.tokens, breakerOpen: isBreakerOpen });
    const decision = decide(fault, before, this.settings(), this.random);
    this.history.note(fault, decision);
    this.queue.decided(fault, decision);
    if (decision.do === 'wait') {
      const { cost } = decision;
      // Charged at once: of many turns that fail together, only as many may retry as the budget allows.
      budget.charge(cost);
      this.pending = { budget, cost, resuming: state.resuming };
    }
    // Otherwise a turn whose probes get through, but whose requests do not, would retry forever.
    else if (decision.do === 'offline') this.pending = { budget, cost: 0, resuming: false };
    return { decision, isBreakerOpen, opensBreaker: isBreakerOpen && !wasBreakerOpen };
  }

  /**
   * The next attempt is sent, or there is none.
   * @param isFree the user has requested the attempt, it only repairs the request, or there is none
   */
  attemptStarts(isFree: boolean): void {
    const { pending } = this;
    this.pending = undefined;
    if (isFree) pending?.budget.refund(pending.cost);
    else if (pending && !pending.resuming) this.history.retries++;
  }

  /** The answer is complete. */
  succeeded(budget: RetryBudget): void {
    this.queue.release(true);
    budget.refund(1);
  }

  /** Attempts the turn may still make, the next one included. */
  get attemptsLeft(): number {
    const next = this.pending && !this.pending.resuming ? 0 : 1;
    return this.settings().retry.maxRetries - this.history.retries + next;
  }
}
