import { Answer } from './answer';
import type { EngineDeps, RunOptions, TurnHandle } from '../engine';
import type { AttemptTrigger, FaultKind, ModelEvent } from '../events';
import { classify, faultOfRow, type Evidence, type Fault } from '../faults/classify';
import { hostFailure } from '../faults/hostFaults';
import { describeError } from '../faults/transportError';
import type { GateBlock } from '../gate/cooldowns';
import type { Gate } from '../gate/gate';
import type { RouteHealth } from '../gate/routeHealth';
import { TurnPermit } from './turnPermit';
import type { NetworkState } from '../gate/networkState';
import { hostOf, originOf } from '../gateway/baseUrl';
import type { KeyRedactor } from '../gateway/keyRedactor';
import type { AttemptEnd } from '../http/attempt';
import { isConnectionError, type ChatRequest, type Connection, type ConnectionError, type Route } from '../request';
import { continuingModel } from '../retry/continuingModel';
import { RetryController, type RetryOutcome } from './retryController';
import { isRetryable } from '../retry/retryPolicy';
import type { TurnRecord } from '../state/ledger';
import { Attempts } from './attempts';
import { TurnHistory } from './turnHistory';
import { TurnMessages, type Failure, type TurnContext } from './turnMessages';
import { TurnOutput, type NewEvent } from './turnOutput';
import { TurnRoutes } from './turnRoutes';
import { UserCommands } from './userCommands';
import { Waits, type WaitDescription } from './waits';

/** Trigger of the next attempt, or undefined if there is no next attempt. */
type NextTrigger = AttemptTrigger | undefined;
/**
 * Maximum time for reading the cooldowns of other windows, in milliseconds. Their folder may be on a drive that hangs.
 */
const maxCooldownSyncMs = 250;
/** The state that all turns of an engine share. */
interface SharedState {
  readonly network: NetworkState;
  readonly routes: RouteHealth;
  readonly keys: KeyRedactor;
}

/**
 * A turn: attempts and waits, until exactly one terminal event. The loop carries out the decisions of the retry policy.
 * The controls act immediately on the current attempt or wait, and `stop` ends the turn before it returns.
 */
export class Turn implements TurnHandle {
  readonly output: TurnOutput;
  readonly answer: Answer;
  readonly history: TurnHistory;
  readonly permit: TurnPermit;
  private readonly network: NetworkState;
  private readonly waits: Waits;
  private readonly attempts: Attempts;
  private readonly retries: RetryController;
  private readonly routes: TurnRoutes;
  private readonly commands: UserCommands;
  private readonly messages: TurnMessages;
  private readonly unsubscribe: () => void;
  private readonly connection: () => Promise<Connection>;
  private readonly startTime: number;
  private model: string;
  /** Host name of the last route, for the record of the turn in the diagnostics. */
  private host = '';
  /**
   * Whether the next attempt bypasses the circuit breaker, because `tryAnyway` was called before the turn had a route.
   */
  private bypassesBreaker = false;
  /** Whether the last attempt of this turn has opened the circuit breaker. */
  private hasOpenedBreaker = false;

  constructor(
    private readonly deps: EngineDeps,
    { network, routes, keys }: SharedState,
    request: ChatRequest,
    { signal, resumeFrom, avoidRoute, connection = deps.connection, onEvents }: RunOptions,
    private readonly onEnd: () => void,
  ) {
    this.network = network;
    this.connection = connection;
    this.model = request.model;
    this.startTime = deps.clock.now();
    this.history = new TurnHistory(request.model, resumeFrom !== undefined);
    this.output = new TurnOutput(deps.clock, onEvents, (error) => this.finish(this.handleDefect(error)));
    this.answer = new Answer(deps.clock, this.output, this.history, resumeFrom);
    this.waits = new Waits(deps, this.output, this.history);
    this.permit = new TurnPermit(deps, this.history, this.waits);
    this.attempts = new Attempts(deps, network, keys, request, this);
    this.commands = new UserCommands(deps.clock, this.waits, this.attempts);
    this.retries = new RetryController(deps.settings, deps.random, this.history, this.permit);
    this.routes = new TurnRoutes(routes, this.output, this.history, avoidRoute);
    this.messages = new TurnMessages(deps, keys);
    const onAbort = (): void => this.stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.unsubscribe = () => signal?.removeEventListener('abort', onAbort);
    if (signal?.aborted) this.stop();
    else void this.run(resumeFrom ? 'resume' : 'first');
  }

