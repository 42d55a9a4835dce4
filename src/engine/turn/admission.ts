import type { Clock } from '../clock';
import { faultOfRow, type Fault } from '../faults/classify';
import { isLimitPolicy, limitOfKind } from '../faults/faultTable';
import type { BlockCause, GateBlock } from '../gate/cooldowns';
import type { Gate } from '../gate/gate';
import type { Permit } from '../gate/slowStart';
import type { Decision } from '../retry/decision';

/**
 * Longest cooldown that a backoff causes for other requests, in milliseconds. The backoff itself is often longer. It is
 * only a guess at when the gateway will accept requests, so other requests don't wait as long.
 */
const maxGuessMs = 2_800;

/**
 * Gets a permit for each attempt of a turn, and reports the outcome of the attempt. Permits come from the gate, which
 * limits the requests to a model at a gateway.
 */
export class Admission {
  /**
   * The gate (which limits the requests to a model) and the turn's permit. Set by `join` and removed by `clear`. After
   * `release`, the gate ignores calls for this permit.
   */
  private joined: { readonly gate: Gate; readonly permit: Permit } | undefined;
  private hasOpenedBreaker = false;

  constructor(private readonly clock: Clock) {}

  /**
   * Joins the queue of a gate.
   * @param onChange called when the value of `block` changes
   */
  join(gate: Gate, onChange: () => void): void {
    this.joined = { gate, permit: gate.enqueue(onChange) };
  }

  /** Why the gate delays the attempt. Undefined once the gate has admitted the attempt. */
  get block(): (GateBlock & { readonly leftMs: number }) | undefined {
    const block = this.joined?.permit.block;
    if (!block) return undefined;
    const blockedBy = this.hasOpenedBreaker && block.blockedBy === 'request' ? 'turn' : block.blockedBy;
    return { ...block, blockedBy, leftMs: Math.max(0, block.until - this.clock.now()) };
  }

  get isBreakerOpen(): boolean {
    return this.joined?.gate.isBreakerOpen ?? false;
  }

  force(): void {
    this.joined?.gate.force(this.joined.permit);
  }

  accepted(): void {
    this.joined?.gate.accepted(this.joined.permit);
  }

  /**
   * Reports a fault to the gate. Must be called before the turn decides whether to retry, because this decision depends
   * on the state of the circuit breaker.
   */
  reportFault({ isProviderFault, retryAfter, detail }: Fault): void {
    const wasBreakerOpen = this.isBreakerOpen;
    if (isProviderFault) this.joined?.gate.failed(this.joined.permit, retryAfter?.delayMs, detail);
    this.hasOpenedBreaker = this.isBreakerOpen && !wasBreakerOpen;
  }

  end(fault: Fault, decision: Decision): void {
    const delayMs = cooldownAfter(fault, decision);
    const source = fault.retryAfter ? 'server' : 'backoff';
    if (this.joined && delayMs !== undefined) {
      const { gate, permit } = this.joined;
      const until = this.clock.now() + delayMs;
      gate.limited(permit, { until, delayMs, source, reason: fault.kind, detail: fault.detail });
    }
    this.release();
  }

  /** Reports to the gate that the answer is complete. */
  finish(): void {
    this.joined?.gate.finished(this.joined.permit);
  }

  release(): void {
    this.joined?.gate.release(this.joined.permit);
  }

  /** Releases the permit, and drops the reference to the gate because the gate holds the API key. */
  clear(): void {
    this.release();
    this.joined = undefined;
  }
}

/**
 * Returns the duration of the cooldown that a fault causes for all requests of the gate, in milliseconds. Returns
 * undefined if there is no cooldown.
 */
export function cooldownAfter({ policy, retryAfter }: Fault, decision: Decision): number | undefined {
  if (!isLimitPolicy(policy)) return undefined;
  if (retryAfter) return retryAfter.delayMs;
  return decision.type === 'wait' ? Math.min(maxGuessMs, decision.delayMs) : undefined;
}

/** Returns the fault that explains why a gate admits no requests. */
export function faultOfBlock({ blockKind, cause }: BlockCause): Fault {
  const isBreaker = blockKind === 'breaker' || cause.reason === 'breaker';
  const row = isBreaker ? 'breakerOpen' : limitOfKind(cause.reason);
  return { ...faultOfRow(row), detail: cause.detail ?? '' };
}
