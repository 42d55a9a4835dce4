import type { Clock } from '../clock';
import { Gate } from './gate';
import { mostTokens, RetryBudget } from '../retry/retryBudget';
import type { Scope, SharedCooldowns } from './sharedCooldowns';

/** With more of a kind than this, those that hold nobody up are forgotten. */
const keptOfAKind = 100;

/** Nobody is to ask a model for a while. */
export interface Pause {
  /** Epoch milliseconds. */
  readonly until: number;
  /** `cooldown`: it was asked for; `breaker`: the provider kept failing. */
  readonly why: 'cooldown' | 'breaker';
}

/** For the diagnostics; no keys. */
export interface NetworkReport {
  readonly budgets: readonly { readonly origin: string; readonly tokens: number }[];
  readonly gates: readonly {
    readonly origin: string;
    readonly model: string;
    /** Epoch milliseconds. */
    readonly closedUntil?: number | undefined;
    readonly breakerOpen: boolean;
    /** Of the provider, one after the other. */
    readonly failures: number;
  }[];
}

/** What is known of the network and shared by all turns. */
export class NetworkState {
  private readonly gates = new Map<string, { readonly scope: Scope; readonly gate: Gate }>();
  private readonly budgets = new Map<string, RetryBudget>();

  constructor(
    private readonly clock: Clock,
    private readonly shared: SharedCooldowns,
    /** A pause has begun, is another or was ended; that its time is up nobody tells. */
    private readonly onPause?: () => void,
  ) {}

  /** To be asked for anew each time: one that nobody uses may be forgotten. */
  gate(scope: Scope): Gate {
    const key = keyOf(scope);
    const known = this.gates.get(key);
    if (known) return known.gate;
    forget(this.gates, ({ gate }) => gate.isIdle);
    const gate = new Gate(this.clock, this.shared, scope, this.onPause);
    this.gates.set(key, { scope, gate });
    return gate;
  }

  /** As far as this window knows. */
  pauseOf(scope: Scope): Pause | undefined {
    const gate = this.gates.get(keyOf(scope))?.gate;
    const until = gate?.closedUntil;
    return until === undefined ? undefined : { until, why: gate?.isBreakerOpen ? 'breaker' : 'cooldown' };
  }

  budget(origin: string): RetryBudget {
    const known = this.budgets.get(origin);
    if (known) return known;
    forget(this.budgets, ({ tokens }) => tokens === mostTokens);
    const budget = new RetryBudget(this.clock);
    this.budgets.set(origin, budget);
    return budget;
  }

  /** Forgets cooldowns, breakers and spent budgets, in the other windows' notes too; who waits goes. Never rejects. */
  async reset(): Promise<void> {
    this.budgets.clear();
    for (const { gate } of this.gates.values()) gate.reset();
    await this.shared.clear();
  }

  report(): NetworkReport {
    return {
      budgets: [...this.budgets].map(([origin, { tokens }]) => ({ origin, tokens })),
      gates: [...this.gates.values()].map(({ scope: { origin, model }, gate }) => {
        const { closedUntil, isBreakerOpen: breakerOpen, failures } = gate;
        return { origin, model, closedUntil, breakerOpen, failures };
      }),
    };
  }
}

function keyOf({ origin, apiKey, model }: Scope): string {
  return JSON.stringify([origin, apiKey, model]);
}

function forget<Known>(all: Map<string, Known>, mayGo: (known: Known) => boolean): void {
  if (all.size < keptOfAKind) return;
  for (const [key, known] of all) if (mayGo(known)) all.delete(key);
}
