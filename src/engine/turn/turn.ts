import { Answer } from '../answer/answer';
import type { EngineDeps, RunningTurn, StreamOptions } from '../engine';
import type { AttemptReason, ModelEvent, StreamEvent } from '../events';
import { classify, faultOfRow, type Evidence, type Fault } from '../faults/classify';
import { faultRows } from '../faults/faultTable';
import { hostFailure } from '../faults/hostFaults';
import { describeError } from '../faults/transportError';
import type { GateBlock } from '../gate/cooldowns';
import type { Gate } from '../gate/gate';
import { GateQueue } from '../gate/gateQueue';
import type { NetworkState } from '../gate/networkState';
import { hostOf, originOf } from '../gateway/baseUrl';
import type { KnownKeys } from '../gateway/knownKeys';
import type { AttemptEnd } from '../http/attempt';
import { isConnectionError, type ChatRequest, type Connection, type ConnectionError } from '../request';
import { RetryController, type RetryOutcome } from '../retry/retryController';
import { isRetryable } from '../retry/retryPolicy';
import type { TurnRecord } from '../state/ledger';
import { Attempts, type KeyedConnection } from './attempts';
import { TurnHistory } from './turnHistory';
import { TurnMessages, type Failure, type Situation } from './turnMessages';
import { TurnOutput, type Draft } from './turnOutput';
import { Waits, type WaitDescription } from './waits';

/** Why there is another attempt; undefined: there is none. */
type Next = AttemptReason | undefined;
/** What the user wants of the next attempt. `elsewhere`: another route, where it queues like any other attempt. */
type Wish = 'retry-now' | 'switch' | 'elsewhere';

/** *Retry now* is ignored so soon after an attempt was sent, because that attempt is the retry. */
const singleFlightMs = 1000;
/** How long a turn waits for the cooldowns of other windows. Their folder may be on a drive that hangs. */
const notesMs = 250;
/** Maximum time between the clicks of a double click. The attempt of the first one may have failed already. */
const doubleClickMs = 250;

/**
 * One turn: attempts and waits, until exactly one terminal event. The loop carries out what `decide` says; the
 * controls act on whatever runs at the moment, and `stop` ends the turn before it returns.
 */
export class Turn implements RunningTurn {
  readonly output: TurnOutput;
  readonly answer: Answer;
  readonly history: TurnHistory;
  readonly queue: GateQueue;
  private readonly waits: Waits;
  private readonly attempts: Attempts;
  private readonly retries: RetryController;
  private readonly messages: TurnMessages;
  private readonly unsubscribe: () => void;
  private readonly connection: () => Promise<Connection>;
  private readonly time: number;
  private model: string;
  /** Route of the current attempt. It includes the key, so it is dropped when the turn ends. */
  private route: KeyedConnection | undefined;
  /** Host of the last route, for the turn's record. */
  private host = '';
  /** What a control has requested for the next attempt. */
  private asked: Wish | undefined;
  /** `tryAnyway` was called before the turn had a route. */
  private anyway = false;
  /** Monotonic; of the last click that was honoured. */
  private retriedAt = -Infinity;
  /** The gate is closed because of this turn's own last attempt. */
  private openedBreaker = false;