  get record(): TurnRecord {
    const { startTime, host, output } = this;
    const { outcome, attempts, waits } = output;
    return { time: startTime, host, outcome, attempts, waits };
  }

  stop(): void {
    if (this.isFinished()) return;
    this.attempts.current?.abandon();
    this.attempts.endCurrent('stopped');
    this.finish({ type: 'stopped', text: this.answer.text });
  }

  retryNow(): void {
    if (!this.isFinished()) this.commands.retryNow();
  }

  /**
   * Ends the current wait if its route or the key of its route was removed or replaced, and another route has a key. The
   * returned promise never rejects.
   */
  async handleConnectionChange(): Promise<void> {
    const connection = this.waits.isWaiting ? await this.connection().catch(() => undefined) : undefined;
    if (connection && this.waits.isWaiting && this.routes.isReplaced(connection)) this.commands.apply('other-route');
  }

  /** Ends the current wait. Called when the network state has been reset, because that state caused the wait. */
  endWait(): void {
    if (this.waits.isWaiting) this.commands.apply('retry-now');
  }

  tryAnyway(): void {
    const { current } = this.routes;
    if (current) this.gate(current).clearFailures();
    else this.bypassesBreaker = true;
    this.retryNow();
  }

  switchModel(model: string): void {
    if (this.isFinished() || model === this.model) return;
    this.answer.requestRestart();
    this.changeModel(model, 'user');
    this.commands.apply('switch');
  }

  continueWith(model: string, reason: FaultKind): void {
    const attempt = this.waits.isWaiting ? undefined : this.attempts.current;
    if (this.isFinished() || model === this.model || attempt?.hasStreamed) return;
    this.fallBack(model, reason);
    this.commands.apply('switch');
  }

  switchRoute(): void {
    const next = this.isFinished() ? undefined : this.routes.following();
    if (!next || !this.commands.acceptsClick()) return;
    this.routes.switchTo(next);
    this.commands.apply('switch');
  }

  private changeModel(to: string, reason: ModelEvent['reason']): void {
    this.output.emit({ type: 'model', from: this.model, to, reason });
    this.model = to;
    this.history.recordModelSwitch(to);
  }

  /** Switches to a fallback model, which keeps the partial answer and gets a resume budget of its own. */
  private fallBack(model: string, reason: FaultKind): void {
    this.changeModel(model, reason);
    this.history.resetResumes();
  }

  private continuingModel(): string | undefined {
    const settings = this.deps.settings();
    const isContinuable = this.answer.isContinuable(settings.resume);
    return continuingModel({ isContinuable, models: this.history.models }, settings);
  }

  /** Runs the turn. This is its only error boundary: an exception ends the turn with a terminal event. */
  private async run(first: AttemptTrigger): Promise<void> {
    try {
      let trigger: NextTrigger = first;
      while (trigger && !this.isFinished()) trigger = await this.runAttempt(trigger);
    } catch (error) {
      this.finish(isConnectionError(error) ? this.handleConnectionError(error) : this.handleDefect(error));
    }
  }

  private handleConnectionError(error: ConnectionError): NewEvent {
    this.deps.log.warn(`turn: ${error.connectionProblem}: ${describeError(error)}`);
    return this.messages.describeConnectionError(error, this.answer.text);
  }

  private handleDefect(error: unknown): NewEvent {
    const { log, localize } = this.deps;
    log.error(error);
    try {
      this.attempts.endCurrent('internal', faultOfRow('internalError'));
    } catch (secondError) {
      // Only logs an exception that is thrown while the first exception is handled, because both usually have the same
      // cause. The ledger then lacks the end of the attempt, but the turn still ends.
      log.error(secondError);
    }
    return hostFailure('internal', this.answer.text, localize);
  }

