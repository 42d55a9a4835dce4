import type { EngineSettings } from '../engine';
import type { Fault } from '../faults/classify';
import type { Gate } from '../gate/gate';
import type { TurnPermit } from './turnPermit';
import type { RetryBudget } from '../gate/networkState';
import type { TurnHistory } from './turnHistory';
import { decide, type Decision, type RetryHistory } from '../retry/retryPolicy';

/** The decision about a fault, and the effect of the fault on the circuit breaker. */
export interface RetryOutcome {
  readonly decision: Decision;
  /**
   * Whether the breaker is open. If it is, the turn waits in the queue of the gate, not for the delay in `decision`.
   */
  readonly isBreakerOpen: boolean;
  /** Whether this fault has opened the breaker. */
  readonly opensBreaker: boolean;
}

/**
 * Decides what happens after each fault of a turn, reports the fault to the gate, and charges each retry to the retry
 * budget.
 */
export class RetryController {
  /**
   * The charge to the retry budget for the next attempt, until it is settled. It is refunded if the user starts the
   * attempt, for example with *Retry now*, or if no attempt is sent.
   */
  private pendingCharge:
    { readonly budget: RetryBudget; readonly cost: number; readonly isResume: boolean } | undefined;

  constructor(
    private readonly settings: () => EngineSettings,
    private readonly random: () => number,
    private readonly history: TurnHistory,
    private readonly permit: TurnPermit,
  ) {}

  /**
   * Handles a fault. The gate is notified first, because the decision depends on whether the fault opens the breaker.
   *
   * @param gate undefined if the attempt was never sent
   */
  handle(
    fault: Fault,
    { gate, budget }: { readonly gate: Gate | undefined; readonly budget: RetryBudget },
    state: Pick<RetryHistory, 'isResuming' | 'hasText' | 'otherRoute' | 'isContinuable'>,
  ): RetryOutcome {
    const wasBreakerOpen = gate?.isBreakerOpen ?? false;
    this.permit.reportFault(fault);
    const isBreakerOpen = gate?.isBreakerOpen ?? false;
    const before = this.history.stateBefore(fault, { ...state, tokens: budget.tokens, breakerOpen: isBreakerOpen });
    const decision = decide(fault, before, this.settings(), this.random);
    this.history.recordFault(fault, decision);
    this.permit.reportDecision(fault, decision);
    if (decision.type === 'wait') {
      const { cost } = decision;
      // Charges the retry when it is decided, before it is sent. If many turns fail together, only as many of them
      // retry as the budget allows.
      budget.charge(cost);
      this.pendingCharge = { budget, cost, isResume: state.isResuming };
    }
    // Waiting for the network counts as a retry. Otherwise, a turn would retry forever if its network checks succeed
    // but its requests fail.
    else if (decision.type === 'offline') this.pendingCharge = { budget, cost: 0, isResume: false };
    return { decision, isBreakerOpen, opensBreaker: isBreakerOpen && !wasBreakerOpen };
  }

  /**
   * Settles the pending charge to the retry budget when the next attempt is sent, or when the turn ends without another
   * attempt.
   *
   * @param isFree whether the charge is refunded, because the user started the attempt, the attempt only corrects the
   *   request, or no attempt is sent
   */
  settleCharge(isFree: boolean): void {
    const charge = this.pendingCharge;
    this.pendingCharge = undefined;
    if (isFree) charge?.budget.refund(charge.cost);
    else if (charge && !charge.isResume) this.history.retries++;
  }

  /** Handles a complete answer: releases the permit and refunds one token to the retry budget. */
  reportSuccess(budget: RetryBudget): void {
    this.permit.release(true);
    budget.refund(1);
  }

  /** Number of attempts that the turn may still make, including the next one. */
  get attemptsLeft(): number {
    const next = this.pendingCharge && !this.pendingCharge.isResume ? 0 : 1;
    return this.settings().retry.maxRetries - this.history.retries + next;
  }
}
