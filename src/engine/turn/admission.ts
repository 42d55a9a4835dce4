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
  private hasOpenedBreaker = false;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** `onChange` is called when `block` changes. */
  join(gate: Gate, onChange: () => void): void {
    this.release();
    this.gate = gate;
    this.permit = gate.enqueue(onChange);
  }

  /** Undefined once the attempt is admitted. */
  get block(): (GateBlock & { readonly leftMs: number }) | undefined {
    const block = this.permit?.block;
    if (!block) return undefined;
    const blockedBy = this.hasOpenedBreaker && block.blockedBy === 'request' ? 'turn' : block.blockedBy;
    return { ...block, blockedBy, leftMs: Math.max(0, block.until - this.clock.now()) };
  }

  get isBreakerOpen(): boolean {
    return this.gate?.isBreakerOpen ?? false;
  }

  force(): void {
    this.permit?.force();
  }

  accepted(): void {
    this.permit?.accepted();
  }

  /** Called before the decision, which depends on whether the fault opens the circuit breaker. */
  reportFault({ row, retryAfter }: Fault): void {
    const wasBreakerOpen = this.isBreakerOpen;
    if (providerFaults.has(row)) this.permit?.failed(retryAfter?.delayMs);
    this.hasOpenedBreaker = this.isBreakerOpen && !wasBreakerOpen;
  }

  end(fault: Fault, decision: Decision): void {
    const delayMs = cooldownAfter(fault, decision);
    if (delayMs === undefined) return this.release();
    const source = fault.retryAfter ? 'server' : 'backoff';
    this.permit?.limited({ until: this.clock.now() + delayMs, delayMs, source, reason: fault.kind });
  }

  /** The provider had no fault. Only a finished answer resets the failures of the breaker. */
  release(isFinished = false): void {
    this.permit?.release(isFinished);
    this.permit = undefined;
  }

  /** The gate knows the key. */
  clear(): void {
    this.release();
    this.gate = undefined;
  }
}