  /** Makes one attempt. @returns the trigger of the next attempt */
  private async runAttempt(trigger: AttemptTrigger): Promise<NextTrigger> {
    this.attempts.current = undefined;
    const connection = await this.connection();
    if (this.isFinished()) return undefined;
    const route = this.routes.choose(connection);
    if (!route) return this.handleFailure('noKey', connection);
    this.host = hostOf(route.baseUrl);
    const gate = this.gate(route);
    if (this.bypassesBreaker) gate.clearFailures();
    await this.waits.waitForOptional(maxCooldownSyncMs, gate.sync());
    if (this.isDiverted()) return this.commands.take();
    const admission = await this.permit.acquire(gate, {
      isForced: trigger === 'retry-now' || this.bypassesBreaker || this.commands.pending === 'retry-now',
      describe: (block) => this.describeBlock(block, route),
      continuingModel: () => this.continuingModel(),
      userCommand: () => (this.isDiverted() ? 'leave' : this.commands.pending && 'send'),
    });
    this.bypassesBreaker = false;
    this.hasOpenedBreaker = false;
    if (this.isDiverted()) return this.commands.take();
    switch (admission.type) {
      case 'left':
        return this.commands.take();
      case 'other-model':
        this.fallBack(admission.model, admission.reason);
        return 'switch';
      case 'refused':
        this.fail(admission.failure, route);
        return undefined;
      case 'admitted':
        if (this.routes.hasBetterRoute) {
          this.permit.release();
          return this.commands.take() ?? trigger;
        }
        return this.sendAttempt(this.commands.take() ?? trigger, route);
    }
  }

  private isDiverted(): boolean {
    return this.isFinished() || this.commands.isDiverting;
  }

  private describeBlock(block: GateBlock, connection: Connection): WaitDescription {
    const origin = this.hasOpenedBreaker && block.blockedBy === 'request' ? 'turn' : block.blockedBy;
    return this.messages.describeGateWait({ ...block, blockedBy: origin }, this.retries.attemptsLeft, {
      ...this.context(connection),
      fallbackModel: this.continuingModel(),
    });
  }

  private async sendAttempt(trigger: AttemptTrigger, route: Route): Promise<NextTrigger> {
    this.retries.settleCharge(trigger !== 'retry' && trigger !== 'resume');
    const end = await this.attempts.start(trigger, route, this.model, this.routes.distinguishingUrl(route)).end;
    // Ignores the outcome of the attempt if the turn has been stopped in the meantime.
    return this.isFinished() ? undefined : this.handleEnd(end, route);
  }

  private handleEnd(end: AttemptEnd, connection: Route): Promise<NextTrigger> | NextTrigger {
    switch (end.type) {
      case 'defect':
        throw end.error;
      case 'finished': {
        const isComplete = this.answer.finish();
        if (!isComplete && end.finishReason !== 'length') return this.handleFailure('noText', connection);
        if (end.finishReason === 'length' && this.answer.text === '' && !this.attempts.current?.hasAnswer)
          return this.handleFailure('limitBeforeText', connection);
        this.attempts.endCurrent('finished');
        if (this.attempts.current) this.routes.recordResponse(this.attempts.current.startedAt);
        this.retries.reportSuccess(this.network.budget(originOf(connection.baseUrl)));
        const { text } = this.answer;
        const { waitedMs } = this.waits;
        this.finish({ type: 'done', finishReason: end.finishReason, attempts: this.output.attempt, text, waitedMs });
        return undefined;
      }
      case 'abandoned':
        this.attempts.endCurrent('abandoned');
        return this.commands.take();
      case 'fault':
        if (end.evidence === 'finishReasonMissing' && this.attempts.confirmsComplete(connection, this.model)) {
          return this.handleEnd({ type: 'finished', finishReason: 'stop' }, connection);
        }
        return this.handleFailure(end.evidence, connection);
    }
  }

  private handleFailure(evidence: Evidence, connection: Connection): Promise<NextTrigger> | NextTrigger {
    const { attempts, deps, routes } = this;
    const fault = classify(evidence, deps.clock.now());
    const { message, detail } = this.messages.describeFault(fault, this.context(connection));
    const isError = typeof evidence === 'object' && evidence.type === 'error';
    const logDetail = isError ? describeError(evidence.error) : detail;
    deps.log.info(`attempt ${this.output.attempt}: row ${fault.row} ${fault.kind}${logDetail && ` (${logDetail})`}`);
    attempts.endCurrent(fault.kind, fault);
    if (attempts.correctRequest(fault, connection, this.model)) return 'repair';
    const budget = this.network.budget(originOf(connection.baseUrl));
    const target = { gate: routes.current && this.gate(routes.current), budget };
    const otherRoute = routes.outlook(fault);
    const isContinuable = this.answer.isContinuable(deps.settings().resume);
    const hasText = this.answer.text !== '';
    const context = { isResuming: attempts.isResuming, hasText, otherRoute, isContinuable };
    const outcome = this.retries.handle(fault, target, context);
    if (outcome.decision.type !== 'replay') routes.recordFault(fault);
    if (attempts.current?.status !== undefined && !fault.isRouteFault)
      routes.recordResponse(attempts.current.startedAt);
    const wasCut = attempts.current?.hasStreamed === true && evidence !== 'noText';
    if (wasCut && isRetryable(fault.policy)) this.output.emit({ type: 'cut', reason: fault.kind, message });
    return this.carryOut(outcome, fault, connection);
  }

