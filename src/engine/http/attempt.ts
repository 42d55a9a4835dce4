import type { EngineDeps } from '../engine';
import type { Usage } from '../events';
import type { Evidence } from '../faults/classify';
import { readJsonError } from '../faults/providerError';
import type { KeyRedactor } from '../gateway/keyRedactor';
import { parseJson, printJson } from '../json';
import { sumUsage } from '../state/usage';
import { ChunkReader } from './chunkReader';
import { RedactedDeltas, ThinkTags } from './deltaFilters';
import type { AnswerDelta, Delta, DeltaFilter, ToolCallPart } from './deltas';
import { readChunk, ToolCallNumbers } from './dialect';
import type { Finish } from './finishReason';
import { drainMs, IdleClocks, tailMs, timeoutsFor } from './idleClocks';
import { ConnectionFailure, errorBodyLimits, readBody, type BodyEnd } from './responseBody';
import { HttpRejection, requestIdOf, send, type AttemptRequest } from './transport';
import { costInHeaders } from './usageFields';

/** The way in which an attempt ended. */
export type AttemptEnd =
  | { readonly type: 'finished'; readonly finishReason: string }
  | { readonly type: 'fault'; readonly evidence: Evidence }
  /** The code of this extension has thrown an exception. */
  | { readonly type: 'defect'; readonly error: unknown }
  | { readonly type: 'abandoned' };

/** Duration and size of an attempt. While the attempt runs, these are the values up to now. */
interface AttemptStats {
  readonly ms: number;
  /** Milliseconds from the start of the attempt to the first text, reasoning or tool call. */
  readonly firstTokenMs: number | undefined;
  readonly bytes: number;
  readonly chars: number;
  readonly usage: Usage | undefined;
}

/** The assumed result of reading the body if the answer is complete, but the gateway keeps the stream open. */
const endOfStream: BodyEnd = { kind: 'stream', empty: false };

/**
 * One HTTP request of a turn and its response, with timeouts. An attempt ends exactly once. Everything that arrives
 * afterwards is ignored, so stopping an attempt never waits for a socket.
 */
export class Attempt {
  readonly end: Promise<AttemptEnd>;
  /** Monotonic time at which the attempt started, in milliseconds. */
  readonly startedAt: number;
  status: number | undefined;
  requestId: string | undefined;

  private bytes = 0;
  private chars = 0;
  private firstTokenAt: number | undefined;
  private resolveEnd!: (end: AttemptEnd) => void;
  private hasEnded = false;
  /** Each attempt has its own controller, because listeners would accumulate on a signal that outlives the attempt. */
  private readonly controller = new AbortController();
  private readonly clocks: IdleClocks;
  private readonly deltas: DeltaFilter;
  private readonly chunks = new ChunkReader((delta) => this.collect(delta));
  /** The text or reasoning of the current read from the network. It is passed on as a whole. */
  private collected: { readonly type: 'text' | 'reasoning'; text: string } | undefined;
  private readonly toolCalls = new ToolCallNumbers();
  private finishReason: string | undefined;
  private sawText = false;
  private sawToolCall = false;
  private statsTaken = false;
  private sawDone = false;
  /**
   * Whether a chunk had an empty `finish_reason` field. If no later chunk has a finish reason, the answer counts as
   * incomplete.
   */
  private hasFinishReasonField = false;
  private garbledEvents = 0;
  /** Whether the last event was not a JSON object and therefore could not be read. */
  private isLastEventGarbled = false;
  /** The last usage that the response reported. Gateways may report it repeatedly, with growing numbers. */
  private usage: Usage | undefined;
  /** The price of the request in USD, if the headers of the response report it. */
  private cost: number | undefined;

