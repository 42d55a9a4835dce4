import type { EngineDeps } from '../engine';
import type { Usage } from '../events';
import type { Evidence } from '../faults/classify';
import type { KnownKeys } from '../gateway/knownKeys';
import { parseJson, printJson } from '../json';
import { ChunkReader } from './chunkReader';
import { RedactedDeltas, ThinkTags } from './deltaFilters';
import {
  readChunk,
  ToolCallNumbers,
  type AnswerDelta,
  type Delta,
  type DeltaFilter,
  type Finish,
  type ToolCallPart,
} from './dialect';
import { drainMs, IdleClocks, tailMs, timeoutsFor } from './idleClocks';
import { ConnectionFailure, errorBodyLimits, readBody, type BodyEnd } from './responseBody';
import { HttpRejection, requestIdOf, send, type AttemptRequest } from './transport';

export type AttemptEnd =
  | { readonly type: 'finished'; readonly finishReason: string }
  | { readonly type: 'fault'; readonly evidence: Evidence }
  /** The code of the extension has thrown an exception. */
  | { readonly type: 'defect'; readonly error: unknown }
  | { readonly type: 'abandoned' };

interface AttemptStats {
  readonly ms: number;
  readonly firstTokenMs: number | undefined;
  readonly bytes: number;
  readonly chars: number;
  readonly usage: Usage | undefined;
}

/** What a stream counts as that goes on after its last event. */
const endOfStream: BodyEnd = { kind: 'stream', empty: false };

/**
 * One request and its response, with clocks. It settles exactly once; whatever the network says after that is
 * stale and goes nowhere, so stopping never waits for a socket.
 */
export class Attempt {
  readonly end: Promise<AttemptEnd>;
  /** Monotonic. */
  readonly startedAt: number;
  status: number | undefined;
  requestId: string | undefined;

