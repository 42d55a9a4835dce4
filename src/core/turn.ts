import { Answer } from './answer';
import type { AttemptEnd } from './attempt';
import { Attempts, type KeyedConnection } from './attempts';
import type { EngineDeps, RunningTurn, StreamOptions } from './engine';
import type { EngineMemory } from './engineMemory';
import type { AttemptReason, ModelEvent, StreamEvent } from './events';
import { isConnectionError, type ConnectionError } from './connectionError';
import { classify, fault, type Evidence, type Fault } from './faults/classify';
import { hostFailure } from './faults/hostFaults';
import { describeError } from './faults/transportError';
import type { TurnRecord } from './ledger';
import { GateLine } from './gateLine';
import type { Gate } from './network/gate';
import { hostOf, originOf } from './origin';
import { Passage } from './passage';
import { Pauses } from './pauses';
import type { ChatRequest, Connection } from './request';
import { Judge, type Ruling } from './judge';
import { isRetryable } from './retryPolicy';
import { TurnHistory } from './turnHistory';
import { TurnOutput, type Draft } from './turnOutput';
import { TurnWords, type Failure, type Standing } from './turnWords';

/** Why there is another attempt; undefined: there is none. */
type Next = AttemptReason | undefined;
/** `elsewhere`: by another route, in whose line it stands like any other. */
type Wish = 'retry-now' | 'switch' | 'elsewhere';

/** Who wants a retry so soon after an attempt went out wants that one. */
const singleFlightMs = 1000;
/** The folder of the cooldowns may be on a drive that hangs: nobody needs the notes of other windows to go on. */
const notesMs = 250;
/** Between the clicks of a double click; the first may have failed already. */
const doubleClickMs = 250;

/**
 * One turn: attempts and waits, until exactly one terminal event. The loop carries out what `decide` says; the
 * controls act on whatever runs at the moment, and `stop` ends the turn before it returns.
 */
export class Turn implements RunningTurn {
  readonly output: TurnOutput;
  readonly answer: Answer;
  readonly history: TurnHistory;
  readonly passage: Passage;
  private readonly pauses: Pauses;
  private readonly attempts: Attempts;
  private readonly judge: Judge;
  private readonly words: TurnWords;
  private readonly line: GateLine;
  private readonly unsubscribe: () => void;
  private readonly connection: () => Promise<Connection>;
  private readonly time: number;
  private model: string;
  /** Route of the current attempt. It includes the key, so it is dropped when the turn ends. */
  private route: KeyedConnection | undefined;
  /** Host of the last route, for the turn's record. */
  private host = '';
  /** What a control asked the next attempt to be. */
  private asked: Wish | undefined;
  private anyway = false;
  /** Monotonic; of the last click that was honoured. */
  private retriedAt = -Infinity;
  /** The gate is closed because of this turn's own last attempt. */
  private openedBreaker = false;

  constructor(
    private readonly deps: EngineDeps,
    private readonly memory: EngineMemory,
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
    this.pauses = new Pauses(deps, this.output, this.history);
    this.passage = new Passage(deps.clock, this.pauses);
    this.attempts = new Attempts(deps, memory, request, this);
    this.judge = new Judge(deps.settings, deps.random, this.history, this.passage);
    this.words = new TurnWords(deps, memory.keys);
    this.line = new GateLine(deps, this.history, this.passage, this.judge, this.words);
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
    this.attempts.over('stopped');
    this.end({ type: 'stopped', text: this.answer.text });
  }

  retryNow(): void {
    if (!this.isSecondClick()) this.interrupt('retry-now');
  }

  /** A wait for another route than the one that would be taken now is over; without a key there is none. Never rejects. */
  async reconsider(): Promise<void> {
    const now = this.pauses.waiting ? await this.connection().catch(() => undefined) : undefined;
    const { route, pauses } = this;
    if (now?.apiKey === undefined || !route || !pauses.waiting) return;
    if (now.baseUrl !== route.baseUrl || now.apiKey !== route.apiKey) this.interrupt('elsewhere');
  }

  /** Ends a wait, if there is one: what was waited for no longer counts. */
  goOn(): void {
    if (this.pauses.waiting) this.interrupt('retry-now');
  }

  tryAnyway(): void {
    // What has failed so far counts no longer; asked before the turn knows where it goes, it is remembered until then.
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
    // Another model or another route says more than impatience, whichever comes first.
    if (this.isOver() || (this.asked && (this.asked !== 'retry-now' || why === 'retry-now'))) return;
    if (this.pauses.waiting) {
      this.asked = why;
      this.pauses.end();
    } else if (!attempt) this.asked = why;
    else if (why !== 'retry-now' || !attempt.streamed) {
      this.asked = why;
      attempt.abandon();
    }
  }

