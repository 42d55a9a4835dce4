import type { Clock } from '../clock';
import type { CorrectableParameter } from '../faults/providerError';
import type { LearnedEfforts } from '../models/reasoningFields';
import { Gate } from './gate';
import { GatewayHealth, type HealthDeps } from './gatewayHealth';
import { Probes } from './probes';

export interface ModelCooldown {
  /** Epoch milliseconds. */
  readonly until: number;
  /** `cooldown` is a rate limit. `breaker` means that the provider kept failing. */
  readonly blockKind: 'cooldown' | 'breaker';
}

/** A gateway in the diagnostics. */
export interface GatewayReport {
  /** The normalized base URL. Its path may contain a secret, so the diagnostics show only its origin. */
  readonly id: string;
  readonly isDown: boolean;
  /** The retry budget. */
  readonly tokens: number;
  readonly gates: readonly {
    readonly model: string;
    readonly closedUntil?: number | undefined;
    readonly breakerOpen: boolean;
    readonly failures: number;
  }[];
}

/** What the engine has learned about one model at a gateway. */
export class ModelBehavior {
  /** Requests leave them out, or use their newer name. */
  readonly unsupportedParameters = new Set<CorrectableParameter>();
  readonly efforts: LearnedEfforts = { refused: new Set() };
  refusesPrefill = false;
  /** `omitted` means that the gateway never fills in the finish reason, so that `[DONE]` alone completes an answer. */
  finishReason: 'unknown' | 'sent' | 'omitted' = 'unknown';
  /** Monotonic milliseconds. Until then, the gateway gets no request, because it has answered that it lacks the model. */
  lacksModelUntil = 0;
}

/** Milliseconds until a model is requested again from a gateway that lacked it, because it may have been added since. */
const missingModelMs = 600_000;

const maxTokens = 12;
/** Time in which a retry budget gains one token. */
const refillMs = 10_000;

/** Limits the automatic retries of all turns at a gateway. When it is used up, only the user can retry. */
export class RetryBudget {
  private count = maxTokens;
  /** Monotonic time of the last gained token. */
  private refilledUntil = 0;

  constructor(private readonly clock: Clock) {}

  /** An integer from 0 to 12. */
  get tokens(): number {
    const now = this.clock.monotonicNow();
    const gained = Math.floor((now - this.refilledUntil) / refillMs);
    if (this.count + gained >= maxTokens) {
      this.count = maxTokens;
      // The next token starts to refill only when the retry budget is no longer full.
      this.refilledUntil = now;
    } else {
      this.count += gained;
      this.refilledUntil += gained * refillMs;
    }
    return this.count;
  }

  /** Charges as many tokens as are left, if there are fewer. */
  charge(tokens: number): void {
    this.count = Math.max(0, this.tokens - tokens);
  }

  /** For a retry that was not made, or 1 for a complete answer. */
  refund(tokens: number): void {
    this.count = Math.min(maxTokens, this.tokens + tokens);
  }
}

/** What the engine has learned about one gateway. All turns share it. */
export class GatewayState {
  readonly health: GatewayHealth;
  readonly budget: RetryBudget;
  private readonly gates = new Map<string, Gate>();
  /** Keyed by API key. */
  private readonly probes = new Map<string | undefined, Probes>();
  private readonly behaviors = new Map<string, ModelBehavior>();

  /** @param id the base URL */
  constructor(
    private readonly deps: HealthDeps,
    private readonly id: string,
  ) {
    this.health = new GatewayHealth(deps, id);
    this.budget = new RetryBudget(deps.clock);
  }

  /** @param key undefined for a gateway that needs no API key */
  gate(model: string, key: string | undefined): Gate {
    const { clock, cooldowns, onCooldownChange } = this.deps;
    const name = gateName(model, key);
    const existing = this.gates.get(name);
    if (existing) return existing;
    const probes = this.probes.get(key) ?? new Probes(clock);
    this.probes.set(key, probes);
    const gate = new Gate(clock, cooldowns, { gateway: this.id, key, model }, onCooldownChange, probes);
    this.gates.set(name, gate);
    return gate;
  }

  /** The cooldown or the open breaker of a model, or undefined if this window knows of none. */
  cooldownOf(model: string, key: string | undefined): ModelCooldown | undefined {
    const gate = this.gates.get(gateName(model, key));
    if (gate?.closedUntil === undefined) return undefined;
    return { until: gate.closedUntil, blockKind: gate.isBreakerOpen ? 'breaker' : 'cooldown' };
  }

  /** Returns how long a model stays closed, in milliseconds; 0 if this window knows of no cooldown. */
  cooldownMs(model: string, key: string | undefined): number {
    return Math.max(0, (this.cooldownOf(model, key)?.until ?? 0) - this.deps.clock.now());
  }

  /** Callers may change the returned object. */
  behavior(model: string): ModelBehavior {
    const behavior = this.behaviors.get(model) ?? new ModelBehavior();
    this.behaviors.set(model, behavior);
    return behavior;
  }

  recordMissingModel(model: string): void {
    this.behavior(model).lacksModelUntil = this.deps.clock.monotonicNow() + missingModelMs;
  }

  lacksModel(model: string): boolean {
    return this.behavior(model).lacksModelUntil > this.deps.clock.monotonicNow();
  }

  /** Forgets everything about the gateway, ends its cooldowns and outage in all windows, and sends waiting requests. */
  forget(): void {
    this.health.forget();
    this.budget.refund(maxTokens);
    this.behaviors.clear();
    for (const gate of this.gates.values()) gate.reset();
  }

  report(): GatewayReport {
    return {
      id: this.id,
      isDown: this.health.isDown,
      tokens: this.budget.tokens,
      gates: [...this.gates.values()].map(({ scope, closedUntil, isBreakerOpen, failures }) => {
        return { model: scope.model, closedUntil, breakerOpen: isBreakerOpen, failures };
      }),
    };
  }
}

function gateName(model: string, key: string | undefined): string {
  return JSON.stringify([model, key]);
}

/** What the engine has learned about the gateways, by base URL. */
export class GatewayStates {
  private readonly states = new Map<string, GatewayState>();

  constructor(private readonly deps: HealthDeps) {}

  of(id: string): GatewayState {
    const state = this.states.get(id) ?? new GatewayState(this.deps, id);
    this.states.set(id, state);
    return state;
  }

  /** Forgets the outages of the other gateways, so that a gateway that was removed from the settings is not probed. */
  keepOutages(ids: readonly string[]): void {
    for (const [id, { health }] of this.states) if (!ids.includes(id)) health.forget();
  }

  sendOverdueProbes(): void {
    for (const { health } of this.states.values()) health.sendOverdueProbe();
  }

  /** Forgets everything, also the cooldowns and outages that only other windows know. Never rejects. */
  async forgetAll(): Promise<void> {
    for (const state of this.states.values()) state.forget();
    await this.deps.cooldowns.clear();
  }

  report(): readonly GatewayReport[] {
    return [...this.states.values()].map((state) => state.report());
  }
}
