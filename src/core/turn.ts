import { AnswerText, type TextChange } from './answerText';
import { redactKeys } from './apiKey';
import { Attempt, type AttemptEnd } from './attempt';
import type { EngineDeps, RunningTurn, StreamOptions } from './engine';
import { EventQueue } from './eventQueue';
import type { AttemptReason, StreamEvent } from './events';
import { classify, type Evidence, type Fault } from './faults/classify';
import { describeError } from './faults/transportError';
import type { RepairMemory } from './repairs';
import type { ChatRequest, Connection } from './request';
import { decide, type Decision, type History } from './retryPolicy';
import { UsageSum } from './usageSum';
import { Wait } from './wait';

type Draft<E = StreamEvent> = E extends StreamEvent ? Omit<E, 'at' | 'attempt'> & { attempt?: number } : never;

/** A person asking twice within this time means one retry. */
const singleFlightMs = 1000;

/**
 * One turn: attempts and waits, until exactly one terminal event. The loop carries out what `decide` says; the
 * controls act on whatever runs at the moment, and `stop` ends the turn before it returns.
 */
export class Turn implements RunningTurn {
  private readonly queue = new EventQueue<StreamEvent>(() => this.stop());
  private readonly answer: AnswerText;
  private readonly usage = new UsageSum();
  private readonly rows = new Map<number, number>();
  private model: string;
  private number = 0;
  private retries = 0;
  private resumes = 0;
  private freeReplayUsed = false;
  private shown: boolean;
  private waitedMs = 0;
  private previousDelayMs: number | undefined;
  private attempt: Attempt | undefined;
  private attemptShowed = false;
  private wait: Wait | undefined;
  /** What a control asked the next attempt to be. */
  private asked: AttemptReason | undefined;
  private over = false;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly deps: EngineDeps,
    private readonly repairs: RepairMemory,
    private readonly request: ChatRequest,
    { signal, partial = '' }: StreamOptions,
  ) {
    this.model = request.model;
    this.answer = new AnswerText(partial);
    this.shown = partial !== '';
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
    this.emit({ type: 'model', from: this.model, to: model, reason: 'user' });
    this.model = model;
    this.interrupt('switch');
  }

  private interrupt(why: 'retry-now' | 'switch'): void {
    if (this.over) return;
    if (this.wait) {
      this.asked = why;
      this.wait.end();
      return;
    }
    const { attempt } = this;
    if (!attempt || this.asked) return;
    const young = this.deps.clock.ticks() - attempt.startedAt < singleFlightMs;
    if (why === 'retry-now' && (this.attemptShowed || young)) return;
    this.asked = why;
    attempt.abandon();
  }

  /** The one error boundary of the turn: whatever is thrown, there is a terminal event. */
  private async run(first: AttemptReason): Promise<void> {
    try {
      let why: AttemptReason | undefined = first;
      while (why && !this.over) why = await this.once(why);
    } catch (error) {
      this.deps.log.warn(`turn: ${describeError(error)}`);
      this.judge({ type: 'no-connection', detail: error instanceof Error ? error.message : String(error) });
    }
  }

  /** One attempt and what follows from it. @returns why the next one is made; undefined: there is none. */
  private async once(why: AttemptReason): Promise<AttemptReason | undefined> {
    const connection = await this.deps.connection();
    if (this.over) return undefined;
    const { apiKey } = connection;
    if (!apiKey) return this.judge({ type: 'no-key' }, connection);
    const end = await this.start(why, { ...connection, apiKey }).end;
    this.settleUsage();
    if (this.over) return undefined;
    return this.follow(end, connection);
  }

  private start(why: AttemptReason, connection: Connection & { readonly apiKey: string }): Attempt {
    this.number++;
    this.attemptShowed = false;
    this.asked = undefined;
    if (this.shown) this.answer.restart();
    this.emit({ type: 'attempt', model: this.model, why });
    const repairs = this.repairs.for(connection.baseUrl, this.model);
    this.attempt = new Attempt(
      this.deps,
      { connection, request: { ...this.request, model: this.model }, repairs },
      {
        headers: (status, requestId, ms) => this.emit({ type: 'headers', status, requestId, ms }),
        text: (text) => {
          this.attemptShowed = this.shown = true;
          this.show(this.answer.append(text));
        },
        reasoning: (text) => {
          this.attemptShowed = this.shown = true;
          this.emit({ type: 'reasoning', text });
        },
        quiet: (forMs) => this.emit({ type: 'quiet', forMs }),
      },
    );
    return this.attempt;
  }

  private follow(end: AttemptEnd, connection: Connection): Promise<AttemptReason | undefined> | AttemptReason | undefined {
    switch (end.type) {
      case 'finished':
        this.show(this.answer.finish());
        this.end({ type: 'done', finishReason: end.finishReason, attempts: this.number, text: this.answer.text, waitedMs: this.waitedMs });
        return undefined;
      case 'abandoned':
        return this.asked ?? 'retry-now';
      case 'fault':
        return this.judge(end.evidence, connection);
    }
  }

  private judge(evidence: Evidence, connection?: Connection): Promise<AttemptReason> | AttemptReason | undefined {
    const fault = classify(evidence, this.deps.clock.now());
    const told = this.tell(fault, connection);
    this.deps.log.info(
      `attempt ${this.number}: row ${fault.row} ${fault.kind}` +
        (evidence.type === 'error' ? ` (${describeError(evidence.error)})` : told.detail && ` (${told.detail})`),
    );
    if (fault.refused && connection && this.repairs.learn(connection.baseUrl, this.model, fault.refused)) return 'repair';
    const decision = decide(fault, this.history(fault), this.deps.settings(), this.deps.random);
    this.rows.set(fault.row, (this.rows.get(fault.row) ?? 0) + 1);
    switch (decision.do) {
      case 'fail':
        return this.fail(decision, connection);
      case 'replay':
        this.freeReplayUsed = true;
        return 'replay';
      case 'wait':
        return this.pause(decision, fault, told.message);
    }
  }

  private history(fault: Fault): History {
    const { retries, freeReplayUsed, resumes, shown, previousDelayMs } = this;
    return { retries, freeReplayUsed, resumes, shown, previousDelayMs, sameRow: this.rows.get(fault.row) ?? 0 };
  }

  private async pause(decision: Decision & { do: 'wait' }, fault: Fault, message: string): Promise<AttemptReason> {
    const { delayMs, source, hintMs, left } = decision;
    if (this.attemptShowed) this.emit({ type: 'cut', reason: fault.kind, message });
    if (this.shown) this.resumes++;
    else this.retries++;
    this.previousDelayMs = delayMs;
    const next = this.number + 1;
    const { status, requestId } = this.attempt ?? {};
    const until = this.deps.clock.now() + delayMs;
    const startedAt = this.deps.clock.ticks();
    this.wait = new Wait(this.deps.clock, until);
    const { actions, kind: reason } = fault;
    this.emit({ type: 'waiting', attempt: next, maxAttempts: this.number + left, until, delayMs, source, reason, message, hintMs, status, requestId, actions });
    await this.wait.over;
    this.wait = undefined;
    this.waitedMs += this.deps.clock.ticks() - startedAt;
    return this.asked ?? (this.shown ? 'resume' : 'retry');
  }

  private fail({ fault, resetsInMs }: Decision & { do: 'fail' }, connection: Connection | undefined): undefined {
    const resetsAt = resetsInMs === undefined ? undefined : this.deps.clock.now() + resetsInMs;
    const { message, detail } = this.tell(fault, connection, resetsAt);
    const { status, requestId } = this.attempt ?? {};
    const { kind, actions } = fault;
    this.end({ type: 'failed', kind, status, requestId, message, text: this.answer.text, actions, detail, resetsAt });
  }

  private tell(fault: Fault, connection: Connection | undefined, resetsAt?: number): { message: string; detail: string } {
    const detail = redactKeys(fault.detail, connection?.apiKey ? [connection.apiKey] : []);
    const message = this.deps.localize(fault.message, {
      host: hostOf(connection),
      model: this.model,
      status: this.attempt?.status ?? '',
      detail: detail || `HTTP ${this.attempt?.status ?? ''}`,
      seconds: fault.seconds ?? '',
      time: resetsAt === undefined ? '' : this.deps.formatTime(resetsAt),
    });
    return { message, detail };
  }

  private show(change: TextChange | undefined): void {
    if (!change) return;
    if (change.type === 'append') return this.emit({ type: 'text', text: change.text });
    this.emit({ type: 'resumed', how: 'restart', trimmed: 0 });
    this.emit({ type: 'replaced', text: change.text });
  }

  /** An attempt's tokens count whatever became of it: they were paid for. */
  private settleUsage(): void {
    const usage = this.attempt?.usage;
    if (!usage || !this.attempt) return;
    this.attempt.usage = undefined;
    this.emit({ type: 'usage', ...this.usage.add(usage) });
  }

  private emit(draft: Draft): void {
    if (this.over) return;
    this.queue.push({ attempt: this.number, ...draft, at: this.deps.clock.ticks() } as StreamEvent);
  }

  private end(terminal: Draft): void {
    if (this.over) return;
    this.emit(terminal);
    this.over = true;
    this.unsubscribe();
    this.wait?.end();
    this.attempt?.abandon();
    this.queue.close();
  }
}

function hostOf(connection: Connection | undefined): string {
  try {
    return connection ? new URL(connection.baseUrl).host : '';
  } catch {
    return connection?.baseUrl ?? '';
  }
}
