import type { EngineDeps } from '../engine';
import type { DelaySource, FailedEvent, WaitOrigin } from '../events/events';
import type { FaultAction, FaultKind } from '../events/kinds';
import { describeFault, type Fault, type FaultContext } from '../faults/classify';
import { hostFailure } from '../faults/hostFaults';
import { isConnectionError } from '../request';
import { deadlineOf } from '../retry/decide';
import type { FailDecision, WaitDecision } from '../retry/decision';
import { scheduleLifetimeMs } from '../state/schedule';
import type { Answer } from './answer';
import type { Attempts } from './attempts';
import { refOf, type TurnGateways } from './turnGateways';
import type { TurnOutput } from './turnOutput';
import type { WaitDescription } from './waits';

type WaitSource = Partial<Omit<WaitDecision, 'type'>> & {
  readonly source: DelaySource;
  readonly attemptsLeft: number;
};

/** Writes the localized messages of a turn: why the turn waits and why it has failed. */
export class TurnMessages {
  constructor(
    private readonly deps: EngineDeps,
    private readonly gateways: TurnGateways,
    private readonly attempts: Attempts,
    private readonly output: TurnOutput,
    private readonly answer: Answer,
  ) {}

  describeWait(fault: Fault, wait: WaitSource, told: WaitOrigin): WaitDescription {
    const { source, estimated, jitterMs, hintMs, hintFrom, fallbackModel, attemptsLeft } = wait;
    const { current } = this.attempts;
    const { attempt } = this.output;
    const { kind: reason, row } = fault;
    const { message, detail } = this.describeFault(fault);
    return {
      attempt: attempt + 1,
      maxAttempts: attempt + attemptsLeft,
      reason,
      row,
      message: this.withPlainHttpNote(message, fault),
      detail: detail || undefined,
      status: current?.status,
      requestId: current?.requestId,
      actions: this.withSwitchAction(reason, withFallback(fault.actions, fallbackModel)),
      told,
      source,
      estimated,
      jitterMs,
      hintMs,
      fallbackModel,
      hintFrom: hintFrom && this.deps.keys.redact(hintFrom),
    };
  }

  /**
   * Describes the failure of a turn.
   * @param observed the fault after which the turn ended
   */
  describeFailure(decision: FailDecision, observed: Fault): Omit<FailedEvent, 'at' | 'attempt'> {
    const { fault, resetsInMs, beyondMaxHint, fallbackModel } = decision;
    const { deps, gateways, attempts } = this;
    const { text } = this.answer;
    const nextGateway = gateways.nextGateway();
    const resetsAt = resetsInMs === undefined ? undefined : deps.clock.now() + resetsInMs;
    const last = this.describeFault(observed).message;
    const minutes = Math.round(deadlineOf(deps.settings(gateways.answeringModel)) / 60_000);
    const { message, detail } = this.describeFault(fault, { resetsAt, last, minutes });
    const retryActions = text === '' ? fault.actions : withPartialAnswerActions(fault);
    const ownActions = canSendLater(decision) ? withSendLater(retryActions) : retryActions;
    const possibleActions = ownActions.filter((action) => action !== 'moreRoom' || attempts.canHaveMoreRoom);
    const otherActions = this.withSwitchAction(fault.kind, withFallback(possibleActions, fallbackModel));
    // *Switch gateway* becomes the first action if another gateway can answer at once, but the current gateway can
    // answer only after its rate limit resets.
    const isSwitchBest =
      resetsInMs !== undefined &&
      nextGateway &&
      gateways.canAnswerNow(nextGateway) &&
      otherActions.includes('switchGateway');
    const actions = isSwitchBest ? [...new Set<FaultAction>(['switchGateway', ...otherActions])] : otherActions;
    return {
      type: 'failed',
      kind: fault.kind,
      message: this.withPlainHttpNote(message, observed),
      text,
      actions: fault.leavesGateway && !nextGateway ? this.withOtherGateway(actions) : actions,
      status: attempts.current?.status,
      requestId: attempts.current?.requestId,
      detail,
      resetsAt,
      beyondMaxHint,
      fallbackModel,
      contextTokens: fault.contextTokens,
      nextGateway: nextGateway && actions.includes('switchGateway') ? refOf(nextGateway) : undefined,
    };
  }

