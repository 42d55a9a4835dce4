import type { EngineDeps } from '../engine';
import type { DelaySource, FailedEvent, GatewayRef, WaitOrigin } from '../events/events';
import type { FaultAction, FaultKind } from '../events/kinds';
import { describeFault, type Fault, type FaultContext } from '../faults/classify';
import { hostFailure } from '../faults/hostFaults';
import type { KeyRedactor } from '../gateway/keyRedactor';
import type { Attempt } from '../http/attempt';
import { isConnectionError } from '../request';
import { deadlineOf, type FailDecision, type WaitDecision } from '../retry/decide';
import { scheduleLifetimeMs } from '../state/schedule';
import type { WaitDescription } from './waits';

export interface GatewayContext {
  readonly baseUrl: string;
  /** The gateway to which *Switch gateway* leads. Undefined if there is no other gateway. */
  readonly nextGateway:
    | {
        readonly gateway: GatewayRef;
        /** Whether the gateway is up, and the turn may use it without a click of the user. */
        readonly isUsable: boolean;
      }
    | undefined;
  /** Host of a gateway that only the user can switch to, because it uses plain HTTP. */
  readonly plainHttpHost: string | undefined;
}

export interface TurnContext extends GatewayContext {
  readonly model: string;
  /** Undefined if the turn has sent none or waits in the queue of a gate. */
  readonly attempt: Attempt | undefined;
  /** The number of the latest attempt; 0 if the turn has sent none. */
  readonly attemptNumber: number;
  readonly text: string;
  /** A request without a token limit, or with a higher one. */
  readonly canHaveMoreRoom: () => boolean;
}

type WaitSource = Partial<Omit<WaitDecision, 'type'>> & {
  readonly source: DelaySource;
  readonly attemptsLeft: number;
};

/** Writes the localized messages of a turn: why it waits and why it has failed. */
export class TurnMessages {
  constructor(
    private readonly deps: EngineDeps,
    private readonly keys: KeyRedactor,
  ) {}

  describeWait(fault: Fault, wait: WaitSource, told: WaitOrigin, context: TurnContext): WaitDescription {
    const { source, estimated, jitterMs, hintMs, hintFrom, fallbackModel, attemptsLeft } = wait;
    const { attemptNumber, attempt } = context;
    const { kind: reason } = fault;
    const { message, detail } = this.describeFault(fault, context);
    return {
      attempt: attemptNumber + 1,
      maxAttempts: attemptNumber + attemptsLeft,
      reason,
      message: this.withPlainHttpNote(message, fault, context),
      detail: detail || undefined,
      status: attempt?.status,
      requestId: attempt?.requestId,
      actions: withSwitchAction(reason, withFallback(fault.actions, fallbackModel), context),
      told,
      source,
      estimated,
      jitterMs,
      hintMs,
      fallbackModel,
      hintFrom: hintFrom && this.keys.redact(hintFrom),
    };
  }

  /** `observed` is the fault after which the turn was ended. */
  describeFailure(decision: FailDecision, observed: Fault, context: TurnContext): Omit<FailedEvent, 'at' | 'attempt'> {
    const { fault, resetsInMs, beyondMaxHint, fallbackModel } = decision;
    const { attempt, text, nextGateway } = context;
    const resetsAt = resetsInMs === undefined ? undefined : this.deps.clock.now() + resetsInMs;
    const last = this.describeFault(observed, context).message;
    const minutes = Math.round(deadlineOf(this.deps.settings(context.model)) / 60_000);
    const { message, detail } = this.describeFault(fault, context, { resetsAt, last, minutes });
    const retryActions = text === '' ? fault.actions : withPartialAnswerActions(fault);
    const ownActions = canSendLater(decision) ? withSendLater(retryActions) : retryActions;
    const possibleActions = ownActions.filter((action) => action !== 'moreRoom' || context.canHaveMoreRoom());
    const otherActions = withSwitchAction(fault.kind, withFallback(possibleActions, fallbackModel), context);
    // *Switch gateway* comes first if another gateway can answer at once, but this gateway only after its limit has
    // reset.
    const isSwitchBest = resetsInMs !== undefined && nextGateway?.isUsable && otherActions.includes('switchGateway');
    const actions = isSwitchBest ? [...new Set<FaultAction>(['switchGateway', ...otherActions])] : otherActions;
    return {
      type: 'failed',
      kind: fault.kind,
      message: this.withPlainHttpNote(message, observed, context),
      text,
      actions: fault.leavesGateway && !nextGateway ? [...actions, 'addGateway'] : actions,
      status: attempt?.status,
      requestId: attempt?.requestId,
      detail,
      resetsAt,
      beyondMaxHint,
      fallbackModel,
      contextTokens: fault.contextTokens,
      ...(actions.includes('switchGateway') && { nextGateway: nextGateway?.gateway }),
    };
  }

