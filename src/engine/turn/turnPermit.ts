import type { EngineDeps } from '../engine';
import type { FaultKind } from '../events';
import { faultOfRow, type Fault } from '../faults/classify';
import { providerFaults } from '../faults/faultTable';
import { deadlineOf, nextFallbackModel, asEndOfTurn, type Decision } from '../retry/retryPolicy';
import type { TurnHistory } from './turnHistory';
import { faultForBlock, isModelUnavailable, type Failure } from './turnMessages';
import type { WaitDescription, Waits } from './waits';
import type { GateBlock } from '../gate/cooldowns';
import type { Gate, Permit } from '../gate/gate';

/**
 * Longest cooldown that a backoff of one turn can impose on other requests, in milliseconds. The backoff itself is
 * often longer, but it does not show when the gateway will accept requests again.
 */
const maxGuessMs = 2_800;

/** The parameters with which an attempt asks for a permit. */
interface AdmissionRequest {
  /** Whether the user wants the attempt to be sent even if the gate is closed. */
  readonly isForced: boolean;
  /** Returns the description of the wait for the wait card. */
  readonly describe: (block: GateBlock) => WaitDescription;
  /** Returns the fallback model that may continue the partial answer. */
  readonly continuingModel: () => string | undefined;
  /** Returns the command that the user has given since the wait began: send the attempt now, or give up the wait. */
  readonly userCommand: () => 'send' | 'leave' | undefined;
}

/** The result of asking for a permit. */
type Admission =
  /** `left` means that the user's command ended the wait without an attempt. */
  | { readonly type: 'admitted' | 'left' }
  /** `reason` is the kind of the fault because of which the turn does not wait for its model. */
  | { readonly type: 'other-model'; readonly model: string; readonly reason: FaultKind }
  | { readonly type: 'refused'; readonly failure: Failure };

/**
 * Gets a permit for each attempt of a turn from the gate of its model, and reports the outcome of the attempt to the
 * gate.
 */
export class TurnPermit {
  private permit: Permit | undefined;

  constructor(
    private readonly deps: Pick<EngineDeps, 'clock' | 'settings'>,
    private readonly history: TurnHistory,
    private readonly waits: Waits,
  ) {}

  /** Waits for a permit, unless the wait would be too long or a fallback model can be used. */
  async acquire(
    gate: Gate,
    { isForced, describe, continuingModel, userCommand }: AdmissionRequest,
  ): Promise<Admission> {
    this.release();
    const permit = gate.enqueue(() => this.waits.end());
    this.permit = permit;
    if (isForced) permit.force();
    let announced: GateBlock | undefined;
    while (permit.block) {
      const { block } = permit;
      const alternative = this.alternativeTo(block, continuingModel());
      if (alternative) {
        permit.release();
        return alternative;
      }
      await this.waits.waitInQueue(
        this.leftMs(block),
        isRenewedEstimate(block, announced) ? undefined : describe(block),
      );
      announced = block;
      const command = userCommand();
      if (command === 'leave') {
        permit.release();
        return { type: 'left' };
      }
      if (command === 'send') permit.force();
    }
    return { type: 'admitted' };
  }

  /** Records that the response has a 2xx status. */
  reportAccepted(): void {
    this.permit?.accepted();
  }

  /**
   * Reports a fault to the gate. Call this before the decision about the fault, which depends on whether the fault
   * opens the breaker.
   */
  reportFault({ row, retryAfter }: Fault): void {
    if (providerFaults.has(row)) this.permit?.failed(retryAfter?.delayMs);
  }

  /** Reports the decision about a fault to the gate and ends the permit. */
  reportDecision(fault: Fault, decision: Decision): void {
    const delayMs = cooldownLengthMs(fault, decision);
    if (delayMs === undefined) return this.release();
    const source = fault.retryAfter ? 'server' : 'backoff';
    this.permit?.limited({ until: this.deps.clock.now() + delayMs, delayMs, source, reason: fault.kind });
  }

  /**
   * Releases the permit of a request in which the provider had no fault.
   *
   * @param isFinished whether the answer is complete, because only a complete answer resets the breaker's count of
   *   failures
   */
  release(isFinished = false): void {
    this.permit?.release(isFinished);
    this.permit = undefined;
  }

  /** Returns what the turn does instead of waiting, or undefined if the request should wait. */
  private alternativeTo(block: GateBlock, continuingModel: string | undefined): Admission | undefined {
    const settings = this.deps.settings();
    const blockFault = faultForBlock(block);
    const fallbackModel = isModelUnavailable(blockFault) ? continuingModel : undefined;
    const model =
      (block.blockKind === 'breaker' ? nextFallbackModel(this.history, settings) : undefined) ??
      (settings.continueWithFallback === 'auto' ? fallbackModel : undefined);
    if (model !== undefined) return { type: 'other-model', model, reason: blockFault.kind };
    const { hasWaited, idleMs } = this.history;
    const leftMs = this.leftMs(block);
    const deadlineMs = deadlineOf(settings);
    if (leftMs <= deadlineMs - (hasWaited ? idleMs : 0)) return undefined;
    if (leftMs <= deadlineMs) {
      return {
        type: 'refused',
        failure: {
          decision: { type: 'fail', fault: faultOfRow('deadline'), fallbackModel },
          observedFault: blockFault,
        },
      };
    }
    const fault = asEndOfTurn(blockFault);
    const { source, delayMs } = block.cause;
    const isBeyondMax = block.blockKind === 'cooldown' && source === 'server' && delayMs > settings.retry.maxHintMs;
    const beyondMaxHint = isBeyondMax && ({ beyondMaxHint: true } as const);
    return {
      type: 'refused',
      failure: {
        decision: { type: 'fail', fault, resetsInMs: leftMs, fallbackModel, ...beyondMaxHint },
        observedFault: fault,
      },
    };
  }

  private leftMs({ until }: GateBlock): number {
    return Math.max(0, until - this.deps.clock.now());
  }
}

/** Returns whether the block only renews the estimate of a wait that the turn has already announced. */
function isRenewedEstimate(block: GateBlock, announced: GateBlock | undefined): boolean {
  return block.blockKind === 'probe' && announced?.blockKind === 'probe' && announced.cause === block.cause;
}

/**
 * Returns the cooldown that a fault imposes on all requests of the gate, in milliseconds. A retry-after applies to
 * every request, even if this turn ends. A backoff applies only if the turn waits for it.
 */
function cooldownLengthMs({ policy, retryAfter }: Fault, decision: Decision): number | undefined {
  if (policy.retry !== 'hint' && policy.retry !== 'overload') return undefined;
  if (retryAfter) return retryAfter.delayMs;
  return decision.type === 'wait' ? Math.min(maxGuessMs, decision.delayMs) : undefined;
}
