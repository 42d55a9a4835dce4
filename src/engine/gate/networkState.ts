import type { Clock } from '../clock';
import type { CorrectableParameter } from '../faults/providerError';
import type { CooldownScope, SharedCooldowns } from './cooldowns';
import { Gate } from './gate';

/**
 * Maximum number of gates, and also of retry budgets. Above this number, entries that no longer restrict any request
 * are dropped.
 */
const maxEntries = 100;

/** The current cooldown of a model on a route. */
export interface ModelCooldown {
  /** Epoch milliseconds at which the cooldown ends. */
  readonly until: number;
  /** `cooldown` means that the gateway limits the rate of requests, and `breaker` that the provider kept failing. */
  readonly blockKind: 'cooldown' | 'breaker';
}

/** The state of the retry budgets and gates for the diagnostics, without API keys. */
export interface NetworkReport {
  readonly budgets: readonly { readonly origin: string; readonly tokens: number }[];
  readonly gates: readonly {
    readonly origin: string;
    readonly model: string;
    /** Epoch milliseconds at which the cooldown ends. */
    readonly closedUntil?: number | undefined;
    readonly breakerOpen: boolean;
    /** Number of consecutive failures of the provider. */
    readonly failures: number;
  }[];
}

/** What the engine has learned about one model on one route. */
export interface RouteBehavior {
  /** Parameters that the gateway refused. Requests leave them out, or use their newer name. */
  readonly unsupportedParameters: Set<CorrectableParameter>;
  /** Whether the gateway rejects a prefill, which is a request whose last message is the partial answer. */
  refusesPrefill: boolean;
  /** `omitted` means that the gateway never fills in the finish reason, so that `[DONE]` alone completes an answer. */
  finishReason: 'unknown' | 'sent' | 'omitted';
}

/** Returns what is assumed about a model on a route before the first request. */
export function createRouteBehavior(): RouteBehavior {
  return { unsupportedParameters: new Set(), refusesPrefill: false, finishReason: 'unknown' };
}

/** Maximum number of tokens in a retry budget. A retry usually takes one token. */
const maxTokens = 12;
/** Time after which a retry budget gains one token, in milliseconds. */
const refillMs = 10_000;

/**
 * The retry budget of an origin, which limits the automatic retries of all its turns. When the budget is used up, only
 * the user can retry.
 */
export class RetryBudget {
  private count = maxTokens;
  /** Monotonic time in milliseconds. The retry budget gains its next token {@link refillMs} after it. */
  private refilledUntil = 0;

  constructor(private readonly clock: Pick<Clock, 'monotonicNow'>) {}

  /** Number of tokens in the retry budget, an integer from 0 to 12. The budget gains one token every 10 seconds. */
  get tokens(): number {
    const now = this.clock.monotonicNow();
    const gained = Math.floor((now - this.refilledUntil) / refillMs);
    if (this.count + gained >= maxTokens) {
      this.count = maxTokens;
      // While the retry budget is full, no time counts towards the next token.
      this.refilledUntil = now;
    } else {
      this.count += gained;
      this.refilledUntil += gained * refillMs;
    }
    return this.count;
  }

  /** Charges `cost` tokens to the retry budget, or as many as are left. */
  charge(cost: number): void {
    this.count = Math.max(0, this.tokens - cost);
  }

  /**
   * Refunds tokens to the retry budget, up to its maximum.
   *
   * @param cost the tokens charged for a retry that was not made, or 1 for a complete answer
   */
  refund(cost: number): void {
    this.count = Math.min(maxTokens, this.tokens + cost);
  }
}

/** The gates, the retry budgets and the learned behavior of models, which all turns of an engine share. */
export class NetworkState {
  private readonly gates = new Map<string, { readonly scope: CooldownScope; readonly gate: Gate }>();
  private readonly budgets = new Map<string, RetryBudget>();
  private readonly behaviors = new Map<string, RouteBehavior>();

  constructor(
    private readonly clock: Clock,
    private readonly shared: SharedCooldowns,
    /** Called when a cooldown starts, changes or is cleared, but not when it expires. */
    private readonly onCooldownChange?: () => void,
  ) {}

  /** Returns the gate of a scope. Callers must not store the gate, because an idle gate may be dropped. */
  gate(scope: CooldownScope): Gate {
    const key = keyOf(scope);
    const existing = this.gates.get(key);
    if (existing) return existing.gate;
    evictUnused(this.gates, ({ gate }) => gate.isIdle);
    const gate = new Gate(this.clock, this.shared, scope, this.onCooldownChange);
    this.gates.set(key, { scope, gate });
    return gate;
  }

  /** Returns the cooldown of a scope, or undefined if this window has no record of one. */
  cooldownOf(scope: CooldownScope): ModelCooldown | undefined {
    const gate = this.gates.get(keyOf(scope))?.gate;
    const until = gate?.closedUntil;
    return until === undefined ? undefined : { until, blockKind: gate?.isBreakerOpen ? 'breaker' : 'cooldown' };
  }

  /** Returns the retry budget of an origin. */
  budget(origin: string): RetryBudget {
    const existing = this.budgets.get(origin);
    if (existing) return existing;
    evictUnused(this.budgets, ({ tokens }) => tokens === maxTokens);
    const budget = new RetryBudget(this.clock);
    this.budgets.set(origin, budget);
    return budget;
  }

  /** Returns what the engine has learned about a model on a route. Callers may change the returned object. */
  behaviorOf(baseUrl: string, model: string): RouteBehavior {
    const key = `${baseUrl}\n${model}`;
    const behavior = this.behaviors.get(key) ?? createRouteBehavior();
    this.behaviors.set(key, behavior);
    return behavior;
  }

  /**
   * Refills the retry budgets, clears circuit breakers and cooldowns (including the cooldowns of other windows), and
   * sends waiting requests. Never rejects.
   */
  async reset(): Promise<void> {
    this.budgets.clear();
    for (const { gate } of this.gates.values()) gate.reset();
    await this.shared.clear();
  }

  /** Returns the state of the retry budgets and gates for the diagnostics. */
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

function keyOf({ origin, apiKey, model }: CooldownScope): string {
  return JSON.stringify([origin, apiKey, model]);
}

/** Removes all unused entries if the map has reached {@link maxEntries}. */
function evictUnused<Entry>(entries: Map<string, Entry>, isUnused: (entry: Entry) => boolean): void {
  if (entries.size < maxEntries) return;
  for (const [key, entry] of entries) if (isUnused(entry)) entries.delete(key);
}
