import type { Fault } from './faults/classify';
import type { Gate } from './network/gate';
import type { RetryBudget } from './network/retryBudget';
import type { Passage } from './passage';
import { decide, deadlineOf, type Decision, type History } from './retryPolicy';
import type { EngineSettings } from './settings';
import type { TurnHistory } from './turnHistory';

/** Where an attempt went. */
export interface Place {
  /** undefined: it never left. */
  readonly gate: Gate | undefined;
  readonly budget: RetryBudget;
}

export interface Ruling {
  readonly decision: Decision;
  /** The gate knows of the wait that is due. */
  readonly breakerOpen: boolean;
  /** And it was this fault that opened it. */
  readonly opensBreaker: boolean;
}

/** What the faults of a turn lead to, for itself and for those who come after it, and what that is charged to. */
export class Judge {
  /** What the next attempt costs if it is the engine that makes it. */
  private due: { readonly budget: RetryBudget; readonly cost: number; readonly resuming: boolean } | undefined;

  constructor(
    private readonly settings: () => EngineSettings,
    private readonly random: () => number,
    private readonly history: TurnHistory,
    private readonly passage: Passage,
  ) {}

  /** The order matters: the decision asks whether this very fault has opened the breaker. */
  rule(fault: Fault, { gate, budget }: Place, now: Pick<History, 'resuming' | 'hasText'>): Ruling {
    const wasOpen = gate?.breakerOpen ?? false;
    this.passage.failed(fault);
    const breakerOpen = gate?.breakerOpen ?? false;
    const before = this.history.before(fault, { ...now, tokens: budget.tokens, breakerOpen });
    const decision = decide(fault, before, this.settings(), this.random);
    this.history.note(fault, decision);
    this.passage.decided(fault, decision);
    if (decision.do === 'wait') {
      const { cost } = decision;
      // At once: of many turns that fail together, only as many may go on as the origin can bear.
      budget.take(cost);
      this.due = { budget, cost, resuming: now.resuming };
    }
    // A probe that gets through to a network that is not there would else be made for ever.
    else if (decision.do === 'offline') this.due = { budget, cost: 0, resuming: false };
    return { decision, breakerOpen, opensBreaker: breakerOpen && !wasOpen };
  }

  /** The next attempt goes out. @param free the user has asked for it, it only mends the request, or there is none */
  charge(free: boolean): void {
    const { due } = this;
    this.due = undefined;
    if (free) due?.budget.giveBack(due.cost);
    else if (due && !due.resuming) this.history.retried();
  }

  /** Attempts the turn may still make, the next one included. */
  get attemptsLeft(): number {
    const pending = this.due && !this.due.resuming ? 0 : 1;
    return this.settings().retry.maxRetries - this.history.retries + pending;
  }

  /** For how long the turn would still wait in a line, in milliseconds. */
  get patienceMs(): number {
    const { waited, idleMs } = this.history;
    return deadlineOf(this.settings()) - (waited ? idleMs : 0);
  }
}
