import type { Clock } from '../clock';
import type { CorrectableParameter } from '../faults/providerError';
import type { LearnedEfforts } from '../models/reasoningFields';
import { Gate } from './gate';
import { GatewayHealth, type HealthDeps } from './gatewayHealth';
import { Probes } from './probes';

export interface ModelCooldown {
  /** End of the cooldown, in epoch milliseconds. */
  readonly until: number;
  /**
   * Why the gateway gets no request for the model: `cooldown` means a rate limit, and `breaker` means that the provider
   * kept failing.
   */
  readonly blockKind: 'cooldown' | 'breaker';
}

/** The state of a gateway, for the diagnostics report. */
export interface GatewayReport {
  /** Normalized base URL of the gateway. Its path could contain a secret, so the diagnostics show only the origin. */
  readonly id: string;
  readonly isDown: boolean;
  /** Number of tokens in the gateway's retry budget. */
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
  /** Parameters that requests leave out, or send under their newer name, because the gateway refused them. */
  readonly unsupportedParameters = new Set<CorrectableParameter>();
  readonly efforts: LearnedEfforts = { refused: new Set() };
  refusesPrefill = false;
  /** Whether the gateway sends finish reasons. If it never does (`omitted`), `[DONE]` alone completes an answer. */
  finishReason: 'unknown' | 'sent' | 'omitted' = 'unknown';
  /**
   * Time until which the gateway gets no request for the model, in monotonic milliseconds. The time is set after the
   * gateway has answered that it lacks the model.
   */
  lacksModelUntil = 0;
}

/**
 * Time in milliseconds until a model is requested again from a gateway that lacked it. By then, the gateway might have
 * added the model.
 */
const missingModelMs = 600_000;

const maxTokens = 12;
/** Time in which a retry budget gains one token, in milliseconds. */
const refillMs = 10_000;

/**
 * Limits the automatic retries of all turns at a gateway. When the retry budget is used up, only the user can start a
 * retry.
 */
export class RetryBudget {
  private count = maxTokens;
  /** Time at which the retry budget last gained a token, in monotonic milliseconds. */
  private refilledUntil = 0;

  constructor(private readonly clock: Clock) {}

  /** Number of tokens in the retry budget: an integer from 0 to 12. */
  get tokens(): number {
    const now = this.clock.monotonicNow();
    const gained = Math.floor((now - this.refilledUntil) / refillMs);
    if (this.count + gained >= maxTokens) {
      this.count = maxTokens;
      // A full retry budget gains no tokens, so the interval until the next token begins when a token is removed.
      this.refilledUntil = now;
    } else {
      this.count += gained;
      this.refilledUntil += gained * refillMs;
    }
    return this.count;
  }

  /** Removes tokens from the retry budget. If the budget has fewer tokens, removes all of them. */
  charge(tokens: number): void {
    this.count = Math.max(0, this.tokens - tokens);
  }

  /** Adds tokens to the retry budget: the charge for a retry that was not made, or one token for a complete answer. */
  refund(tokens: number): void {
    this.count = Math.min(maxTokens, this.tokens + tokens);
  }
}

/** What the engine has learned about one gateway. All turns share this object. */
export class GatewayState {
  readonly health: GatewayHealth;
  readonly retryBudget: RetryBudget;
  private readonly gates = new Map<string, Gate>();
  /** Objects that space out the probes of the gateway's models, one object for each API key. */
  private readonly probes = new Map<string | undefined, Probes>();
  private readonly behaviors = new Map<string, ModelBehavior>();

  /** @param id the base URL of the gateway */
  constructor(
    private readonly deps: HealthDeps,
    private readonly id: string,
  ) {
    this.health = new GatewayHealth(deps, id);
    this.retryBudget = new RetryBudget(deps.clock);
  }

  /**
   * Returns the gate for a model, and creates it if necessary.
   * @param key undefined for a gateway that needs no API key
   */
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

  /** Returns the cooldown or the open circuit breaker of a model. Returns undefined if this window knows of neither. */
  cooldownOf(model: string, key: string | undefined): ModelCooldown | undefined {
    const gate = this.gates.get(gateName(model, key));
    if (gate?.closedUntil === undefined) return undefined;
    return { until: gate.closedUntil, blockKind: gate.isBreakerOpen ? 'breaker' : 'cooldown' };
  }

  /** Returns how long the gate of a model remains closed, in milliseconds, or 0 if this window knows of no cooldown. */
  cooldownMs(model: string, key: string | undefined): number {
    return Math.max(0, (this.cooldownOf(model, key)?.until ?? 0) - this.deps.clock.now());
  }

  /** Returns what the engine has learned about a model. The caller can change the returned object. */
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

  /**
   * Forgets everything about the gateway, ends its cooldowns and its outage in all windows, and sends all requests that
   * wait.
   */
  forget(): void {
    this.health.forget();
    this.retryBudget.refund(maxTokens);
    this.behaviors.clear();
    for (const gate of this.gates.values()) gate.reset();
  }

  report(): GatewayReport {
    return {
      id: this.id,
      isDown: this.health.isDown,
      tokens: this.retryBudget.tokens,
      gates: [...this.gates.values()].map(({ scope, closedUntil, isBreakerOpen, failures }) => {
        return { model: scope.model, closedUntil, breakerOpen: isBreakerOpen, failures };
      }),
    };
  }
}

function gateName(model: string, key: string | undefined): string {
  return JSON.stringify([model, key]);
}

/** What the engine has learned about all gateways, by base URL. */
export class GatewayStates {
  private readonly states = new Map<string, GatewayState>();

  constructor(private readonly deps: HealthDeps) {}

  of(id: string): GatewayState {
    const state = this.states.get(id) ?? new GatewayState(this.deps, id);
    this.states.set(id, state);
    return state;
  }

  /**
   * Keeps the outages of the given gateways and forgets all other outages, so that a gateway that was removed from the
   * settings gets no probes.
   */
  keepOutages(ids: readonly string[]): void {
    for (const [id, { health }] of this.states) if (!ids.includes(id)) health.forget();
  }

  sendOverdueProbes(): void {
    for (const { health } of this.states.values()) health.sendOverdueProbe();
  }

  /**
   * Forgets everything about all gateways, including the cooldowns and outages that only other windows know about.
   * Never rejects.
   */
  async forgetAll(): Promise<void> {
    for (const state of this.states.values()) state.forget();
    await this.deps.cooldowns.clear();
  }

  report(): readonly GatewayReport[] {
    return [...this.states.values()].map((state) => state.report());
  }
}