  private bytes = 0;
  private chars = 0;
  private firstTokenAt: number | undefined;
  private resolveEnd!: (end: AttemptEnd) => void;
  private hasEnded = false;
  /** Fresh for each attempt: listeners on a longer-lived signal would pile up. */
  private readonly controller = new AbortController();
  private readonly clocks: IdleClocks;
  private readonly deltas: DeltaFilter;
  private readonly chunks: ChunkReader;
  private readonly toolCalls = new ToolCallNumbers();
  private finishReason: string | undefined;
  private sawText = false;
  private sawReasoning = false;
  private sawToolCall = false;
  private statsTaken = false;
  private sawDone = false;
  /** A chunk had an empty `finish_reason` field. If no later chunk gives a reason, the answer counts as cut. */
  private hasFinishReasonField = false;
  private garbledEvents = 0;
  /** Whether the last event was not JSON. Its meaning is unknown. */
  private isLastEventGarbled = false;
  /** The last one the response reported; servers repeat it, growing. */
  private usage: Usage | undefined;

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
    private readonly keys: KnownKeys,
  ) {
    this.end = new Promise((resolve) => (this.resolveEnd = resolve));
    this.startedAt = deps.clock.ticks();
    this.clocks = new IdleClocks(deps.clock, timeoutsFor(sent.request.model, deps.settings().timeout), {
      expired: this.catchDefects((clock, afterMs) =>
        clock === 'tail' ? this.onEnd(endOfStream) : this.fail({ type: 'timeout', clock, afterMs }),
      ),
      slept: this.catchDefects(() => this.fail({ type: 'slept' })),
      quiet: this.catchDefects((forMs) => observer.quiet(forMs)),
    });
    const tags = new ThinkTags((delta) => {
      // The chunk with the finish reason that ended the attempt may also report what the attempt has cost.
      if (!this.hasEnded || delta.type === 'usage') this.onDelta(delta);
    });
    const spellings = keys.spellingsInAnswers;
    this.deltas = spellings.length === 0 ? tags : new RedactedDeltas(tags, spellings);
    this.chunks = new ChunkReader(this.deltas.onDelta);
    void this.run();
  }

  /** Ends it at once; the socket is closed. */
  abandon(): void {
    this.finish({ type: 'abandoned' });
  }

  /** The gateway has taken the request: its stream has begun. */
  get isAccepted(): boolean {
    return this.status !== undefined && this.status >= 200 && this.status < 300;
  }

  /** Text, reasoning or a tool call has arrived. */
  get streamed(): boolean {
    return this.firstTokenAt !== undefined;
  }

  /** Whether the model has called tools and the arguments of every call are complete JSON. */
  get hasCompleteToolCalls(): boolean {
    return this.sawToolCall && this.toolCalls.areComplete;
  }

  /** Milliseconds without anything new: up to the first token, or since the last one. */
  idleMs(): number {
    return Math.max(0, this.deps.clock.ticks() - this.clocks.lastPayload);
  }

  /** Once: what it brought and cost, as far as the server said. */
  takeAccount(): AttemptStats | undefined {
    if (this.statsTaken) return undefined;
    this.statsTaken = true;
    const { startedAt, firstTokenAt, bytes, chars, usage } = this;
    const firstTokenMs = firstTokenAt === undefined ? undefined : firstTokenAt - startedAt;
    return { ms: this.deps.clock.ticks() - startedAt, firstTokenMs, bytes, chars, usage };
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
          if (!this.size.addBytes(count)) this.fail({ type: 'too-long' });
        },
        event: (data, name) => this.onEvent(data, name),
        tooLong: () => this.fail({ type: 'endless-event' }),
        isDone: () => this.hasEnded,
      });
      if (end) this.onEnd(end);
    } catch (error) {
      this.onError(error);
    }
  }

  /** Wraps a callback of a timer: an exception in it ends the attempt as a defect. */
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
    this.clocks.onHeaders();
    this.observer.headers(status, this.requestId, this.deps.clock.ticks() - this.startedAt);
  }

  private onEvent(data: string, name: string | undefined): void {
    if (this.hasEnded) return;
    if (data.length < 20 && data.trim() === '[DONE]') return this.onDone();
    if (name === 'error') return this.deltas.onDelta({ type: 'error', error: parseJson(data) ?? data });
    this.isLastEventGarbled = !this.chunks.read(data);
    if (!this.isLastEventGarbled || ++this.garbledEvents < 2) return;
    this.fail({ type: 'garbled', what: 'events' });
  }

  private onDelta(delta: Delta): void {
    switch (delta.type) {
      case 'text':
      case 'reasoning':
        if (!this.count(delta.text.length)) return;
        if (delta.type === 'text') this.sawText = true;
        else this.sawReasoning = true;
        this.answer.add(delta);
        return;
      case 'textWasReasoning':
        this.sawText = false;
        this.sawReasoning = true;
        this.answer.add(delta);
        return;
      case 'restartInStream':
        // Pieces of tool calls can't be taken back, nor a continuation.
        if (this.sawToolCall || !this.answer.add(delta)) this.fail({ type: 'finish-error' });
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
        return this.fail({ type: 'inband', error: this.withoutKeys(delta.error), streamed: this.streamed });
    }
  }

  private onToolCall(sent: ToolCallPart): void {
    const part = this.toolCalls.numberPart(sent);
    if (!part) return this.fail({ type: 'too-long' });
    if (!this.count(part.id.length + part.name.length + part.arguments.length, 0)) return;
    this.sawToolCall = true;
    this.answer.add({ type: 'toolCall', part });
  }

  private onFinish(finish: Finish): void {
    if (finish.type === 'cut') return this.fail({ type: 'finish-error' });
    if (finish.type === 'filtered') return this.fail({ type: 'filtered' });
    // Some servers say it again and again; the tail is not prolonged by that.
    if (this.finishReason === undefined) this.clocks.startTail(tailMs);
    this.finishReason = this.keys.redact(finish.reason);
    this.sent.behavior.finishReason = 'sent';
  }

  /**
   * Counts a part of the answer, and fails the attempt if the answer becomes too long.
   * @param shown how many of these characters are text or reasoning
   * @returns whether to pass the part on
   */
  private count(chars: number, shown = chars): boolean {
    if (!this.size.addChars(chars)) {
      this.fail({ type: 'too-long' });
      return false;
    }
    this.clocks.onPayload();
    this.chars += shown;
    this.firstTokenAt ??= this.clocks.lastPayload;
    return true;
  }

  /**
   * Removes keys from an error. An error longer than the limit for error bodies is cut and then returned as text,
   * because it is no longer valid JSON.
   */
  private withoutKeys(error: unknown): unknown {
    const redacted = this.keys.redactKnown(printJson(error).slice(0, errorBodyLimits.bytes));
    return parseJson(redacted) ?? redacted;
  }

  /** `[DONE]` completes an answer without a finish reason only if the gateway never sends `finish_reason`. */
  private onDone(): void {
    this.deltas.flush();
    if (this.isLastEventGarbled) return this.fail({ type: 'garbled', what: 'events' });
    this.sawDone = true;
    // The end of the body is on its way; waiting for it lets the connection be used again.
    this.clocks.startTail(drainMs);
  }

  private onEnd(end: BodyEnd): void {
    this.deltas.flush();
    switch (end.kind) {
      case 'web-page':
        return this.fail({ type: 'web-page' });
      case 'stream':
        if (this.isComplete) return this.complete();
        if (this.sawDone && this.hasFinishReasonField) return this.fail({ type: 'finish-reason-missing' });
        return this.fail({ type: end.empty ? 'no-body' : 'eof' });
      case 'json':
      case 'unknown':
        return end.text === '' ? this.fail({ type: 'no-body' }) : this.onJsonBody(end.text);
    }
  }

  /** A gateway that does not stream answers, or refuses, in one piece. */
  private onJsonBody(text: string): void {
    const readable = readChunk(text, this.deltas.onDelta);
    this.deltas.flush();
    if (readable && (this.sawAnswer || this.finishReason !== undefined)) this.complete();
    else this.fail({ type: 'garbled', what: 'json' });
  }

  /** Nothing can spoil it any more. */
  private get isComplete(): boolean {
    const mayOmitReason = !this.hasFinishReasonField || this.sent.behavior.finishReason === 'omitted';
    return this.finishReason !== undefined || (this.sawDone && this.sawAnswer && mayOmitReason);
  }

  private get sawAnswer(): boolean {
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
    // A model that spent all its tokens on thinking has reached the limit; asking again would only spend them again.
    const whole = this.sawAnswer || (finishReason === 'length' && this.sawReasoning);
    if (whole) return this.finish({ type: 'finished', finishReason });
    this.finish({ type: 'fault', evidence: { type: 'no-text' } });
  }

  private fail(evidence: Evidence): void {
    if (this.isComplete) this.complete();
    else this.finish({ type: 'fault', evidence });
  }

  private finish(end: AttemptEnd): void {
    if (this.hasEnded) return;
    if (end.type === 'finished' || end.type === 'fault') this.deltas.flush();
    this.hasEnded = true;
    this.clocks.dispose();
    this.controller.abort();
    this.resolveEnd(end);
  }
}

/**
 * Limit for the text, reasoning and tool calls of all attempts of one turn, in characters (UTF-16 code units). No model
 * writes nearly as much, and a journal of this size can still be read back into memory.
 */
export const maxAnswerChars = 32 * 1024 * 1024;

/**
 * Limit for the response bodies of one turn, in bytes. A streamed event takes up to 400 bytes for a single token, so
 * the body of the longest answers (128,000 tokens) is about 50 MB. The limit leaves room for several attempts, but not
 * for an endless stream of comments.
 */
export const maxTurnBytes = 256 * 1024 * 1024;

/** Counts the characters and bytes that all attempts of one turn have received. */
export class AnswerSize {
  private chars = 0;
  private bytes = 0;

  /** Counts characters of the answer. @returns false when the total exceeds the limit: they must then be dropped */
  addChars(count: number): boolean {
    this.chars += count;
    return this.chars <= maxAnswerChars;
  }

  /** Counts bytes of a response body. @returns false when the total exceeds the limit */
  addBytes(count: number): boolean {
    this.bytes += count;
    return this.bytes <= maxTurnBytes;
  }
}
