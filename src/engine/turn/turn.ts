import type { EngineDeps, RunOptions, TurnHandle } from '../engine';
import type { AttemptTrigger, EndedEvent, ModelEvent } from '../events/events';
import type { FaultKind } from '../events/kinds';
import { faultOfRow, type Evidence, type Fault } from '../faults/classify';
import { describeError } from '../faults/transportError';
import type { Cooldown } from '../gate/cooldowns';
import { respondsAsGateway } from '../gate/networkCheck';
import type { GatewayStates } from '../gate/gatewayState';
import { hostOf } from '../gateway/baseUrl';
import { readKeys, type KeyedGateways } from '../gateway/gateway';
import type { AttemptEnd } from '../http/attempt';
import { isConnectionError, type ChatRequest } from '../request';
import { decide, isRetryable, type TurnSituation } from '../retry/decide';
import type { Decision } from '../retry/decision';
import { TurnHistory } from '../retry/turnHistory';
import { waitedMs, type TurnRecord } from '../state/ledger';
import { Admission, faultOfBlock } from './admission';
import { Answer } from './answer';
import { Attempts } from './attempts';
import { TurnMessages } from './turnMessages';
import { TurnOutput, type NewEvent } from './turnOutput';
import { TurnGateways } from './turnGateways';
import { UserCommands } from './userCommands';
import { Waits } from './waits';

/** Why the next attempt is made. Undefined after the end of the turn, because no attempt follows. */
type NextTrigger = AttemptTrigger | undefined;
/**
 * Maximum time to wait for the cooldowns and outages that other windows have recorded, in milliseconds. The records are
 * on a drive that might not respond.
 */
const maxCooldownSyncMs = 250;

/**
 * A turn: attempts and waits, and then exactly one terminal event. The loop in `run` carries out the decisions of
 * `decide`. The user's commands take effect immediately on the current attempt or wait. `stop` ends the turn before it
 * returns.
 */
export class Turn implements TurnHandle {
  private readonly history: TurnHistory;
  private readonly output: TurnOutput;
  private readonly answer: Answer;
  private readonly waits: Waits;
  private readonly admission: Admission;
  private readonly attempts: Attempts;
  private readonly commands: UserCommands;
  private readonly gateways: TurnGateways;
  private readonly messages: TurnMessages;
  private readonly startTime: number;
  /**
   * Whether the next attempt bypasses the circuit breaker. Set if `tryAnyway` is called before the turn has a gateway.
   */
  private bypassesBreaker = false;

  constructor(
    private readonly deps: EngineDeps,
    states: GatewayStates,
    request: ChatRequest,
    private readonly options: RunOptions,
    private readonly onEnd: () => void,
  ) {
    this.startTime = deps.clock.now();
    this.history = new TurnHistory(request.model, options.resumeFrom !== undefined);
    this.output = new TurnOutput(deps.clock, options.onEvents, (error) => this.handleException(error));
    this.answer = new Answer(deps.clock, this.output, deps.keys, options.resumeFrom);
    this.waits = new Waits(deps, this.output, this.history);
    this.admission = new Admission(deps.clock);
    this.gateways = new TurnGateways(states, deps.settings, this.output, this.history, options);
    const { output, answer, history, admission, gateways } = this;
    this.attempts = new Attempts(deps, request, output, answer, history, admission, gateways);
    this.commands = new UserCommands(deps.clock, this.waits, this.attempts);
    this.messages = new TurnMessages(deps, gateways, this.attempts, output, answer);
  }

  start(): void {
    const { signal, resumeFrom } = this.options;
    signal?.addEventListener('abort', this.stop, { once: true });
    if (signal?.aborted) this.stop();
    else void this.run(resumeFrom ? 'resume' : 'first');
  }

  get record(): TurnRecord {
    return { time: this.startTime, host: hostOf(this.gateways.baseUrl), ...this.output.record };
  }

