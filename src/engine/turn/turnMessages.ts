import type { EngineDeps } from '../engine';
import type { FailedEvent, FaultAction, FaultKind } from '../events';
import { faultOfRow, type Fault } from '../faults/classify';
import { type FaultName } from '../faults/faultTable';
import { hostFailure } from '../faults/hostFaults';
import { describeFault, type FaultContext, type FaultText } from '../faults/wording';
import type { GateBlock } from '../gate/cooldowns';
import type { KeyRedactor } from '../gateway/keyRedactor';
import type { Attempt } from '../http/attempt';
import type { Connection, ConnectionError } from '../request';
import { isModelOverload } from '../retry/continuingModel';
import { deadlineOf, type Decision } from '../retry/retryPolicy';
import { scheduleLifetimeMs } from '../state/turnState';
import type { WaitDescription } from './waits';

/** The state of a turn that its messages depend on. */
export interface TurnContext {
  readonly connection: Connection;
  readonly model: string;
  /** The last attempt, or undefined if the turn has sent none. */
  readonly attempt: Pick<Attempt, 'status' | 'requestId'> | undefined;
  /** Number of the last attempt, from 1; 0 if the turn has sent none. */
  readonly attemptNumber: number;
  /** The partial answer. */
  readonly text: string;
  /** Whether the user can switch to another route. */
  readonly hasOtherRoute: boolean;
  /** Whether a request without a token limit, or with a higher one, would be possible. */
  readonly canHaveMoreRoom: boolean;
  /** Host of a route that only the user can switch to, because it uses plain HTTP. */
  readonly plainHttpRoute: string | undefined;
}

/**
 * The decision to end a turn, and the fault after which it was made. The decision may give another reason, such as the
 * deadline.
 */
export interface Failure {
  readonly decision: Decision & { type: 'fail' };
  readonly observedFault: Fault;
}

type WaitSource = Pick<
  WaitDescription,
  'source' | 'estimated' | 'jitterMs' | 'hintMs' | 'hintFrom' | 'told' | 'fallbackModel'
>;

/** Writes the localized messages of a turn: why it waits and why it has failed. */
export class TurnMessages {
  constructor(
    private readonly deps: Pick<EngineDeps, 'localize' | 'formatTime' | 'clock' | 'settings'>,
    private readonly keys: KeyRedactor,
  ) {}

  /** @param attemptsLeft number of attempts that the turn may still make */
  describeWait(fault: Fault, attemptsLeft: number, source: WaitSource, context: TurnContext): WaitDescription {
    const { attemptNumber } = context;
    const { status, requestId } = context.attempt ?? {};
    const { kind: reason } = fault;
    const actions = withRouteAction(reason, withFallback(fault.actions, source.fallbackModel), context);
    const message = this.withPlainHttpNote(this.describeFault(fault, context).message, fault, context);
    const [attempt, maxAttempts] = [attemptNumber + 1, attemptNumber + attemptsLeft];
    const hintFrom = source.hintFrom && this.keys.redact(source.hintFrom);
    const wait = { attempt, maxAttempts, reason, message, status, requestId, actions };
    return { ...wait, told: 'turn', ...source, hintFrom };
  }

  /**
   * Describes a wait in the queue of a gate.
   * @param context with the fallback model that may continue the partial answer
   */
  describeGateWait(
    { blockKind, cause, blockedBy }: GateBlock,
    attemptsLeft: number,
    { fallbackModel, ...context }: TurnContext & { readonly fallbackModel: string | undefined },
  ): WaitDescription {
    const { source, delayMs } = cause;
    const hintMs = source === 'server' && blockKind === 'cooldown' ? delayMs : undefined;
    // Marks the end of a wait for a probe as estimated, because the duration of the probe is unknown.
    const waitSource: WaitSource =
      blockKind === 'probe'
        ? { source: 'backoff', estimated: true, told: blockedBy }
        : { source, hintMs, told: blockedBy };
    const fault = faultForBlock({ blockKind, cause });
    const offer = isModelUnavailable(fault) && fallbackModel !== undefined && { fallbackModel };
    return this.describeWait(fault, attemptsLeft, { ...waitSource, ...offer }, { ...context, attempt: undefined });
  }

  /** Returns the terminal event of a turn that has failed. */
  describeFailure({ decision, observedFault }: Failure, context: TurnContext): Omit<FailedEvent, 'at' | 'attempt'> {
    const { fault, resetsInMs, beyondMaxHint, fallbackModel } = decision;
    const { attempt, text: partialAnswer } = context;
    const resetsAt = resetsInMs === undefined ? undefined : this.deps.clock.now() + resetsInMs;
    const last = fault === observedFault ? undefined : this.describeFault(observedFault, context).message;
    const minutes = Math.round(deadlineOf(this.deps.settings()) / 60_000);
    const { message: text, detail } = this.describeFault(fault, context, { resetsAt, last, minutes });
    const message = this.withPlainHttpNote(text, observedFault, context);
    const { kind } = fault;
    const { status, requestId } = attempt ?? {};
    const retryActions = partialAnswer === '' ? fault.actions : withPartialAnswerActions(fault);
    const ownActions = canSendLater(decision) ? (['sendLater', ...retryActions] as const) : retryActions;
    const possibleActions = ownActions.filter((action) => action !== 'moreRoom' || context.canHaveMoreRoom);
    const actions = withRouteAction(kind, withFallback(possibleActions, fallbackModel), context);
    const limit = beyondMaxHint && { beyondMaxHint };
    const offer = fallbackModel !== undefined && { fallbackModel };
    const circumstances = { status, requestId, detail, resetsAt, ...limit, ...offer };
    return { type: 'failed', kind, message, text: partialAnswer, actions, ...circumstances };
  }

