import { Answer } from './answer';
import type { AttemptEnd } from './attempt';
import { Attempts, type KeyedConnection } from './attempts';
import type { EngineDeps, RunningTurn, StreamOptions } from './engine';
import type { EngineMemory } from './engineMemory';
import type { AttemptReason, ModelEvent, StreamEvent } from './events';
import { classify, type Evidence, type Fault } from './faults/classify';
import { describeError } from './faults/transportError';
import type { TurnRecord } from './ledger';
import type { Closed, Gate, Ticket } from './network/gate';
import { hostOf, originOf } from './origin';
import { Passage } from './passage';
import { Pauses, type WaitWords } from './pauses';
import type { ChatRequest, Connection } from './request';
import { deadlineMs, decide, isRetryable, nextModel, type Decision } from './retryPolicy';
import { TurnHistory } from './turnHistory';
import { TurnOutput, type Draft } from './turnOutput';
import { closedTooLong, TurnWords, type Standing } from './turnWords';

/** Why there is another attempt; undefined: there is none. */
type Next = AttemptReason | undefined;

/** Two requests of a person within this time mean one retry. */
const singleFlightMs = 1000;

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
  private readonly words: TurnWords;
  private readonly unsubscribe: () => void;
  private readonly connection: () => Promise<Connection>;
  private readonly time: number;
  private model: string;
  /** Where the present attempt goes. */
  private route: KeyedConnection | undefined;
  /** What a control asked the next attempt to be. */
  private asked: 'retry-now' | 'switch' | undefined;
  private anyway = false;
  /** The gate is closed because of this turn's own last attempt. */
  private openedBreaker = false;

  constructor(
    private readonly deps: EngineDeps,
    private readonly memory: EngineMemory,
    request: ChatRequest,
    { signal, earlier, connection = deps.connection }: StreamOptions,
  ) {
    this.connection = connection;
    this.model = request.model;
    this.time = deps.clock.now();
    this.history = new TurnHistory(request.model, earlier !== undefined);
    this.output = new TurnOutput(deps.clock, () => this.stop());
    this.answer = new Answer(deps.clock, this.output, earlier);
    this.pauses = new Pauses(deps, this.output, this.history);
    this.passage = new Passage(deps.clock, this.pauses);
    this.attempts = new Attempts(deps, memory, request, this);
    this.words = new TurnWords(deps);
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
    const { time, output, route } = this;
    return { time, host: route ? hostOf(route.baseUrl) : '', outcome: output.outcome, attempts: output.attempts };
  }

  stop(): void {
    if (this.isOver()) return;
    this.attempts.over('stopped');
    this.end({ type: 'stopped', text: this.answer.text });
  }

  retryNow(): void {
    this.interrupt('retry-now');
  }

  tryAnyway(): void {
    if (this.route) this.gate(this.route).reset();
    // Asked before the turn knows where it goes: the gate is opened when it comes there.
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

  private interrupt(why: 'retry-now' | 'switch'): void {
    const attempt = this.attempts.present;
    if (this.isOver() || this.asked) return;
    if (this.pauses.waiting) {
      this.asked = why;
      this.pauses.end();
    } else if (attempt) {
      const young = this.deps.clock.ticks() - attempt.startedAt < singleFlightMs;
      if (why === 'retry-now' && (attempt.streamed || young)) return;
      this.asked = why;
      attempt.abandon();
    }
  }

  /**
   * The one error boundary of the turn: whatever is thrown, there is a terminal event. What is thrown here is the
   * connection's own, localised refusal: a base URL that can't be used.
   */
  private async run(first: AttemptReason): Promise<void> {
    try {
      let why: Next = first;
      while (why && !this.isOver()) why = await this.once(why);
    } catch (error) {
      this.deps.log.warn(`turn: ${describeError(error)}`);
      const message = error instanceof Error ? error.message : String(error);
      const { text } = this.answer;
      const nothing = { status: undefined, requestId: undefined };
      this.end({ type: 'failed', kind: 'request', ...nothing, message, text, actions: ['checkUrl'] });
    }
  }

  /** One attempt and what follows from it. */
  private async once(why: AttemptReason): Promise<Next> {
    const connection = await this.connection();
    if (this.isOver()) return undefined;
    const { apiKey } = connection;
    this.attempts.present = undefined;
    this.asked = undefined;
    if (!apiKey) return this.judge({ type: 'no-key' }, connection);
    this.route = { ...connection, apiKey };
    const gate = this.gate(this.route);
    if (this.anyway) gate.reset();
    this.anyway = false;
    await gate.sync();
    if (this.isOver()) return undefined;
    const closed = await this.passage.enter(gate, why === 'retry-now', {
      words: (now) => this.lineWords(now, connection),
      leaves: (ticket) => this.leavesLine(ticket),
    });
    if (this.isOver()) return undefined;
    if (closed) return this.turnedAway(closed, connection);
    const reason = this.takeAsked() ?? why;
    this.openedBreaker = false;
    const end = await this.attempts.start(reason, this.route, this.model).end;
    // A stop may have come between the attempt's end and this line.
    return this.isOver() ? undefined : this.follow(end, this.route);
  }

  /** undefined: it is of no use to wait that long, or to wait at all. */
  private lineWords(closed: Closed, connection: Connection): WaitWords | undefined {
    const { history, deps } = this;
    if (this.detour(closed) !== undefined) return undefined;
    const { maxRetries, maxHintMs } = deps.settings().retry;
    const longest = Math.max(deadlineMs, maxHintMs) - (history.waited ? history.idleMs : 0);
    if (closed.until - deps.clock.now() > longest) return undefined;
    const own = this.openedBreaker && closed.told === 'request';
    const told = own ? ({ ...closed, told: 'turn' } as const) : closed;
    return this.words.line(told, maxRetries - history.retries + 1, this.standing(connection));
  }

  /** The model to ask instead of one whose breaker is open. */
  private detour({ why }: Closed): string | undefined {
    return why === 'breaker' ? nextModel(this.history, this.deps.settings()) : undefined;
  }

  /** The user's impatience lets a ticket through; whatever else the user wants leaves the line. */
  private leavesLine(ticket: Ticket): boolean {
    if (this.asked === 'retry-now') ticket.force();
    return this.isOver() || this.asked === 'switch';
  }

  private turnedAway(closed: Closed, connection: Connection): Next {
    if (this.asked) return this.takeAsked();
    const model = this.detour(closed);
    if (model === undefined) {
      const decision = closedTooLong(closed, this.deps.clock.now());
      this.fail(decision, decision.fault, connection);
      return undefined;
    }
    this.changeModel(model, 'breaker');
    return 'switch';
  }

  private follow(end: AttemptEnd, connection: KeyedConnection): Promise<Next> | Next {
    switch (end.type) {
      case 'finished': {
        const whole = this.answer.finish();
        if (!whole && end.finishReason !== 'length') return this.judge({ type: 'no-text' }, connection);
        this.attempts.over('finished');
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
        return this.judge(end.evidence, connection);
    }
  }

  private judge(evidence: Evidence, connection: Connection): Promise<Next> | Next {
    const { attempts, answer, history, deps } = this;
    const fault = classify(evidence, deps.clock.now());
    const { message, detail } = this.words.of(fault, this.standing(connection));
    const seen = evidence.type === 'error' ? describeError(evidence.error) : detail;
    deps.log.info(`attempt ${this.output.attempt}: row ${fault.row} ${fault.kind}${seen && ` (${seen})`}`);
    attempts.over(fault.kind, fault);
    if (attempts.repair(fault, connection, this.model)) return 'repair';
    this.passage.failed(fault);
    const { resuming } = attempts;
    const before = history.before(fault, {
      resuming,
      hasText: answer.text !== '',
      tokens: this.memory.network.budget(originOf(connection.baseUrl)).tokens,
      breakerOpen: this.route ? this.gate(this.route).breakerOpen : false,
    });
    const decision = decide(fault, before, deps.settings(), deps.random);
    history.note(fault, decision, resuming);
    this.passage.decided(fault, decision);
    const broke = attempts.present?.streamed === true && evidence.type !== 'no-text';
    if (broke && isRetryable(fault.policy)) {
      this.output.emit({ type: 'cut', reason: fault.kind, message });
    }
    return this.carryOut(decision, fault, connection);
  }

  private carryOut(decision: Decision, fault: Fault, connection: Connection): Promise<Next> | Next {
    const again = this.history.shown ? 'resume' : 'retry';
    switch (decision.do) {
      case 'fail':
        this.fail(decision, fault, connection);
        return undefined;
      case 'replay':
        return 'replay';
      case 'fall-back':
        this.changeModel(decision.model, fault.kind);
        return 'switch';
      case 'offline': {
        const words = this.words.wait(fault, decision.left, { source: 'backoff' }, this.standing(connection));
        const interrupted = (): boolean => this.isOver() || this.asked !== undefined;
        return this.pauses.offline(connection.baseUrl, words, interrupted).then(() => this.takeAsked() ?? again);
      }
      case 'wait': {
        const { delayMs, jitterMs, source, hintMs, hintFrom, left, cost } = decision;
        this.memory.network.budget(originOf(connection.baseUrl)).take(cost);
        // The gate knows of a longer wait and its reason, and tells that one.
        this.openedBreaker = this.route !== undefined && this.gate(this.route).breakerOpen;
        if (this.openedBreaker) return again;
        const origin = { source, jitterMs, hintMs, hintFrom };
        const words = this.words.wait(fault, left, origin, this.standing(connection));
        return this.pauses.forMs(delayMs, words).then(() => this.takeAsked() ?? again);
      }
    }
  }

  private fail(decision: Decision & { do: 'fail' }, seen: Fault, connection: Connection): void {
    this.end(this.words.failure(decision, seen, this.standing(connection)));
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
    return asked;
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
    this.attempts.present?.abandon();
  }
}