  readonly stop = (): void => {
    if (this.output.isFinished()) return;
    this.endAttempt('stopped');
    this.finish({ type: 'stopped', text: this.answer.text });
  };

  retryNow(): void {
    this.commands.retryNow();
  }

  /**
   * Ends the current wait if its gateway or the gateway's API key was removed or replaced, and another gateway can be
   * used. Never rejects.
   */
  async handleGatewaysChange(): Promise<void> {
    const gatewaysWithKeys = this.waits.isWaiting ? await this.readGateways().catch(() => undefined) : undefined;
    if (gatewaysWithKeys && this.waits.isWaiting && this.gateways.isReplaced(gatewaysWithKeys))
      this.commands.apply('switch');
  }

  /**
   * Ends the current wait. Called after a reset of the network state, because the reason for the wait no longer exists.
   */
  endWait(): void {
    this.gateways.forgetUnserved();
    if (this.waits.isWaiting) this.commands.apply('retry-now');
  }

  tryAnyway(): void {
    const { current } = this.gateways;
    if (current) this.gateways.gate(current).clearFailures();
    else this.bypassesBreaker = true;
    this.retryNow();
  }

  switchModel(model: string): void {
    if (this.output.isFinished() || model === this.history.model) return;
    this.answer.isRestartRequested = true;
    this.changeModel(model, 'user');
    this.commands.apply('switch');
  }

  continueWith(model: string, reason: FaultKind): void {
    const attempt = this.waits.isWaiting ? undefined : this.attempts.current;
    if (this.output.isFinished() || model === this.history.model || attempt?.hasStreamed) return;
    this.fallBack(model, reason);
    this.commands.apply('switch');
  }

  switchGateway(): string | undefined {
    const next = this.output.isFinished() ? undefined : this.gateways.nextGateway();
    if (!next || !this.commands.acceptsClick()) return undefined;
    this.gateways.switchTo(next);
    this.commands.apply('switch');
    return next.id;
  }

  /**
   * Makes attempts until the turn ends. An exception in an attempt or a wait is caught here, and ends the turn with a
   * terminal event.
   */
  private async run(first: AttemptTrigger): Promise<void> {
    try {
      let trigger: NextTrigger = first;
      while (trigger && !this.output.isFinished()) trigger = await this.prepareAttempt(trigger);
    } catch (error) {
      this.handleException(error);
    }
  }

  private async prepareAttempt(trigger: AttemptTrigger): Promise<NextTrigger> {
    const { gateways, commands, admission } = this;
    admission.release();
    this.attempts.current = undefined;
    await this.options.beforeAttempt?.();
    const gatewaysWithKeys = await this.readGateways();
    const outages = gateways.readOutages(gatewaysWithKeys);
    if (outages) await this.waits.waitForOptional(maxCooldownSyncMs, outages);
    if (this.output.isFinished()) return undefined;
    const gateway = gateways.choose(gatewaysWithKeys);
    if (!gateway) return this.handleFault('noKey');
    const gate = gateways.gate(gateway);
    if (this.bypassesBreaker) gate.clearFailures();
    await this.waits.waitForOptional(maxCooldownSyncMs, gate.sync());
    if (commands.isDiverting()) return commands.take();
    admission.join(gate, () => this.waits.end());
    if (trigger === 'retry-now' || this.bypassesBreaker || commands.hasPending()) admission.force();
    const alternative = await this.waitInQueue();
    this.bypassesBreaker = false;
    if (commands.isDiverting()) return commands.take();
    if (alternative) return this.carryOut(alternative.decision, alternative.situation);
    const next = commands.take() ?? trigger;
    if (gateways.hasBetterGateway) return next;
    this.history.settleCharge(next !== 'retry' && next !== 'resume');
    const end = await this.attempts.start(next, gateway).end;
    return this.output.isFinished() ? undefined : this.handleEnd(end);
  }

  /**
   * Reads the gateways and their API keys. Rejects with a `ConnectionError` if the user must fix the base URL or the
   * keyring.
   */
  private async readGateways(): Promise<KeyedGateways> {
    return readKeys(await (this.options.gateways ?? this.deps.gateways)());
  }

