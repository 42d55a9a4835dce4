import type { EngineDeps } from '../engine';
import type { Usage } from '../events';
import type { Evidence } from '../faults/classify';
import { readJsonError } from '../faults/providerError';
import type { KeyRedactor } from '../gateway/keyRedactor';
import { parseJson, printJson } from '../json';
import { sumUsage } from '../state/usage';
import type { AnswerSize } from './answerSize';
import { ChunkReader } from './chunkReader';
import { RedactedDeltas, ThinkTags } from './deltaFilters';
import type { AnswerDelta, Delta, DeltaFilter, ToolCallPart } from './deltas';
import { readChunk, ToolCallNumbers } from './dialect';
import type { Finish } from './finishReason';
import { drainMs, IdleClocks, tailMs, timeoutsFor } from './idleClocks';
import { ConnectionFailure, errorBodyLimits, readBody, type BodyEnd } from './responseBody';
import { HttpRejection, requestIdOf, send, type AttemptRequest } from './transport';
import { costInHeaders } from './usageFields';

export type AttemptEnd =
  | { readonly type: 'finished'; readonly finishReason: string }
  | { readonly type: 'fault'; readonly evidence: Evidence }
  /** The code of this extension has thrown an exception. */
  | { readonly type: 'defect'; readonly error: unknown }
  | { readonly type: 'abandoned' };

interface AttemptStats {
  readonly ms: number;
  /** Milliseconds up to the first text, reasoning or tool call. */
  readonly firstTokenMs: number | undefined;
  readonly bytes: number;
  readonly chars: number;
  readonly usage: Usage | undefined;
}

/** If the answer is complete, but the gateway keeps the stream open. */
const endOfStream: BodyEnd = { kind: 'stream', empty: false };

/**
 * One HTTP request of a turn and its response, with timeouts. An attempt ends exactly once. Everything that arrives
 * afterwards is ignored, so stopping an attempt never waits for a socket.
 */
export class Attempt {
  readonly end: Promise<AttemptEnd>;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  status: number | undefined;
  requestId: string | undefined;

  private bytes = 0;
  private chars = 0;
  private firstTokenAt: number | undefined;
  private resolveEnd!: (end: AttemptEnd) => void;
  private hasEnded = false;
  /** Listeners would accumulate on a signal that outlives the attempt. */
  private readonly controller = new AbortController();
  private readonly clocks: IdleClocks;
  private readonly deltas: DeltaFilter;
  private readonly chunks = new ChunkReader((delta) => this.collect(delta));
  /** Of the current read from the network. It is passed on as a whole. */
  private collected: { readonly type: 'text' | 'reasoning'; text: string } | undefined;
  private readonly toolCalls = new ToolCallNumbers();
  private finishReason: string | undefined;
  private sawText = false;
  private sawToolCall = false;
  private statsTaken = false;
  private sawDone = false;
  /** A chunk had an empty `finish_reason` field, so `[DONE]` alone means an incomplete answer. */
  private hasFinishReasonField = false;
  private garbledEvents = 0;
  private isLastEventGarbled = false;
  /** Gateways may report it repeatedly, with growing numbers. */
  private usage: Usage | undefined;
  /** In USD. */
  private cost: number | undefined;

  constructor(
    private readonly deps: EngineDeps,
    private readonly sent: AttemptRequest,
    private readonly answer: { add(delta: AnswerDelta): boolean },
    private readonly observer: {
      headers(status: number, requestId: string | undefined, ms: number): void;
      quiet(forMs: number): void;
    },
    /** Shared by all attempts of the turn. */
    private readonly size: AnswerSize,
    private readonly keys: KeyRedactor,
  ) {
    this.end = new Promise((resolve) => (this.resolveEnd = resolve));
    this.startedAt = deps.clock.monotonicNow();
    this.clocks = new IdleClocks(deps.clock, timeoutsFor(sent.request.model, sent.facts, deps.settings().timeout), {
      expired: this.catchDefects((clock, afterMs) =>
        clock === 'tail' ? this.onEnd(endOfStream) : this.fail({ type: 'timeout', clock, afterMs }),
      ),
      slept: this.catchDefects(() => this.fail('slept')),
      quiet: this.catchDefects((forMs) => observer.quiet(forMs)),
    });
    const tags = new ThinkTags((delta) => {
      // Accepts the usage even after the attempt has ended, because the chunk that ends it with a finish reason may
      // also contain the usage.
      if (!this.hasEnded || delta.type === 'usage') this.onDelta(delta);
    });
    const createFilter = keys.answerFilters();
    this.deltas = createFilter ? new RedactedDeltas(tags, createFilter) : tags;
    void this.run();
  }