  /** There is no usable connection, or this extension has a defect. */
  describeException(error: unknown, text: string): Omit<FailedEvent, 'at' | 'attempt'> {
    if (!isConnectionError(error)) return hostFailure('internal', text, this.deps.localize);
    if (error.connectionProblem === 'keyring') return hostFailure('keyring', text, this.deps.localize);
    return { type: 'failed', kind: 'request', message: error.message, text, actions: ['checkUrl'] };
  }

  /** Says why the turn did not try a gateway that it may not use automatically. */
  private withPlainHttpNote(message: string, { leavesGateway }: Fault, { plainHttpHost: host }: TurnContext): string {
    if (!leavesGateway || host === undefined) return message;
    return this.deps.localize('{message} The backup gateway {host} was not tried, because it uses plain HTTP.', {
      message,
      host,
    });
  }

  describeFault(fault: Fault, { baseUrl, model, attempt }: TurnContext, circumstances: Partial<FaultContext> = {}) {
    const values = { baseUrl, model, status: attempt?.status, ...circumstances };
    return describeFault(fault, values, this.deps, this.keys);
  }
}

/** Adds *Continue* and *Restart* after the action that removes the cause. A request that was too large can only be restarted. */
function withPartialAnswerActions({ kind, actions }: Fault): readonly FaultAction[] {
  const added = kind === 'too-large' ? (['restart'] as const) : (['continue', 'restart'] as const);
  const hasCure = actions[0] !== 'retryNow';
  return [...new Set([...actions.slice(0, hasCure ? 1 : 0), ...added, ...actions])];
}

/** A retry does not help before the limit resets. */
function withSendLater(actions: readonly FaultAction[]): readonly FaultAction[] {
  return ['sendLater', ...actions.filter((action) => action !== 'retryNow'), 'retryNow'];
}

/** Kinds of faults that do not depend on the gateway. */
const kindsOfAnyGateway: ReadonlySet<FaultKind> = new Set([
  'context-length',
  'content-filter',
  'request',
  'too-large',
  'keyring',
  'internal',
]);

/** Adds `switchGateway` if there is another gateway and the fault may depend on the gateway. */
function withSwitchAction(
  kind: FaultKind,
  actions: readonly FaultAction[],
  { nextGateway }: TurnContext,
): readonly FaultAction[] {
  if (!nextGateway || kindsOfAnyGateway.has(kind)) return actions;
  return [...actions, 'switchGateway'];
}

function withFallback(actions: readonly FaultAction[], fallbackModel: string | undefined): readonly FaultAction[] {
  return fallbackModel === undefined ? actions : ['continueWithFallback', ...actions];
}

/** Returns whether the limit resets too late for a waiting turn, but before a scheduled prompt would expire. */
function canSendLater({ fault, resetsInMs, beyondMaxHint }: FailDecision): boolean {
  const resetsTooLate = beyondMaxHint === true || fault.policy.retry === 'never';
  return resetsTooLate && fault.limit?.canSendLater === true && (resetsInMs ?? Infinity) <= scheduleLifetimeMs;
}