  /** Returns the terminal event of a turn that has no usable connection. @param text the partial answer */
  describeConnectionError(
    { connectionProblem, message }: ConnectionError,
    text: string,
  ): Omit<FailedEvent, 'at' | 'attempt'> {
    if (connectionProblem === 'keyring') return hostFailure('keyring', text, this.deps.localize);
    const noResponse = { status: undefined, requestId: undefined };
    return { type: 'failed', kind: 'request', ...noResponse, message, text, actions: ['checkUrl'] };
  }

  /** Adds why the turn did not try a route that it may not use automatically, if the fault asks for another route. */
  private withPlainHttpNote(message: string, { isRouteFault }: Fault, { plainHttpRoute: host }: TurnContext): string {
    if (!isRouteFault || host === undefined) return message;
    return this.deps.localize('{message} The backup route {host} was not tried, because it uses plain HTTP.', {
      message,
      host,
    });
  }

  describeFault(
    fault: Fault,
    { connection, model, attempt }: TurnContext,
    circumstances: Pick<FaultContext, 'last' | 'minutes' | 'resetsAt'> = {},
  ): FaultText {
    return describeFault(fault, { connection, model, status: attempt?.status, ...circumstances }, this.deps, this.keys);
  }
}

/**
 * Adds the actions for a partial answer, `continue` and `restart`. These actions come first if the stream itself
 * failed. If the request was too large, `continue` is left out, because the request for a continuation would be even
 * larger.
 */
function withPartialAnswerActions({ kind, policy, actions }: Fault): readonly FaultAction[] {
  const added = kind === 'too-large' ? (['restart'] as const) : (['continue', 'restart'] as const);
  return [...new Set(policy.retry === 'resume' ? [...added, ...actions] : [...actions, ...added])];
}

/** Kinds of faults that do not depend on the route. */
const kindsOfAnyRoute: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'context-length',
  'content-filter',
  'request',
  'too-large',
  'keyring',
  'internal',
]);

/** Adds the action `switchRoute` if there is another route and the fault may depend on the route. */
function withRouteAction(
  kind: FaultKind,
  actions: readonly FaultAction[],
  { hasOtherRoute }: TurnContext,
): readonly FaultAction[] {
  if (!hasOtherRoute || kindsOfAnyRoute.has(kind)) return actions;
  const details = actions.indexOf('details');
  return details < 0 ? [...actions, 'switchRoute'] : actions.toSpliced(details, 0, 'switchRoute');
}

/** Puts the action for a fallback model that may continue the partial answer first. */
function withFallback(actions: readonly FaultAction[], fallbackModel: string | undefined): readonly FaultAction[] {
  return fallbackModel === undefined ? actions : ['continueWithFallback', ...actions];
}

/** Returns whether a gate admits no requests because of the model itself, so that another model may help. */
export function isModelUnavailable({ row, policy }: Fault): boolean {
  return row === 'breakerOpen' || isModelOverload(policy);
}

/** The faults after which a prompt can be sent later, because the same request succeeds when the limit has reset. */
const limitKinds: ReadonlySet<FaultKind> = new Set<FaultKind>(['rate-limit', 'overloaded']);

/** Returns whether a limit ended the turn that resets later than a turn waits, but before a scheduled prompt lapses. */
function canSendLater({ fault, resetsInMs, beyondMaxHint }: Failure['decision']): boolean {
  const resetsTooLate = beyondMaxHint === true || fault.row === 'usageLimitReached';
  return resetsTooLate && limitKinds.has(fault.kind) && resetsInMs !== undefined && resetsInMs <= scheduleLifetimeMs;
}

/** Returns the fault that explains why a gate admits no requests. */
export function faultForBlock({ blockKind, cause }: Pick<GateBlock, 'blockKind' | 'cause'>): Fault {
  if (blockKind === 'breaker' || cause.reason === 'breaker') return faultOfRow('breakerOpen');
  return faultOfRow(limitRows[cause.reason] ?? 'rateLimited');
}

/** Fault rows for the kinds of rate limits that have their own message. All other kinds use the row `rateLimited`. */
const limitRows: Partial<Record<FaultKind, FaultName>> = {
  overloaded: 'overloaded',
  credit: 'creditResets',
};