  abandon(): void {
    this.finish({ type: 'abandoned' });
  }

  get isAccepted(): boolean {
    return this.status !== undefined && this.status >= 200 && this.status < 300;
  }

  get hasStreamed(): boolean {
    return this.firstTokenAt !== undefined;
  }

  get hasCompleteToolCalls(): boolean {
    return this.sawToolCall && this.toolCalls.areComplete;
  }

  idleMs(): number {
    return Math.max(0, this.deps.clock.monotonicNow() - this.clocks.lastPayload);
  }

  /** Later calls return undefined, so that the attempt is counted only once. */
  takeStats(): AttemptStats | undefined {
    if (this.statsTaken) return undefined;
    this.statsTaken = true;
    const { startedAt, firstTokenAt, bytes, chars, cost } = this;
    const usage = cost === undefined ? this.usage : { cost, ...(this.usage ?? sumUsage([])) };
    const firstTokenMs = firstTokenAt === undefined ? undefined : firstTokenAt - startedAt;
    return { ms: this.deps.clock.monotonicNow() - startedAt, firstTokenMs, bytes, chars, usage };
  }

  private async run(): Promise<void> {
    try {
      const response = await send(this.deps, this.sent, this.controller.signal, (status, headers) =>
        this.onHeaders(status, headers),
      );
      if (this.hasEnded) return;
      const end = await readBody(response, {
        bytes: (count) => {
          this.bytes += count;
          this.clocks.onBytes();
          if (!this.size.addBytes(count)) this.fail('answerTooLong');
        },
        event: (data, name) => this.onEvent(data, name),
        endOfRead: () => this.passCollected(),
        tooLong: () => this.fail('endlessEvent'),
        isDone: () => this.hasEnded,
      });
      if (end) this.onEnd(end);
    } catch (error) {
      this.onError(error);
    }
  }

  private catchDefects<Args extends readonly unknown[]>(call: (...args: Args) => void): (...args: Args) => void {
    return (...args) => {
      try {
        call(...args);
      } catch (error) {
        this.finish({ type: 'defect', error });
      }
    };
  }

  private onHeaders(status: number, headers: Headers): void {
    if (this.hasEnded) return;
    this.status = status;
    this.requestId = requestIdOf(headers, this.keys);
    this.cost = costInHeaders(headers);
    this.clocks.onHeaders();
    this.observer.headers(status, this.requestId, this.deps.clock.monotonicNow() - this.startedAt);
  }

  private onEvent(data: string, name: string | undefined): void {
    if (this.hasEnded) return;
    if (data.length < 20 && data.trim() === '[DONE]') return this.onDone();
    if (name === 'error') return this.collect({ type: 'error', error: parseJson(data) ?? data });
    this.isLastEventGarbled = !this.chunks.read(data);
    if (!this.isLastEventGarbled || ++this.garbledEvents < 2) return;
    this.fail('garbledStream');
  }

  /** Joins adjacent texts of one read, because each further step costs as much for one token as for many. */
  private collect(delta: Delta): void {
    if (delta.type === 'text' || delta.type === 'reasoning') {
      if (this.collected?.type !== delta.type) {
        this.passCollected();
        this.collected = { type: delta.type, text: '' };
      }
      this.collected.text += delta.text;
    } else {
      if (delta.type !== 'finishReasonPending') this.passCollected();
      this.deltas.onDelta(delta);
    }
  }

  private passCollected(): void {
    const { collected } = this;
    this.collected = undefined;
    if (collected) this.deltas.onDelta(collected);
  }

  private flushDeltas(): void {
    this.passCollected();
    this.deltas.flush();
  }

  private onDelta(delta: Delta): void {
    switch (delta.type) {
      case 'text':
      case 'reasoning':
        if (!this.count(delta.text.length)) return;
        this.sawText ||= delta.type === 'text';
        this.answer.add(delta);
        return;
      case 'textWasReasoning':
        this.sawText = false;
        this.answer.add(delta);
        return;
      case 'restartInStream':
        // When the gateway starts the answer over, fails the attempt if tool calls or a continuation have arrived,
        // because neither can be removed from the answer again.
        if (this.sawToolCall || !this.answer.add(delta)) this.fail('finishedWithError');
        return;
      case 'toolCall':
        return this.onToolCall(delta.part);
      case 'finish':
        return this.onFinish(delta.finish);
      case 'finishReasonPending':
        this.hasFinishReasonField = true;
        return;
      case 'usage':
        this.usage = delta.usage;
        return;
      case 'error':
        return this.fail({ type: 'inband', error: this.withoutKeys(delta.error), streamed: this.hasStreamed });
    }
  }

