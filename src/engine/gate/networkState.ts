import type { Clock } from '../clock';
import type { CorrectableParameter } from '../faults/providerError';
import type { LearnedEfforts } from '../models/reasoningFields';
import type { CooldownScope, SharedCooldowns } from './cooldowns';
import { Gate } from './gate';
import { Probes } from './probes';

export interface ModelCooldown {
  /** Epoch milliseconds. */
  readonly until: number;
  /** `cooldown` is a rate limit. `breaker` means that the provider kept failing. */
  readonly blockKind: 'cooldown' | 'breaker';
}

export interface NetworkReport {
  readonly budgets: readonly { readonly origin: string; readonly tokens: number }[];
  readonly gates: readonly {
    readonly origin: string;
    readonly model: string;
    readonly closedUntil?: number | undefined;
    readonly breakerOpen: boolean;
    readonly failures: number;
  }[];
}

/** What the engine has learned about one model on one gateway. */
export interface GatewayBehavior {
  /** Requests leave them out, or use their newer name. */
  readonly unsupportedParameters: Set<CorrectableParameter>;
  readonly efforts: LearnedEfforts;
  refusesPrefill: boolean;
  /** `omitted` means that the gateway never fills in the finish reason, so that `[DONE]` alone completes an answer. */
  finishReason: 'unknown' | 'sent' | 'omitted';
}

export function createGatewayBehavior(): GatewayBehavior {
  return {
    unsupportedParameters: new Set(),
    efforts: { refused: new Set() },
    refusesPrefill: false,
    finishReason: 'unknown',
  };
}

/**
 * Milliseconds until a model is requested again from a gateway that lacked it, because it may have been added since.
 */
const missingModelMs = 600_000;

const maxTokens = 12;
/** Time in which a retry budget gains one token. */
const refillMs = 10_000;

/** Limits the automatic retries of all turns of an origin. When it is used up, only the user can retry. */
export class RetryBudget {
  private count = maxTokens;
  /** Monotonic time of the last gained token. */
  private refilledUntil = 0;

  constructor(private readonly clock: Pick<Clock, 'monotonicNow'>) {}

  /** An integer from 0 to 12. */
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

  /** Charges as many tokens as are left, if there are fewer. */
  charge(cost: number): void {
    this.count = Math.max(0, this.tokens - cost);
  }

  /** For a retry that was not made, or 1 for a complete answer. */
  refund(cost: number): void {
    this.count = Math.min(maxTokens, this.tokens + cost);
  }
}

/** The gates, the retry budgets and the learned behavior of models, which all turns of an engine share. */
export class NetworkState {
  private readonly gates = new Map<string, { readonly scope: CooldownScope; readonly gate: Gate }>();
  /** By origin and key. */
  private readonly probes = new Map<string, Probes>();
  private readonly budgets = new Map<string, RetryBudget>();
  private readonly behaviors = new Map<string, GatewayBehavior>();
  /**
   * Monotonic milliseconds, by base URL and model. Until then, the gateway gets no request for the model, because it has
   * answered that it lacks the model.
   */
  private readonly missingModels = new Map<string, Map<string, number>>();

  constructor(
    private readonly clock: Clock,
    private readonly shared: SharedCooldowns,
    private readonly onCooldownChange?: () => void,
  ) {}

  gate(scope: CooldownScope): Gate {
    const key = keyOf(scope);
    const existing = this.gates.get(key);
    if (existing) return existing.gate;
    const { origin, apiKey } = scope;
    const probesKey = JSON.stringify([origin, apiKey]);
    const probes = this.probes.get(probesKey) ?? new Probes(this.clock);
    this.probes.set(probesKey, probes);
    const gate = new Gate(this.clock, this.shared, scope, this.onCooldownChange, probes);
    this.gates.set(key, { scope, gate });
    return gate;
  }

  /** The cooldown or the open breaker of the scope, or undefined if this window knows of none. */
  cooldownOf(scope: CooldownScope): ModelCooldown | undefined {
    const gate = this.gates.get(keyOf(scope))?.gate;
    if (gate?.closedUntil === undefined) return undefined;
    return { until: gate.closedUntil, blockKind: gate.isBreakerOpen ? 'breaker' : 'cooldown' };
  }

  /** Returns how long the scope stays closed, in milliseconds; 0 if this window knows of no cooldown. */
  cooldownMs(scope: CooldownScope): number {
    return Math.max(0, (this.cooldownOf(scope)?.until ?? 0) - this.clock.now());
  }

  budget(origin: string): RetryBudget {
    const budget = this.budgets.get(origin) ?? new RetryBudget(this.clock);
    this.budgets.set(origin, budget);
    return budget;
  }

  /** Callers may change the returned object. */
  behaviorOf(baseUrl: string, model: string): GatewayBehavior {
    const key = `${baseUrl}\n${model}`;
    const behavior = this.behaviors.get(key) ?? createGatewayBehavior();
    this.behaviors.set(key, behavior);
    return behavior;
  }

  recordMissingModel(baseUrl: string, model: string): void {
    const models = this.missingModels.get(baseUrl) ?? new Map<string, number>();
    this.missingModels.set(baseUrl, models.set(model, this.clock.monotonicNow() + missingModelMs));
  }

  lacksModel(baseUrl: string, model: string): boolean {
    const until = this.missingModels.get(baseUrl)?.get(model);
    return until !== undefined && until > this.clock.monotonicNow();
  }

  /**
   * Forgets what requests have revealed about gateways, ends all cooldowns, including those of other windows, and sends
   * waiting requests. Never rejects.
   */
  async reset(): Promise<void> {
    this.budgets.clear();
    this.behaviors.clear();
    this.missingModels.clear();
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

function keyOf({ origin, apiKey, model }: CooldownScope): string {
  return JSON.stringify([origin, apiKey, model]);
}
