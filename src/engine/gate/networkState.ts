import type { Clock } from '../clock';
import type { RepairableParameter } from '../faults/providerError';
import type { Scope, SharedCooldowns } from './cooldowns';
import { Gate } from './gate';

/** With more gates or retry budgets than this, those that no longer hold back any request are dropped. */
const maxEntries = 100;

/** Until when no request goes to a model on a route. */
export interface ModelCooldown {
  /** Epoch milliseconds. */
  readonly until: number;
  /** `cooldown`: the gateway asked for it; `breaker`: the provider kept failing. */
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

/** What the engine has learned of one model on one route. */
export interface RouteBehavior {
  /** Parameters that the gateway refused: left out, or sent under their newer name. */
  readonly unsupportedParameters: Set<RepairableParameter>;
  /** The gateway does not continue a partial answer that is the last message of a request. */
  refusesPrefill: boolean;
  /** `omitted`: the gateway sends the field of the finish reason and never fills it in; `[DONE]` ends an answer. */
  finishReason: 'unknown' | 'sent' | 'omitted';
}

export function newBehavior(): RouteBehavior {
  return { unsupportedParameters: new Set(), refusesPrefill: false, finishReason: 'unknown' };
}

const maxTokens = 12;
const refillMs = 10_000;

/** Limits the automatic retries of all turns to one origin. When it is spent, only the user can retry. */
export class RetryBudget {
  private count = maxTokens;
  /** Monotonic; the time until here has been paid for. */
  private refilledUntil = 0;

  constructor(private readonly clock: Pick<Clock, 'ticks'>) {}

  /** Whole, from 0 to 12; one more each 10 seconds. */
  get tokens(): number {
    const now = this.clock.ticks();
    const gained = Math.floor((now - this.refilledUntil) / refillMs);
    if (this.count + gained >= maxTokens) {
      this.count = maxTokens;
      // The time that a full budget is left alone is not saved up.
      this.refilledUntil = now;
    } else {
      this.count += gained;
      this.refilledUntil += gained * refillMs;
    }
    return this.count;
  }

  charge(cost: number): void {
    this.count = Math.max(0, this.tokens - cost);
  }

  /** @param cost what was charged and not needed, or 1 for a complete answer */
  refund(cost: number): void {
    this.count = Math.min(maxTokens, this.tokens + cost);
  }
}

/** What all turns of an engine have learned of the network. It lives as long as the engine. */
export class NetworkState {
  private readonly gates = new Map<string, { readonly scope: Scope; readonly gate: Gate }>();
  private readonly budgets = new Map<string, RetryBudget>();
  private readonly behaviors = new Map<string, RouteBehavior>();

  constructor(
    private readonly clock: Clock,
    private readonly shared: SharedCooldowns,
    /** Called when a cooldown starts, changes or is cleared, but not when it expires. */
    private readonly onCooldownChange?: () => void,
  ) {}

  /** Returns the gate of a scope. Callers don't keep it, because a gate without requests may be dropped. */
  gate(scope: Scope): Gate {
    const key = keyOf(scope);
    const existing = this.gates.get(key);
    if (existing) return existing.gate;
    evictUnused(this.gates, ({ gate }) => gate.isIdle);
    const gate = new Gate(this.clock, this.shared, scope, this.onCooldownChange);
    this.gates.set(key, { scope, gate });
    return gate;
  }

  /** As far as this window knows. */
  cooldownOf(scope: Scope): ModelCooldown | undefined {
    const gate = this.gates.get(keyOf(scope))?.gate;
    const until = gate?.closedUntil;
    return until === undefined ? undefined : { until, why: gate?.isBreakerOpen ? 'breaker' : 'cooldown' };
  }

  budget(origin: string): RetryBudget {
    const existing = this.budgets.get(origin);
    if (existing) return existing;
    evictUnused(this.budgets, ({ tokens }) => tokens === maxTokens);
    const budget = new RetryBudget(this.clock);
    this.budgets.set(origin, budget);
    return budget;
  }

  behaviorOf(baseUrl: string, model: string): RouteBehavior {
    const key = `${baseUrl}\n${model}`;
    const behavior = this.behaviors.get(key) ?? newBehavior();
    this.behaviors.set(key, behavior);
    return behavior;
  }

  /** Forgets cooldowns, breakers and spent budgets, those of other windows too. Waiting requests are sent. Never rejects. */
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

function evictUnused<Known>(all: Map<string, Known>, mayGo: (known: Known) => boolean): void {
  if (all.size < maxEntries) return;
  for (const [key, known] of all) if (mayGo(known)) all.delete(key);
}