  private onToolCall(receivedPart: ToolCallPart): void {
    const part = this.toolCalls.numberPart(receivedPart);
    if (!part) return this.fail('answerTooLong');
    if (!this.count(part.id.length + part.name.length + part.arguments.length, 0)) return;
    this.sawToolCall = true;
    this.answer.add({ type: 'toolCall', part });
  }

  private onFinish(finish: Finish): void {
    if (finish.type === 'cut') return this.fail('finishedWithError');
    if (finish.type === 'filtered') return this.fail('answerFiltered');
    // Starts the timeout for the end of the stream only once: some gateways repeat the finish reason in further chunks,
    // which must not extend the timeout.
    if (this.finishReason === undefined) this.clocks.startTail(tailMs);
    this.finishReason = this.keys.redact(finish.reason);
    this.sent.behavior.finishReason = 'sent';
  }

  /** Returns false if the answer is too long, and the attempt has failed. */
  private count(chars: number, visibleChars = chars): boolean {
    if (!this.size.addChars(chars)) {
      this.fail('answerTooLong');
      return false;
    }
    this.clocks.onPayload();
    this.chars += visibleChars;
    this.firstTokenAt ??= this.clocks.lastPayload;
    return true;
  }

  /** A very long error is truncated and returned as text, because it is no longer JSON. */
  private withoutKeys(error: unknown): unknown {
    const redacted = this.keys.redactKnown(printJson(error).slice(0, errorBodyLimits.bytes));
    return parseJson(redacted) ?? redacted;
  }

  private onDone(): void {
    this.flushDeltas();
    if (this.isLastEventGarbled) return this.fail('garbledStream');
    this.sawDone = true;
    // Waits for the end of the body, because the connection can be reused only after it. The end usually arrives
    // immediately.
    this.clocks.startTail(drainMs);
  }

  private onEnd(end: BodyEnd): void {
    this.flushDeltas();
    switch (end.kind) {
      case 'web-page':
        return this.fail('webPage');
      case 'stream':
        if (this.isComplete) return this.complete();
        if (this.sawDone && this.hasFinishReasonField) return this.fail('finishReasonMissing');
        return this.fail(end.empty ? 'noBody' : 'streamTruncated');
      case 'json':
      case 'unknown':
        return end.text === '' ? this.fail('noBody') : this.onJsonBody(end.text);
    }
  }

  /** The answer of a gateway that does not stream, or an error. */
  private onJsonBody(text: string): void {
    const isReadable = readChunk(text, (delta) => this.collect(delta));
    this.flushDeltas();
    const error = parseJson(text);
    if (isReadable && (this.hasAnswer || this.finishReason !== undefined)) this.complete();
    // An object with nothing but a message is an error whose status the gateway has lost.
    else if (isReadable && readJsonError(error).message !== '') this.onDelta({ type: 'error', error });
    else this.fail('garbledBody');
  }

  private get isComplete(): boolean {
    const mayOmitReason = !this.hasFinishReasonField || this.sent.behavior.finishReason === 'omitted';
    return this.finishReason !== undefined || (this.sawDone && this.hasAnswer && mayOmitReason);
  }

  get hasAnswer(): boolean {
    return this.sawText || this.sawToolCall;
  }

  private onError(error: unknown): void {
    if (error instanceof HttpRejection) {
      const { status, headers, body } = error;
      return this.fail({ type: 'status', status, headers, body: this.keys.redactKnown(body) });
    }
    if (!(error instanceof ConnectionFailure)) return this.finish({ type: 'defect', error });
    const { baseUrl } = this.sent.connection;
    this.fail({ type: 'error', error: error.cause, streaming: this.status !== undefined, baseUrl });
  }

  private complete(): void {
    const finishReason = this.finishReason ?? 'stop';
    // Accepts an answer without text that has reached the token limit, because it may continue a partial answer.
    if (this.hasAnswer || finishReason === 'length') return this.finish({ type: 'finished', finishReason });
    this.finish({ type: 'fault', evidence: 'noText' });
  }

  private fail(evidence: Evidence): void {
    if (this.isComplete) this.complete();
    else this.finish({ type: 'fault', evidence });
  }

  private finish(end: AttemptEnd): void {
    if (this.hasEnded) return;
    if (end.type === 'finished' || end.type === 'fault') this.flushDeltas();
    this.hasEnded = true;
    this.clocks.dispose();
    this.controller.abort();
    this.resolveEnd(end);
  }
}