  /**
   * Describes why an exception ended the turn. The cause is either a defect of this extension, or a base URL or keyring
   * that the user must fix.
   */
  describeException(error: unknown): Omit<FailedEvent, 'at' | 'attempt'> {
    const { text } = this.answer;
    if (!isConnectionError(error)) return hostFailure('internal', text, this.deps.localize);
    if (error.connectionProblem === 'keyring') return hostFailure('keyring', text, this.deps.localize);
    return { type: 'failed', kind: 'request', message: error.message, text, actions: ['checkUrl'] };
  }

  /**
   * Adds a note to the message if the turn did not try a gateway because it uses plain HTTP. Only the user can switch
   * to such a gateway.
   */
  private withPlainHttpNote(message: string, { leavesGateway }: Fault): string {
    const gateway = this.gateways.plainHttpLabel;
    if (!leavesGateway || gateway === undefined) return message;
    return this.deps.localize('{message} The backup gateway {gateway} was not tried, because it uses plain HTTP.', {
      message,
      gateway,
    });
  }

  describeFault(fault: Fault, circumstances: Partial<FaultContext> = {}) {
    const { baseUrl, label, answeringModel: model } = this.gateways;
    const values = { baseUrl, label, model, status: this.attempts.current?.status, ...circumstances };
    return describeFault(fault, values, this.deps);
  }

  /**
   * Adds the button that makes another gateway usable: *Set API key* if the primary gateway has no key, otherwise *Add
   * gateway*.
   */
  private withOtherGateway(actions: readonly FaultAction[]): readonly FaultAction[] {
    return this.gateways.lacksPrimaryKey ? actions.toSpliced(1, 0, 'setApiKey') : [...actions, 'addGateway'];
  }

  /** Adds the action `switchGateway` if there is another gateway and the fault might not occur at that gateway. */
  private withSwitchAction(kind: FaultKind, actions: readonly FaultAction[]): readonly FaultAction[] {
    return !this.gateways.nextGateway() || kindsOfAnyGateway.has(kind) ? actions : [...actions, 'switchGateway'];
  }
}

/**
 * Adds *Continue* and *Restart*. An action that removes the cause of the fault stays first. If the request was too
 * large, only *Restart* is added.
 */
function withPartialAnswerActions({ kind, actions }: Fault): readonly FaultAction[] {
  const addedActions = kind === 'too-large' ? (['restart'] as const) : (['continue', 'restart'] as const);
  const hasCure = actions[0] !== 'retryNow';
  return [...new Set([...actions.slice(0, hasCure ? 1 : 0), ...addedActions, ...actions])];
}

/** Puts *Send later* first and *Retry now* last, because a retry does not help before the rate limit resets. */
function withSendLater(actions: readonly FaultAction[]): readonly FaultAction[] {
  return ['sendLater', ...actions.filter((action) => action !== 'retryNow'), 'retryNow'];
}

/** Fault kinds that would occur at every other gateway as well. */
const kindsOfAnyGateway: ReadonlySet<FaultKind> = new Set([
  'context-length',
  'content-filter',
  'request',
  'too-large',
  'keyring',
  'internal',
]);

function withFallback(actions: readonly FaultAction[], fallbackModel: string | undefined): readonly FaultAction[] {
  return fallbackModel === undefined ? actions : ['continueWithFallback', ...actions];
}

/**
 * Returns whether the user can schedule the prompt for the time when the rate limit resets: the turn can't wait that
 * long, and the limit resets within 24 hours. Later, a scheduled prompt would expire.
 */
function canSendLater({ fault, resetsInMs, beyondMaxHint }: FailDecision): boolean {
  const resetsTooLate = beyondMaxHint === true || fault.policy.retry === 'never';
  return resetsTooLate && fault.limit?.canSendLater === true && (resetsInMs ?? Infinity) <= scheduleLifetimeMs;
}