  private isSecondClick(): boolean {
    const now = this.deps.clock.ticks();
    const { waiting } = this.pauses;
    const started = waiting ? undefined : this.attempts.present?.startedAt;
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
      this.attempts.over('internal', fault(72));
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
    await this.pauses.upTo(notesMs, gate.sync());
    if (this.isOver() || (this.asked && this.asked !== 'retry-now')) return this.takeAsked();
    const end = await this.line.pass(gate, why === 'retry-now' || this.anyway || this.asked === 'retry-now', {
      standing: () => this.standing(connection),
      wants: () => (this.isOver() ? 'over' : this.asked),
      closedByItself: this.openedBreaker,
    });
    this.anyway = false;
    this.openedBreaker = false;
    switch (end.to) {
      case 'left':
        return this.takeAsked();
      case 'another-model':
        this.changeModel(end.model, 'breaker');
        return 'switch';
      case 'failure':
        this.fail(end.failure, connection);
        return undefined;
      case 'through':
        return this.attemptIt(this.takeAsked() ?? why, route);
    }
  }

  private async attemptIt(why: AttemptReason, route: KeyedConnection): Promise<Next> {
    this.judge.charge(why !== 'retry' && why !== 'resume');
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
        this.attempts.over('finished');
        this.passage.over(true);
        this.memory.network.budget(originOf(connection.baseUrl)).success();
        const { text } = this.answer;
        const { waitedMs } = this.pauses;
        this.end({ type: 'done', finishReason: end.finishReason, attempts: this.output.attempt, text, waitedMs });
        return undefined;
      }
      case 'abandoned':
        this.attempts.over('abandoned');
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
    const { message, detail } = this.words.of(fault, this.standing(connection));
    const seen = evidence.type === 'error' ? describeError(evidence.error) : detail;
    deps.log.info(`attempt ${this.output.attempt}: row ${fault.row} ${fault.kind}${seen && ` (${seen})`}`);
    attempts.over(fault.kind, fault);
    if (attempts.repair(fault, connection, this.model)) return 'repair';
    const place = {
      gate: route && this.gate(route),
      budget: this.memory.network.budget(originOf(connection.baseUrl)),
    };
    const now = { resuming: attempts.resuming, hasText: this.answer.text !== '' };
    const ruling = this.judge.rule(fault, place, now);
    const broke = attempts.present?.streamed === true && evidence.type !== 'no-text';
    if (broke && isRetryable(fault.policy)) this.output.emit({ type: 'cut', reason: fault.kind, message });
    return this.carryOut(ruling, fault, connection);
  }

  private carryOut(
    { decision, breakerOpen, opensBreaker }: Ruling,
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
        const words = this.words.wait(fault, decision.left, { source: 'backoff' }, this.standing(connection));
        const interrupted = (): boolean => this.isOver() || this.asked !== undefined;
        return this.pauses.offline(connection.baseUrl, words, interrupted).then(next);
      }
      case 'wait': {
        const { delayMs, jitterMs, source, hintMs, hintFrom, left } = decision;
        // The gate knows of a longer wait and its reason, and tells that one.
        this.openedBreaker = opensBreaker;
        if (breakerOpen) return again;
        const origin = { source, jitterMs, hintMs, hintFrom };
        const words = this.words.wait(fault, left, origin, this.standing(connection));
        return this.pauses.forMs(delayMs, words).then(next);
      }
    }
  }

  private fail(failure: Failure, connection: Connection): void {
    this.end(this.words.failure(failure, this.standing(connection)));
  }

  private standing(connection: Connection): Standing {
    const { model, attempts, output, answer } = this;
    return { connection, model, attempt: attempts.present, number: output.attempt, text: answer.text };
  }

  private gate({ baseUrl, apiKey }: KeyedConnection): Gate {
    return this.memory.network.gate({ origin: originOf(baseUrl), apiKey, model: this.model });
  }

  private takeAsked(): Next {
    const { asked } = this;
    this.asked = undefined;
    return asked === 'elsewhere' ? 'switch' : asked;
  }

  private isOver(): boolean {
    return this.output.over;
  }

  private end(terminal: Draft): void {
    this.output.emit(terminal);
    this.unsubscribe();
    this.answer.dispose();
    this.pauses.end();
    this.passage.over();
    this.judge.charge(true);
    this.attempts.present?.abandon();
    this.attempts.present = undefined;
    this.route = undefined;
    this.onEnd();
  }
}