  constructor(
    private readonly deps: EngineDeps,
    private readonly network: NetworkState,
    keys: KnownKeys,
    request: ChatRequest,
    { signal, earlier, connection = deps.connection }: StreamOptions,
    private readonly onEnd: () => void,
  ) {
    this.connection = connection;
    this.model = request.model;
    this.time = deps.clock.now();
    this.history = new TurnHistory(request.model, earlier !== undefined);
    this.output = new TurnOutput(deps.clock, () => this.stop());
    this.answer = new Answer(deps.clock, this.output, this.history, earlier);
    this.waits = new Waits(deps, this.output, this.history);
    this.queue = new GateQueue(deps, this.history, this.waits);
    this.attempts = new Attempts(deps, network, keys, request, this);
    this.retries = new RetryController(deps.settings, deps.random, this.history, this.queue);
    this.messages = new TurnMessages(deps, keys);
    const onAbort = (): void => this.stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.unsubscribe = () => signal?.removeEventListener('abort', onAbort);
    if (signal?.aborted) this.stop();
    else void this.run(earlier ? 'resume' : 'first');
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent> {
    return this.output.events;
  }

  get record(): TurnRecord {
    const { time, host, output } = this;
    return { time, host, outcome: output.outcome, attempts: output.attempts };
  }

  stop(): void {
    if (this.isOver()) return;
    // The socket is closed first; what follows is bookkeeping.
    this.attempts.present?.abandon();
    this.attempts.endPresent('stopped');
    this.end({ type: 'stopped', text: this.answer.text });
  }

  retryNow(): void {
    if (!this.isSecondClick()) this.interrupt('retry-now');
  }

  /** Ends the wait for a route that is no longer the current one, if the current one has a key. Never rejects. */
  async reconsider(): Promise<void> {
    const now = this.waits.isWaiting ? await this.connection().catch(() => undefined) : undefined;
    const { route, waits } = this;
    if (now?.apiKey === undefined || !route || !waits.isWaiting) return;
    if (now.baseUrl !== route.baseUrl || now.apiKey !== route.apiKey) this.interrupt('elsewhere');
  }

  /** Ends the current wait, because its reason was reset. */
  endWait(): void {
    if (this.waits.isWaiting) this.interrupt('retry-now');
  }

  tryAnyway(): void {
    if (this.route) this.gate(this.route).forgetFailures();
    else this.anyway = true;
    this.retryNow();
  }

  switchModel(model: string): void {
    if (this.isOver() || model === this.model) return;
    this.answer.startAnew();
    this.changeModel(model, 'user');
    this.interrupt('switch');
  }

  private changeModel(to: string, reason: ModelEvent['reason']): void {
    this.output.emit({ type: 'model', from: this.model, to, reason });
    this.model = to;
    this.history.switched(to);
  }

  private interrupt(why: Wish): void {
    const attempt = this.attempts.present;
    // The request for another model or route takes precedence over `retry-now`, in either order.
    if (this.isOver() || (this.asked && (this.asked !== 'retry-now' || why === 'retry-now'))) return;
    if (this.waits.isWaiting) {
      this.asked = why;
      this.waits.end();
    } else if (!attempt) this.asked = why;
    else if (why !== 'retry-now' || !attempt.streamed) {
      this.asked = why;
      attempt.abandon();
    }
  }

  private isSecondClick(): boolean {
    const now = this.deps.clock.ticks();
    const started = this.waits.isWaiting ? undefined : this.attempts.present?.startedAt;
    if (now - this.retriedAt < doubleClickMs || (started !== undefined && now - started < singleFlightMs)) return true;
    this.retriedAt = now;
    return false;
  }

  /** The one error boundary of the turn: whatever is thrown, there is a terminal event. */
  private async run(first: AttemptReason): Promise<void> {
    try {
      let why: Next = first;
      while (why && !this.isOver()) why = await this.once(why);
    } catch (error) {
      this.end(isConnectionError(error) ? this.withoutConnection(error) : this.afterDefect(error));
    }
  }

  private withoutConnection(error: ConnectionError): Draft {
    const { log, localize } = this.deps;
    log.warn(`turn: ${error.connectionProblem}: ${describeError(error)}`);
    const { text } = this.answer;
    if (error.connectionProblem === 'keyring') return hostFailure('keyring', text, localize);
    const nothing = { status: undefined, requestId: undefined };
    return { type: 'failed', kind: 'request', ...nothing, message: error.message, text, actions: ['checkUrl'] };
  }

  private afterDefect(error: unknown): Draft {
    const { log, localize } = this.deps;
    log.error(error);
    try {
      this.attempts.endPresent('internal', faultOfRow(faultRows.internalError));
    } catch (another) {
      // Usually the same defect again. The attempt then has no end in the ledger, but the turn ends.
      log.error(another);
    }
    return hostFailure('internal', this.answer.text, localize);
  }

  /** One attempt and what follows from it. */
  private async once(why: AttemptReason): Promise<Next> {
    this.attempts.present = undefined;
    const connection = await this.connection();
    if (this.isOver()) return undefined;
    const { apiKey } = connection;
    if (!apiKey) return this.conclude({ type: 'no-key' }, connection);
    const route = (this.route = { ...connection, apiKey });
    this.host = hostOf(route.baseUrl);
    const gate = this.gate(route);
    if (this.anyway) gate.forgetFailures();
    await this.waits.forOptional(notesMs, gate.sync());
    if (this.isDiverted()) return this.takeAsked();
    const admission = await this.queue.acquire(gate, {
      isForced: why === 'retry-now' || this.anyway || this.asked === 'retry-now',
      describe: (block) => this.describeBlock(block, connection),
      wish: () => (this.isDiverted() ? 'leave' : this.asked && 'send'),
    });
    this.anyway = false;
    this.openedBreaker = false;
    if (this.isDiverted()) return this.takeAsked();
    switch (admission.type) {
      case 'left':
        return this.takeAsked();
      case 'other-model':
        this.changeModel(admission.model, 'breaker');
        return 'switch';
      case 'refused':
        this.fail(admission.failure, connection);
        return undefined;
      case 'admitted':
        return this.attemptIt(this.takeAsked() ?? why, route);
    }
  }

  /** Whether the turn is over, or the user wants another model or another route. */
  private isDiverted(): boolean {
    return this.isOver() || this.asked === 'switch' || this.asked === 'elsewhere';
  }

  private describeBlock(block: GateBlock, connection: Connection): WaitDescription {
    const origin = this.openedBreaker && block.origin === 'request' ? 'turn' : block.origin;
    return this.messages.waitAtGate({ ...block, origin }, this.retries.attemptsLeft, this.situation(connection));
  }

  private async attemptIt(why: AttemptReason, route: KeyedConnection): Promise<Next> {
    this.retries.attemptStarts(why !== 'retry' && why !== 'resume');
    const end = await this.attempts.start(why, route, this.model).end;
    // A stop may have come between the attempt's end and this line.
    return this.isOver() ? undefined : this.follow(end, route);
  }

  private follow(end: AttemptEnd, connection: KeyedConnection): Promise<Next> | Next {
    switch (end.type) {
      case 'defect':
        throw end.error;
      case 'finished': {
        const whole = this.answer.finish();
        if (!whole && end.finishReason !== 'length') return this.conclude({ type: 'no-text' }, connection);
        this.attempts.endPresent('finished');
        this.retries.succeeded(this.network.budget(originOf(connection.baseUrl)));
        const { text } = this.answer;
        const { waitedMs } = this.waits;
        this.end({ type: 'done', finishReason: end.finishReason, attempts: this.output.attempt, text, waitedMs });
        return undefined;
      }
      case 'abandoned':
        this.attempts.endPresent('abandoned');
        return this.takeAsked();
      case 'fault':
        if (end.evidence.type === 'finish-reason-missing' && this.attempts.confirmsComplete(connection, this.model)) {
          return this.follow({ type: 'finished', finishReason: 'stop' }, connection);
        }
        return this.conclude(end.evidence, connection);
    }
  }

  private conclude(evidence: Evidence, connection: Connection): Promise<Next> | Next {
    const { attempts, deps, route } = this;
    const fault = classify(evidence, deps.clock.now());
    const { message, detail } = this.messages.describe(fault, this.situation(connection));
    const seen = evidence.type === 'error' ? describeError(evidence.error) : detail;
    deps.log.info(`attempt ${this.output.attempt}: row ${fault.row} ${fault.kind}${seen && ` (${seen})`}`);
    attempts.endPresent(fault.kind, fault);
    if (attempts.repair(fault, connection, this.model)) return 'repair';
    const budget = this.network.budget(originOf(connection.baseUrl));
    const target = { gate: route && this.gate(route), budget };
    const now = { resuming: attempts.resuming, hasText: this.answer.text !== '' };
    const outcome = this.retries.handle(fault, target, now);
    const broke = attempts.present?.streamed === true && evidence.type !== 'no-text';
    if (broke && isRetryable(fault.policy)) this.output.emit({ type: 'cut', reason: fault.kind, message });
    return this.carryOut(outcome, fault, connection);
  }

  private carryOut(
    { decision, isBreakerOpen, opensBreaker }: RetryOutcome,
    fault: Fault,
    connection: Connection,
  ): Promise<Next> | Next {
    const again = this.history.shown ? 'resume' : 'retry';
    const next = (): Next => this.takeAsked() ?? again;
    switch (decision.do) {
      case 'fail':
        this.fail({ decision, seen: fault }, connection);
        return undefined;
      case 'replay':
        return 'replay';
      case 'fall-back':
        this.changeModel(decision.model, fault.kind);
        return 'switch';
      case 'offline': {
        const words = this.messages.wait(fault, decision.left, { source: 'backoff' }, this.situation(connection));
        const interrupted = (): boolean => this.isOver() || this.asked !== undefined;
        return this.waits.untilOnline(connection.baseUrl, words, interrupted).then(next);
      }
      case 'wait': {
        const { delayMs, jitterMs, source, hintMs, hintFrom, left } = decision;
        // The queue of the gate announces the wait, which is longer, with its reason.
        this.openedBreaker = opensBreaker;
        if (isBreakerOpen) return again;
        const origin = { source, jitterMs, hintMs, hintFrom };
        const words = this.messages.wait(fault, left, origin, this.situation(connection));
        return this.waits.forMs(delayMs, words).then(next);
      }
    }
  }

  private fail(failure: Failure, connection: Connection): void {
    this.end(this.messages.failure(failure, this.situation(connection)));
  }

  private situation(connection: Connection): Situation {
    const { model, attempts, output, answer } = this;
    return { connection, model, attempt: attempts.present, number: output.attempt, text: answer.text };
  }

  private gate({ baseUrl, apiKey }: KeyedConnection): Gate {
    return this.network.gate({ origin: originOf(baseUrl), apiKey, model: this.model });
  }

  private takeAsked(): Next {
    const { asked } = this;
    this.asked = undefined;
    return asked === 'elsewhere' ? 'switch' : asked;
  }

  private isOver(): boolean {
    return this.output.isOver;
  }

  private end(terminal: Draft): void {
    this.output.emit(terminal);
    this.unsubscribe();
    this.answer.dispose();
    this.waits.end();
    this.queue.release();
    this.retries.attemptStarts(true);
    this.attempts.present?.abandon();
    this.attempts.present = undefined;
    this.route = undefined;
    this.onEnd();
  }
}