  constructor(
    private readonly deps: EngineDeps,
    private readonly sent: AttemptRequest,
    private readonly answer: { add(delta: AnswerDelta): boolean },
    private readonly observer: {
      headers(status: number, requestId: string | undefined, ms: number): void;
      quiet(forMs: number): void;
    },
    /** The size of the answer, shared by all attempts of the turn. */
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

  /** Ends the attempt immediately and closes its socket. */
  abandon(): void {
    this.finish({ type: 'abandoned' });
  }

  /** Whether the gateway has accepted the request with a 2xx status. */
  get isAccepted(): boolean {
    return this.status !== undefined && this.status >= 200 && this.status < 300;
  }

  /** Whether text, reasoning or a tool call has arrived. */
  get hasStreamed(): boolean {
    return this.firstTokenAt !== undefined;
  }

  /** Whether the model has called tools and the arguments of every call are complete JSON. */
  get hasCompleteToolCalls(): boolean {
    return this.sawToolCall && this.toolCalls.areComplete;
  }

  /** Returns the milliseconds since the last text, reasoning or tool call, or since the start of the attempt. */
  idleMs(): number {
    return Math.max(0, this.deps.clock.monotonicNow() - this.clocks.lastPayload);
  }

  /** Returns the statistics of the attempt. Later calls return undefined, so that the attempt is counted only once. */
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

  /** Wraps a callback of a timer, so that an exception in the callback ends the attempt as a defect. */
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

  /**
   * Passes on a delta. Adjacent deltas with text of one read are joined, because filtering, splicing and displaying them
   * costs as much for one token as for many.
   */
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

  /**
   * Counts a part of the answer, and fails the attempt if the answer is too long.
   *
   * @param chars length of the part, in characters
   * @param visibleChars the number of these characters that are text or reasoning
   * @returns whether the part may be added to the answer
   */
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

  /**
   * Returns an error without keys. An error that is longer than the limit for error bodies is truncated and returned as
   * text, because it is no longer valid JSON.
   */
  private withoutKeys(error: unknown): unknown {
    const redacted = this.keys.redactKnown(printJson(error).slice(0, errorBodyLimits.bytes));
    return parseJson(redacted) ?? redacted;
  }

  /**
   * Handles `[DONE]`, which completes an answer without a finish reason only if the gateway never sends
   * `finish_reason`.
   */
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

  /** Reads a body that is a single JSON document: the answer of a gateway that does not stream, or an error. */
  private onJsonBody(text: string): void {
    const isReadable = readChunk(text, (delta) => this.collect(delta));
    this.flushDeltas();
    const error = parseJson(text);
    if (isReadable && (this.hasAnswer || this.finishReason !== undefined)) this.complete();
    // An object with nothing but a message is an error whose status the gateway has lost.
    else if (isReadable && readJsonError(error).message !== '') this.onDelta({ type: 'error', error });
    else this.fail('garbledBody');
  }

  /** Whether the answer is complete, so that a later failure of the stream does not matter. */
  private get isComplete(): boolean {
    const mayOmitReason = !this.hasFinishReasonField || this.sent.behavior.finishReason === 'omitted';
    return this.finishReason !== undefined || (this.sawDone && this.hasAnswer && mayOmitReason);
  }

  /** Whether text or a tool call has arrived. */
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

/**
 * Limit for the text, reasoning and tool calls of all attempts of a turn, in characters (UTF-16 code units). No model
 * writes nearly as much, and a journal of this size still fits into memory.
 */
export const maxAnswerChars = 32 * 1024 * 1024;

/**
 * Limit for the response bodies of a turn, in bytes. A streamed event takes up to 400 bytes for a single token, so the
 * body of the longest answers (128,000 tokens) is about 50 MB long. The limit allows several attempts of that size, but
 * no endless stream of comments.
 */
export const maxTurnBytes = 256 * 1024 * 1024;

/** Counts the characters and bytes that all attempts of a turn have received. */
export class AnswerSize {
  private chars = 0;
  private bytes = 0;

  /**
   * Adds characters of the answer to the total of the turn.
   *
   * @returns false if the total exceeds the limit and the characters must be dropped
   */
  addChars(count: number): boolean {
    this.chars += count;
    return this.chars <= maxAnswerChars;
  }

  /** Adds bytes of a response body to the total of the turn. @returns false if the total exceeds the limit */
  addBytes(count: number): boolean {
    this.bytes += count;
    return this.bytes <= maxTurnBytes;
  }
}
