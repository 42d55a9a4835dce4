import type { Clock } from '../clock';
import type { Fault } from '../faults/classify';
import { providerFaults } from '../faults/faultTable';
import type { GateBlock } from '../gate/cooldowns';
import type { Gate, Permit } from '../gate/gate';
import { cooldownAfter, type Decision } from '../retry/decide';

/** Gets a permit for each attempt of a turn, and reports the outcome of the attempt to the gate. */
export class Admission {
  private gate: Gate | undefined;
  private permit: Permit | undefined;
  /** Whether the last attempt of this turn has opened the circuit breaker. */
  private hasOpenedBreaker = false;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** Joins the queue of a gate, for the next attempt. @param onChange called when `block` changes */
  join(gate: Gate, onChange: () => void): void {
    this.release();
    this.gate = gate;
    this.permit = gate.enqueue(onChange);
  }

  /** Why and for how long the attempt has to wait. Undefined once it is admitted. */
  get block(): (GateBlock & { readonly leftMs: number }) | undefined {
    const block = this.permit?.block;
    if (!block) return undefined;
    const blockedBy = this.hasOpenedBreaker && block.blockedBy === 'request' ? 'turn' : block.blockedBy;
    return { ...block, blockedBy, leftMs: Math.max(0, block.until - this.clock.now()) };
  }

  get isBreakerOpen(): boolean {
    return this.gate?.isBreakerOpen ?? false;
  }

  /** Admits the attempt even if the gate is closed. */
  force(): void {
    this.permit?.force();
  }

  /** Records that the response has a 2xx status. */
  accepted(): void {
    this.permit?.accepted();
  }

  /** Reports a fault before the decision about it, which depends on whether the fault opens the circuit breaker. */
  reportFault({ row, retryAfter }: Fault): void {
    const wasBreakerOpen = this.isBreakerOpen;
    if (providerFaults.has(row)) this.permit?.failed(retryAfter?.delayMs);
    this.hasOpenedBreaker = this.isBreakerOpen && !wasBreakerOpen;
  }

  /** Ends the permit of an attempt that has failed, with the cooldown that the fault imposes on the gate. */
  end(fault: Fault, decision: Decision): void {
    const delayMs = cooldownAfter(fault, decision);
    if (delayMs === undefined) return this.release();
    const source = fault.retryAfter ? 'server' : 'backoff';
    this.permit?.limited({ until: this.clock.now() + delayMs, delayMs, source, reason: fault.kind });
  }

  /**
   * Releases the permit of an attempt in which the provider had no fault.
   * @param isFinished whether the answer is complete, because only a complete answer resets the breaker's failures
   */
  release(isFinished = false): void {
    this.permit?.release(isFinished);
    this.permit = undefined;
  }

  /** Releases the permit and forgets the gate, because it knows the key. */
  clear(): void {
    this.release();
    this.gate = undefined;
  }
}
