import type { DelaySource } from '../events/events';
import type { Fault } from '../faults/classify';
import type { Gateway } from '../gateway/gateway';

export interface WaitDecision {
  readonly type: 'wait';
  readonly delayMs: number;
  /** Whether the turn waits in the queue of a gate. `delayMs` is then the expected time until the gate admits it. */
  readonly inQueue: boolean;
  readonly source: DelaySource;
  readonly estimated?: true | undefined;
  readonly jitterMs?: number | undefined;
  readonly hintMs?: number | undefined;
  readonly hintFrom?: string | undefined;
  readonly attemptsLeft: number;
  /** How many tokens this decision takes from the retry budget. */
  readonly charge: number;
  /** The model that may continue the partial answer if the user agrees. */
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
  /** Send a probe through every gateway that is left, and decide again without these gateways if none responds. */
  | { readonly type: 'probe-gateways' }
  | {
      readonly type: 'wait-for-network';
      readonly attemptsLeft: number;
      readonly fallbackModel?: string | undefined;
    };
