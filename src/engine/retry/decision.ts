import type { DelaySource } from '../events/events';
import type { Fault } from '../faults/classify';
import type { Gateway } from '../gateway/gateway';

export interface WaitDecision {
  readonly type: 'wait';
  readonly delayMs: number;
  /**
   * Whether the turn waits in the queue of a gate. If so, `delayMs` is the expected time until the gate admits the
   * turn.
   */
  readonly inQueue: boolean;
  readonly source: DelaySource;
  readonly estimated?: true | undefined;
  readonly jitterMs?: number | undefined;
  readonly hintMs?: number | undefined;
  readonly hintFrom?: string | undefined;
  readonly attemptsLeft: number;
  /** Number of tokens that this decision takes from the retry budget. */
  readonly charge: number;
  /** The model that can continue the partial answer if the user agrees. */
  readonly fallbackModel?: string | undefined;
}

export interface FailDecision {
  readonly type: 'fail';
  readonly fault: Fault;
  readonly resetsInMs?: number | undefined;
  readonly beyondMaxHint?: true;
  readonly fallbackModel?: string | undefined;
}

export type Decision =
  | WaitDecision
  | FailDecision
  | { readonly type: 'replay' }
  | { readonly type: 'fall-back'; readonly model: string }
  | { readonly type: 'switch-gateway'; readonly to: Gateway }
  /** The turn sends a probe to each remaining gateway. If none responds, it decides again without these gateways. */
  | { readonly type: 'probe-gateways' }
  | {
      readonly type: 'wait-for-network';
      readonly attemptsLeft: number;
      readonly fallbackModel?: string | undefined;
    };
