import { AnswerText, type TextChange } from './answerText';
import { Attempt, type AttemptEnd } from './attempt';
import type { EngineDeps, RunningTurn, StreamOptions } from './engine';
import { EventQueue } from './eventQueue';
import type { AttemptReason, ModelEvent, StreamEvent } from './events';
import { classify, type Evidence, type Fault } from './faults/classify';
import { describeError } from './faults/transportError';
import { wordsFor, type Wording } from './faults/wording';
import type { RepairMemory } from './repairs';
import type { ChatRequest, Connection } from './request';
import { decide, type Decision } from './retryPolicy';
import { TurnHistory } from './turnHistory';
import { UsageSum } from './usageSum';
import { Wait } from './wait';

type Draft<E = StreamEvent> = E extends StreamEvent ? Omit<E, 'at' | 'attempt'> & { attempt?: number } : never;
type KeyedConnection = Connection & { readonly apiKey: string };

/** Two requests of a person within this time mean one retry. */
const singleFlightMs = 1000;

/**
 * One turn: attempts and waits, until exactly one terminal event. The loop carries out what `decide` says; the
 * controls act on whatever runs at the moment, and `stop` ends the turn before it returns.
 */
export class Turn implements RunningTurn {
  private readonly queue = new EventQueue<StreamEvent>(() => this.stop());
  private readonly answer: AnswerText;
  private readonly usage = new UsageSum();
  private readonly history: TurnHistory;
  private readonly unsubscribe: () => void;
  private readonly connection: () => Promise<Connection>;
  private model: string;
  private number = 0;
  private waitedMs = 0;
  private attempt: Attempt | undefined;
  private attemptShowed = false;
  private wait: Wait | undefined;
  /** What a control asked the next attempt to be. */
  private asked: AttemptReason | undefined;
  private over = false;

