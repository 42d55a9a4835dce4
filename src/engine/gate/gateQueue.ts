import type { EngineDeps } from '../engine';
import { localFault, type Fault } from '../faults/classify';
import { localFaults, providerFaults } from '../faults/faultTable';
import { deadlineOf, nextFallbackModel, asEndOfTurn, type Decision } from '../retry/retryPolicy';
import type { TurnHistory } from '../turn/turnHistory';
import { faultOfBlock, type Failure } from '../turn/turnMessages';
import type { WaitDescription, Waits } from '../turn/waits';
import type { GateBlock } from './cooldowns';
import type { Gate, Permit } from './gate';

/**
 * Without a hint, other requests wait no longer than this for a probe. The turn that was refused often waits longer
 * itself, but its delay does not tell when the gateway accepts requests again.
 */
const maxGuessMs = 2_800;

interface AdmissionRequest {
  /** The user wants the attempt to be sent whatever the gate says. */
  readonly isForced: boolean;
  readonly describe: (block: GateBlock) => WaitDescription;
  /** What the user has asked the turn to do since it began to wait. */
  readonly wish: () => 'send' | 'leave' | undefined;
}

type Admission =
  /** `left`: the user wants something else. */
  | { readonly type: 'admitted' | 'left' }
  | { readonly type: 'other-model'; readonly model: string }
  | { readonly type: 'refused'; readonly failure: Failure };

/** Gets permits for the attempts of a turn from the gate of their model, and reports the outcome of each attempt to the gate. */
export class GateQueue {
  private permit: Permit | undefined;

  constructor(
    private readonly deps: Pick<EngineDeps, 'clock' | 'settings'>,
    private readonly history: TurnHistory,
    private readonly waits: Waits,
  ) {}

  /** Waits for a permit, unless that would take too long or another model can be asked. */
  async acquire(gate: Gate, { isForced, describe, wish }: AdmissionRequest): Promise<Admission> {
    this.release();
    const permit = gate.enqueue(() => this.waits.end());
    this.permit = permit;
    if (isForced) permit.force();
    let announced: GateBlock | undefined;
    while (permit.block) {
      const { block } = permit;
      const alternative = this.alternativeTo(block);
      if (alternative) {
        permit.release();
        return alternative;
      }
      await this.waits.inQueue(this.leftMs(block), isRenewedEstimate(block, announced) ? undefined : describe(block));
      announced = block;
      const command = wish();
      if (command === 'leave') {
        permit.release();
        return { type: 'left' };
      }
      if (command === 'send') permit.force();
    }
    return { type: 'admitted' };
  }

  /** The gateway has accepted the request. */
  accepted(): void {
    this.permit?.accepted();
  }

  /** Must precede the decision, which depends on whether the breaker is open now. */
  failed({ row, retryAfter }: Fault): void {
    if (providerFaults.has(row)) this.permit?.failed(retryAfter?.delayMs);
  }

  decided(fault: Fault, decision: Decision): void {
    const delayMs = cooldownLengthMs(fault, decision);
    if (delayMs === undefined) return this.release();
    const source = fault.retryAfter ? 'server' : 'backoff';
    this.permit?.limited({ until: this.deps.clock.now() + delayMs, delayMs, source, reason: fault.kind });
  }

  /** @param isFinished the answer is complete; otherwise the end says nothing about the provider */
  release(isFinished = false): void {
    this.permit?.release(isFinished);
    this.permit = undefined;
  }

  /** Returns what happens if it is of no use to wait; undefined: the request waits. */
  private alternativeTo(block: GateBlock): Admission | undefined {
    const settings = this.deps.settings();
    const model = block.why === 'breaker' ? nextFallbackModel(this.history, settings) : undefined;
    if (model !== undefined) return { type: 'other-model', model };
    const { waited, idleMs } = this.history;
    const leftMs = this.leftMs(block);
    const deadlineMs = deadlineOf(settings);
    if (leftMs <= deadlineMs - (waited ? idleMs : 0)) return undefined;
    const blockFault = faultOfBlock(block);
    if (leftMs <= deadlineMs) {
      return {
        type: 'refused',
        failure: { decision: { do: 'fail', fault: localFault(localFaults.deadline) }, seen: blockFault },
      };
    }
    const fault = asEndOfTurn(blockFault);
    const { source, delayMs } = block.cause;
    const isBeyond = block.why === 'cooldown' && source === 'server' && delayMs > settings.retry.maxHintMs;
    const beyondMaxHint = isBeyond && ({ beyondMaxHint: true } as const);
    return {
      type: 'refused',
      failure: { decision: { do: 'fail', fault, resetsInMs: leftMs, ...beyondMaxHint }, seen: fault },
    };
  }

  private leftMs({ until }: GateBlock): number {
    return Math.max(0, until - this.deps.clock.now());
  }
}

/** Whether the gate has only renewed the estimate that was announced. */
function isRenewedEstimate(block: GateBlock, announced: GateBlock | undefined): boolean {
  return block.why === 'probe' && announced?.why === 'probe' && announced.cause === block.cause;
}

/** A hint holds for all requests, whatever becomes of this turn. A guess is only useful if the turn waits for it. */
function cooldownLengthMs({ policy, retryAfter }: Fault, decision: Decision): number | undefined {
  if (policy.retry !== 'hint' && policy.retry !== 'overload') return undefined;
  if (retryAfter) return retryAfter.delayMs;
  return decision.do === 'wait' ? Math.min(maxGuessMs, decision.delayMs) : undefined;
}