  private carryOut(
    { decision, isBreakerOpen, opensBreaker }: RetryOutcome,
    fault: Fault,
    connection: Connection,
  ): Promise<NextTrigger> | NextTrigger {
    const trigger = this.history.hasOutput ? 'resume' : 'retry';
    const next = (): NextTrigger => this.commands.take() ?? trigger;
    switch (decision.type) {
      case 'fail':
        this.fail({ decision, observedFault: fault }, connection);
        return undefined;
      case 'replay':
        return 'replay';
      case 'switch-route': {
        const other = this.routes.next(fault);
        if (other) this.routes.switchTo(other, fault);
        return 'switch';
      }
      case 'fall-back':
        this.fallBack(decision.model, fault.kind);
        return 'switch';
      case 'offline':
        return this.waitForNetwork(fault, decision.attemptsLeft, connection, next);
      case 'wait': {
        const { delayMs, jitterMs, source, hintMs, hintFrom, attemptsLeft, fallbackModel } = decision;
        this.hasOpenedBreaker = opensBreaker;
        this.routes.recordWait();
        // Announces no wait here: the turn now waits for the open circuit breaker in the queue of the gate, which
        // announces that wait.
        if (isBreakerOpen) return trigger;
        const waitSource = { source, jitterMs, hintMs, hintFrom, fallbackModel };
        const wait = this.messages.describeWait(fault, attemptsLeft, waitSource, this.context(connection));
        return this.waits.delay(delayMs, wait).then(next);
      }
    }
  }

  /**
   * Switches to another route that responds, or waits until the network is back. Without such a route, the turn fails if
   * no attempts are left: the switch is not a retry, but an attempt after the wait is.
   * @param next returns the trigger of the attempt after the wait
   */
  private async waitForNetwork(
    fault: Fault,
    attemptsLeft: number,
    connection: Connection,
    next: () => NextTrigger,
  ): Promise<NextTrigger> {
    const { routes, waits } = this;
    const isInterrupted = (): boolean => this.isFinished() || this.commands.pending !== undefined;
    const other = await waits.firstResponding(routes.untried);
    if (!isInterrupted()) {
      if (other) {
        routes.switchTo(other, fault);
        return 'switch';
      }
      if (attemptsLeft <= 0) {
        this.fail({ decision: { type: 'fail', fault }, observedFault: fault }, connection);
        return undefined;
      }
      const wait = this.messages.describeWait(fault, attemptsLeft, { source: 'backoff' }, this.context(connection));
      await waits.waitForNetwork(routes.allowed, wait, isInterrupted);
    }
    routes.recordWait();
    return next();
  }

  private fail(failure: Failure, connection: Connection): void {
    this.finish(this.messages.describeFailure(failure, this.context(connection)));
  }

  private context(connection: Connection): TurnContext {
    const { model, attempts, output, answer } = this;
    const { hasSeveral: hasOtherRoute, plainHttpRoute } = this.routes;
    const routes = { hasOtherRoute, plainHttpRoute: plainHttpRoute && hostOf(plainHttpRoute.baseUrl) };
    const attempt = attempts.current;
    const { canHaveMoreRoom } = attempts;
    const { text } = answer;
    return { connection, model, attempt, attemptNumber: output.attempt, text, ...routes, canHaveMoreRoom };
  }

  private gate({ baseUrl, apiKey }: Route): Gate {
    return this.network.gate({ origin: originOf(baseUrl), apiKey, model: this.model });
  }

  private isFinished(): boolean {
    return this.output.isFinished;
  }

  private finish(terminal: NewEvent): void {
    this.output.emit(terminal);
    this.unsubscribe();
    this.answer.dispose();
    this.waits.end();
    this.permit.release();
    this.retries.settleCharge(true);
    this.attempts.current?.abandon();
    this.attempts.current = undefined;
    this.routes.clear();
    this.onEnd();
  }
}