  constructor(
    private readonly deps: EngineDeps,
    private readonly repairs: RepairMemory,
    private readonly request: ChatRequest,
    { signal, partial = '', connection = deps.connection }: StreamOptions,
  ) {
    this.connection = connection;
    this.model = request.model;
    this.answer = new AnswerText(partial);
    this.history = new TurnHistory(request.model);
    const onAbort = (): void => this.stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.unsubscribe = () => signal?.removeEventListener('abort', onAbort);
    if (signal?.aborted) this.stop();
    else void this.run(partial === '' ? 'first' : 'resume');
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent> {
    return this.queue;
  }

  stop(): void {
    if (this.over) return;
    this.settleUsage();
    this.end({ type: 'stopped', text: this.answer.text });
  }

  retryNow(): void {
    this.interrupt('retry-now');
  }

  switchModel(model: string): void {
    if (this.over || model === this.model) return;
    this.changeModel(model, 'user');
    this.interrupt('switch');
  }

  private changeModel(to: string, reason: ModelEvent['reason']): void {
    this.emit({ type: 'model', from: this.model, to, reason });
    this.model = to;
    this.history.switched(to);
  }

  private interrupt(why: 'retry-now' | 'switch'): void {
    const { attempt, wait } = this;
    if (this.over || this.asked) return;
    if (wait) {
      this.asked = why;
      wait.end();
    } else if (attempt) {
      const young = this.deps.clock.ticks() - attempt.startedAt < singleFlightMs;
      if (why === 'retry-now' && (this.attemptShowed || young)) return;
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
      let why: AttemptReason | undefined = first;
      while (why && !this.over) why = await this.once(why);
    } catch (error) {
      this.deps.log.warn(`turn: ${describeError(error)}`);
      const message = error instanceof Error ? error.message : String(error);
      const { text } = this.answer;
      this.end({
        type: 'failed',
        kind: 'request',
        status: undefined,
        requestId: undefined,
        message,
        text,
        actions: ['checkUrl'],
      });
    }
  }

  /** One attempt and what follows from it. @returns why the next one is made; undefined: there is none. */
  private async once(why: AttemptReason): Promise<AttemptReason | undefined> {
    const connection = await this.connection();
    if (this.over) return undefined;
    const { apiKey } = connection;
    this.attempt = undefined;
    if (!apiKey) return this.judge({ type: 'no-key' }, connection);
    const end = await this.start(why, { ...connection, apiKey }).end;
    this.settleUsage();
    // A stop may have come between the attempt's end and this line.
    return this.isOver() ? undefined : this.follow(end, connection);
  }

  private start(why: AttemptReason, connection: KeyedConnection): Attempt {
    this.number++;
    this.attemptShowed = false;
    this.asked = undefined;
    this.answer.restart();
    this.emit({ type: 'attempt', model: this.model, why });
    const request = { ...this.request, model: this.model };
    const repairs = this.repairs.for(connection.baseUrl, this.model);
    const shows = (): void => void (this.attemptShowed = this.history.shown = true);
    this.attempt = new Attempt(
      this.deps,
      { connection, request, repairs },
      {
        headers: (status, requestId, ms) => this.emit({ type: 'headers', status, requestId, ms }),
        text: (text) => {
          shows();
          this.show(this.answer.append(text));
        },
        reasoning: (text) => {
          shows();
          this.emit({ type: 'reasoning', text });
        },
        quiet: (forMs) => this.emit({ type: 'quiet', forMs }),
      },
    );
    return this.attempt;
  }

  private follow(end: AttemptEnd, connection: Connection): Promise<AttemptReason> | AttemptReason | undefined {
    switch (end.type) {
      case 'finished': {
        this.show(this.answer.finish());
        const { number: attempts, waitedMs } = this;
        this.end({ type: 'done', finishReason: end.finishReason, attempts, text: this.answer.text, waitedMs });
        return undefined;
      }
      case 'abandoned':
        return this.asked;
      case 'fault':
        return this.judge(end.evidence, connection);
    }
  }

  private judge(evidence: Evidence, connection: Connection): Promise<AttemptReason> | AttemptReason | undefined {
    const fault = classify(evidence, this.deps.clock.now());
    const words = this.words(fault, connection);
    const seen = evidence.type === 'error' ? describeError(evidence.error) : words.detail;
    this.deps.log.info(`attempt ${this.number}: row ${fault.row} ${fault.kind}${seen && ` (${seen})`}`);
    if (fault.refused && this.repairs.learn(connection.baseUrl, this.model, fault.refused)) return 'repair';
    const decision = decide(fault, this.history.before(fault), this.deps.settings(), this.deps.random);
    if (decision.do === 'wait' && this.attemptShowed)
      this.emit({ type: 'cut', reason: fault.kind, message: words.message });
    this.history.note(fault, decision);
    switch (decision.do) {
      case 'fail': {
        this.fail(decision, connection);
        return;
      }
      case 'replay':
        return 'replay';
      case 'fall-back':
        this.changeModel(decision.model, fault.kind);
        return 'switch';
      case 'wait':
        return this.pause(decision, fault, words.message);
    }
  }

  private async pause(decision: Decision & { do: 'wait' }, fault: Fault, message: string): Promise<AttemptReason> {
    const { delayMs, source, hintMs, left } = decision;
    const { kind: reason, actions } = fault;
    const { status, requestId } = this.attempt ?? {};
    const startedAt = this.deps.clock.ticks();
    const until = this.deps.clock.now() + delayMs;
    const [attempt, maxAttempts] = [this.number + 1, this.number + left];
    this.wait = new Wait(this.deps.clock, until);
    this.emit({
      type: 'waiting',
      attempt,
      maxAttempts,
      until,
      delayMs,
      source,
      reason,
      message,
      hintMs,
      status,
      requestId,
      actions,
    });
    await this.wait.over;
    this.wait = undefined;
    this.waitedMs += this.deps.clock.ticks() - startedAt;
    return this.asked ?? (this.history.shown ? 'resume' : 'retry');
  }

  private fail({ fault, resetsInMs }: Decision & { do: 'fail' }, connection: Connection): undefined {
    const resetsAt = resetsInMs === undefined ? undefined : this.deps.clock.now() + resetsInMs;
    const { message, detail } = this.words(fault, connection, resetsAt);
    const { status, requestId } = this.attempt ?? {};
    const { kind, actions } = fault;
    this.end({ type: 'failed', kind, status, requestId, message, text: this.answer.text, actions, detail, resetsAt });
  }

  private words(fault: Fault, connection: Connection, resetsAt?: number): Wording {
    return wordsFor(fault, { connection, model: this.model, status: this.attempt?.status, resetsAt }, this.deps);
  }

  private show(change: TextChange | undefined): void {
    if (change?.type === 'append') this.emit({ type: 'text', text: change.text });
    else if (change) {
      this.emit({ type: 'resumed', how: 'restart', trimmed: 0 });
      this.emit({ type: 'replaced', text: change.text });
    }
  }

  /** An attempt's tokens count whatever became of it: they were paid for. */
  private settleUsage(): void {
    const usage = this.attempt?.takeUsage();
    if (usage) this.emit({ type: 'usage', ...this.usage.add(usage) });
  }

  private isOver(): boolean {
    return this.over;
  }

  private emit(draft: Draft): void {
    if (!this.over) this.queue.push({ attempt: this.number, ...draft, at: this.deps.clock.ticks() });
  }

  private end(terminal: Draft): void {
    this.emit(terminal);
    this.over = true;
    this.unsubscribe();
    this.wait?.end();
    this.attempt?.abandon();
    this.queue.close();
  }
}