  /**
   * Waits until the gate admits the attempt, or the user wants another model or gateway.
   * @returns a decision if the turn must not wait, for instance because the wait would be too long; otherwise undefined
   */
  private async waitInQueue(): Promise<{ readonly decision: Decision; readonly situation: TurnSituation } | undefined> {
    let estimatedFor: Cooldown | undefined;
    for (let { block } = this.admission; block; { block } = this.admission) {
      const fault = faultOfBlock(block);
      const situation = this.situation(fault, block);
      const decision = this.decide(situation);
      if (decision.type !== 'wait') return { decision, situation };
      // For each cooldown, an estimated wait is announced only once, although the gate repeatedly updates the estimate.
      const isAnnounced = decision.estimated === true && estimatedFor === block.cause;
      const wait = this.messages.describeWait(fault, decision, block.blockedBy);
      await this.waits.waitInQueue(decision.delayMs, isAnnounced ? undefined : wait);
      estimatedFor = decision.estimated && block.cause;
      if (this.commands.isDiverting()) return undefined;
      if (this.commands.hasPending()) this.admission.force();
    }
    return undefined;
  }

  private handleEnd(end: AttemptEnd): NextTrigger | Promise<NextTrigger> {
    switch (end.type) {
      case 'defect':
        throw end.error;
      case 'finished':
        return this.handleFinish(end.finishReason);
      case 'abandoned':
        this.endAttempt('abandoned');
        return this.commands.take();
      case 'fault':
        if (end.evidence === 'finishReasonMissing' && this.attempts.confirmsComplete())
          return this.handleFinish('stop');
        return this.handleFault(end.evidence);
    }
  }

  private handleFinish(finishReason: string): NextTrigger | Promise<NextTrigger> {
    const { answer, attempts, output } = this;
    const isComplete = answer.finish();
    if (!isComplete && finishReason !== 'length') return this.handleFault('noText');
    if (finishReason === 'length' && answer.text === '' && !attempts.current?.hasAnswer)
      return this.handleFault('limitBeforeText');
    this.endAttempt('finished');
    if (attempts.current) this.gateways.recordResponse(attempts.current.startedAt);
    this.admission.finish();
    this.gateways.retryBudget.refund(1);
    const { attempt, ledger } = output;
    this.finish({ type: 'done', finishReason, attempts: attempt, text: answer.text, waitedMs: waitedMs(ledger) });
    return undefined;
  }

  private handleFault(evidence: Evidence): NextTrigger | Promise<NextTrigger> {
    const { attempts, admission, deps, gateways } = this;
    const { current } = attempts;
    const fault = attempts.classify(evidence);
    const { message, detail } = this.messages.describeFault(fault);
    const isError = typeof evidence === 'object' && evidence.type === 'error';
    const logDetail = isError ? describeError(evidence.error) : detail;
    deps.log.info(`attempt ${this.output.attempt}: row ${fault.row} ${fault.kind}${logDetail && ` (${logDetail})`}`);
    if (this.endAttempt(fault.kind, fault)) return 'repair';
    admission.reportFault(fault);
    gateways.recordUnserved(fault);
    const situation = this.situation(fault);
    const decision = this.decide(situation);
    this.history.recordFault(fault, situation.isResuming, decision, gateways.retryBudget);
    admission.end(fault, decision);
    if (decision.type !== 'replay') gateways.recordFault(fault);
    if (current?.status !== undefined && !fault.leavesGateway) gateways.recordResponse(current.startedAt);
    const wasCut = attempts.hasStarted && evidence !== 'noText';
    if (wasCut && isRetryable(fault.policy)) this.output.emit({ type: 'cut', reason: fault.kind, message });
    return this.carryOut(decision, situation);
  }

  /**
   * Ends the current attempt and reports the end to the listener.
   * @returns true if the turn immediately sends a corrected request, because the gateway refused the request
   */
  private endAttempt(how: EndedEvent['how'], fault?: Fault): boolean {
    const hasEnded = this.attempts.end(how, fault);
    const isCorrected = fault !== undefined && this.attempts.correctRequest(fault);
    const entry = hasEnded ? this.output.record.attempts.at(-1) : undefined;
    if (entry) this.deps.onAttemptEnd?.(entry, isCorrected);
    return isCorrected;
  }

  private async carryOut(decision: Decision, situation: TurnSituation): Promise<NextTrigger> {
    const { waits, gateways, messages } = this;
    const { fault } = situation;
    switch (decision.type) {
      case 'fail':
        this.finish(messages.describeFailure(decision, fault));
        return undefined;
      case 'replay':
        return 'replay';
      case 'switch-gateway':
        gateways.switchTo(decision.to, fault);
        return 'switch';
      case 'fall-back':
        this.fallBack(decision.model, fault.kind);
        return 'switch';
      case 'probe-gateways': {
        const responding = await waits.firstGateway(gateways.untriedGateways, respondsAsGateway);
        if (this.commands.hasPending()) break;
        if (responding) return this.carryOut({ type: 'switch-gateway', to: responding }, situation);
        const remaining = { ...situation, otherGateway: undefined };
        return this.carryOut(this.decide(remaining), remaining);
      }
      case 'wait-for-network': {
        const wait = messages.describeWait(fault, { source: 'backoff', ...decision }, 'turn');
        await waits.waitForNetwork(gateways.allowed, wait, () => this.commands.hasPending());
        break;
      }
      case 'wait':
        // A wait in the gate's queue is announced later, when the turn joins the queue.
        if (!decision.inQueue) await waits.delay(decision.delayMs, messages.describeWait(fault, decision, 'turn'));
        break;
    }
    gateways.recordWait();
    return this.commands.take() ?? (this.history.hasOutput ? 'resume' : 'retry');
  }

  private decide(situation: TurnSituation): Decision {
    return decide(situation, this.deps.settings(this.history.model), this.deps.random);
  }

  private situation(fault: Fault, block?: TurnSituation['block']): TurnSituation {
    const { attempts, gateways, admission, history } = this;
    const gateway = { tokens: gateways.retryBudget.tokens, breakerOpen: admission.isBreakerOpen };
    return { history, fault, block, ...attempts.progress, ...gateways.switchOptions(fault), ...gateway };
  }

  private changeModel(to: string, reason: ModelEvent['reason']): void {
    this.gateways.announceModel(to, reason);
    this.history.recordModelSwitch(to);
  }

  /** Lets another model answer, or continue the partial answer. The number of resumes is reset for the other model. */
  private fallBack(model: string, reason: FaultKind): void {
    const gateway = this.gateways.gatewayOfSubstitute(model);
    if (gateway) this.gateways.switchTo(gateway, { kind: reason });
    else this.changeModel(model, reason);
    this.history.resetResumes();
  }

  /**
   * Ends the turn after an exception. The cause is either a defect of this extension, or a base URL or keyring that the
   * user must fix.
   */
  private handleException(error: unknown): void {
    const { log } = this.deps;
    if (isConnectionError(error)) log.warn(`turn: ${error.connectionProblem}: ${describeError(error)}`);
    else {
      log.error(error);
      try {
        this.endAttempt('internal', faultOfRow('internalError'));
      } catch (secondError) {
        log.error(secondError);
      }
    }
    this.finish(this.messages.describeException(error));
  }

  private finish(terminal: NewEvent): void {
    if (this.output.isFinished()) return;
    this.answer.release();
    this.output.emit(terminal);
    this.options.signal?.removeEventListener('abort', this.stop);
    this.commands.end();
    this.admission.clear();
    this.history.settleCharge(true);
    // `onEnd` reads the record of the turn, which contains the host of the gateway. It must be called before the
    // gateways are cleared.
    this.onEnd();
    this.gateways.clear();
  }
}
