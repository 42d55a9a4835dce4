import { ChunkReader } from './chunkReader';
import { readChunk, type ToolCallPart } from './dialect';
import type { EngineDeps } from './engine';
import type { Usage } from './events';
import type { Evidence } from './faults/classify';
import { IdleClocks } from './idleClocks';
import { parseJson } from './json';
import { readBody, type BodyEnd } from './responseBody';
import { ThinkTags, type ThinkTagSink } from './thinkTags';
import { drainMs, tailMs, timeoutsFor } from './timeouts';
import { ToolCallNumbers } from './toolCallParts';
import { HttpRejection, requestIdOf, send, type AttemptRequest } from './transport';

/** What the attempt tells while it runs. */
export interface AttemptSink {
  headers(status: number, requestId: string | undefined, ms: number): void;
  text(text: string): void;
  reasoning(text: string): void;
  /** The text of this attempt so far was reasoning. */
  textWasReasoning(text: string): void;
  /**
   * The gateway starts the answer over: the text that follows replaces that of this attempt.
   * @returns whether it can, which a continuation can't
   */
  restartInStream(): boolean;
  toolCall(part: ToolCallPart): void;
  quiet(forMs: number): void;
}

export type AttemptEnd =
  | { readonly type: 'finished'; readonly finishReason: string }
  | { readonly type: 'fault'; readonly evidence: Evidence }
  | { readonly type: 'abandoned' };

export interface AttemptAccount {
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
  private settle!: (end: AttemptEnd) => void;
  private settled = false;
  /** Fresh for each attempt: listeners on a longer-lived signal would pile up. */
  private readonly controller = new AbortController();
  private readonly clocks: IdleClocks;
  private readonly delta: ThinkTags;
  private readonly chunks: ChunkReader;
  private readonly toolCalls = new ToolCallNumbers();
  private finishReason: string | undefined;
  private sawText = false;
  private sawReasoning = false;
  private sawToolCall = false;
  private accounted = false;
  private sawDone = false;
  /** A chunk had a `finish_reason` field. The answer is cut unless a later chunk fills it in. */
  private hasFinishReasonField = false;
  private garbledEvents = 0;
  /** The last event is no JSON: who knows what it was to say. */
  private lastGarbled = false;
  /** The last one the response reported; servers repeat it, growing. */
  private usage: Usage | undefined;

  constructor(
    private readonly deps: EngineDeps,
    private readonly what: AttemptRequest,
    private readonly sink: AttemptSink,
  ) {
    this.end = new Promise((resolve) => (this.settle = resolve));
    this.startedAt = deps.clock.ticks();
    this.clocks = new IdleClocks(deps.clock, timeoutsFor(what.request.model, deps.settings().timeout), {
      expired: (clock, afterMs) =>
        clock === 'tail' ? this.onEnd(endOfStream) : this.fail({ type: 'timeout', clock, afterMs }),
      slept: () => this.fail({ type: 'slept' }),
      quiet: (forMs) => sink.quiet(forMs),
    });
    this.delta = new ThinkTags(this.deltaSink());
    this.chunks = new ChunkReader(this.delta);
    void this.run();
  }

  /** Ends it at once; the socket is closed. */
  abandon(): void {
    this.finish({ type: 'abandoned' });
  }

  /** The gateway has taken the request: its stream has begun. */
  get taken(): boolean {
    return this.status !== undefined && this.status >= 200 && this.status < 300;
  }

  /** Text, reasoning or a tool call has arrived. */
  get streamed(): boolean {
    return this.firstTokenAt !== undefined;
  }

  /** The model has called tools, and the arguments of every call are whole. */
  get hasCompleteToolCalls(): boolean {
    return this.sawToolCall && this.toolCalls.areComplete;
  }

  /** Milliseconds without anything new: up to the first token, or since the last one. */
  idleMs(): number {
    return Math.max(0, this.deps.clock.ticks() - this.clocks.lastPayload);
  }

  /** Once: what it brought and cost, as far as the server said. */
  takeAccount(): AttemptAccount | undefined {
    if (this.accounted) return undefined;
    this.accounted = true;
    const { startedAt, firstTokenAt, bytes, chars, usage } = this;
    const firstTokenMs = firstTokenAt === undefined ? undefined : firstTokenAt - startedAt;
    return { ms: this.deps.clock.ticks() - startedAt, firstTokenMs, bytes, chars, usage };
  }

  private async run(): Promise<void> {
    try {
      const response = await send(this.deps, this.what, this.controller.signal, (status, headers) =>
        this.onHeaders(status, headers),
      );
      if (this.settled) return;
      const end = await readBody(response, {
        bytes: (count) => {
          this.bytes += count;
          this.clocks.bytes();
        },
        event: (data, name) => this.onEvent(data, name),
        endless: () => this.fail({ type: 'endless-event' }),
        over: () => this.settled,
      });
      if (end) this.onEnd(end);
    } catch (error) {
      this.onError(error);
    }
  }

  private onHeaders(status: number, headers: Headers): void {
    if (this.settled) return;
    this.status = status;
    this.requestId = requestIdOf(headers);
    this.clocks.headers();
    this.sink.headers(status, this.requestId, this.deps.clock.ticks() - this.startedAt);
  }

  private onEvent(data: string, name: string | undefined): void {
    if (this.settled) return;
    if (data.length < 20 && data.trim() === '[DONE]') return this.onDone();
    if (name === 'error') return this.delta.error(parseJson(data) ?? data);
    this.lastGarbled = !this.chunks.read(data);
    if (!this.lastGarbled || ++this.garbledEvents < 2) return;
    this.fail({ type: 'garbled', what: 'events' });
  }

  private deltaSink(): ThinkTagSink {
    return {
      text: (text) => {
        if (this.settled) return;
        this.sawText = true;
        this.payload(text.length);
        this.sink.text(text);
      },
      reasoning: (text) => {
        if (this.settled) return;
        this.sawReasoning = true;
        this.payload(text.length);
        this.sink.reasoning(text);
      },
      textWasReasoning: (text) => {
        if (this.settled) return;
        this.sawText = false;
        this.sawReasoning = true;
        this.sink.textWasReasoning(text);
      },
      restartInStream: () => {
        if (this.settled) return;
        // Pieces of tool calls can't be taken back, nor a continuation.
        if (this.sawToolCall || !this.sink.restartInStream()) this.fail({ type: 'finish-error' });
      },
      toolCall: (part) => {
        if (this.settled) return;
        this.sawToolCall = true;
        this.payload(0);
        this.sink.toolCall(this.toolCalls.numberPart(part));
      },
      finish: (finish) => {
        if (finish.type === 'cut') return this.fail({ type: 'finish-error' });
        if (finish.type === 'filtered') return this.fail({ type: 'filtered' });
        // Some servers say it again and again; the tail is not prolonged by that.
        if (this.finishReason === undefined) this.clocks.tail(tailMs);
        this.finishReason = finish.reason;
        this.what.behavior.finishReason = 'sent';
      },
      finishReasonPending: () => (this.hasFinishReasonField = true),
      usage: (usage) => (this.usage = usage),
      error: (error) => this.fail({ type: 'inband', error, streamed: this.streamed }),
    };
  }

  private payload(chars: number): void {
    this.clocks.payload();
    this.chars += chars;
    this.firstTokenAt ??= this.clocks.lastPayload;
  }

  /** `[DONE]` completes an answer without a finish reason only if the gateway never sends `finish_reason`. */
  private onDone(): void {
    this.delta.flush();
    if (this.lastGarbled) return this.fail({ type: 'garbled', what: 'events' });
    this.sawDone = true;
    // The end of the body is on its way; waiting for it lets the connection be used again.
    this.clocks.tail(drainMs);
  }

  private onEnd(end: BodyEnd): void {
    this.delta.flush();
    switch (end.kind) {
      case 'web-page':
        return this.fail({ type: 'web-page' });
      case 'stream':
        if (this.isWhole) return this.complete();
        if (this.sawDone && this.hasFinishReasonField) return this.fail({ type: 'finish-reason-missing' });
        return this.fail({ type: end.empty ? 'no-body' : 'eof' });
      case 'json':
      case 'unknown':
        return end.text === '' ? this.fail({ type: 'no-body' }) : this.onWholeJson(end.text);
    }
  }

  /** A gateway that does not stream answers, or refuses, in one piece. */
  private onWholeJson(text: string): void {
    const readable = readChunk(text, this.delta);
    this.delta.flush();
    if (readable && (this.sawAnswer || this.finishReason !== undefined)) this.complete();
    else this.fail({ type: 'garbled', what: 'json' });
  }

  /** Nothing can spoil it any more. */
  private get isWhole(): boolean {
    const mayOmitReason = !this.hasFinishReasonField || this.what.behavior.finishReason === 'omitted';
    return this.finishReason !== undefined || (this.sawDone && this.sawAnswer && mayOmitReason);
  }

  private get sawAnswer(): boolean {
    return this.sawText || this.sawToolCall;
  }

  private onError(error: unknown): void {
    if (error instanceof HttpRejection) {
      const { status, headers, body } = error;
      return this.fail({ type: 'status', status, headers, body });
    }
    const { baseUrl } = this.what.connection;
    this.fail({ type: 'error', error, streaming: this.status !== undefined, baseUrl });
  }

  private complete(): void {
    const finishReason = this.finishReason ?? 'stop';
    // A model that spent all its tokens on thinking has reached the limit; asking again would only spend them again.
    const whole = this.sawAnswer || (finishReason === 'length' && this.sawReasoning);
    if (whole) return this.finish({ type: 'finished', finishReason });
    this.finish({ type: 'fault', evidence: { type: 'no-text' } });
  }

  private fail(evidence: Evidence): void {
    if (this.isWhole) this.complete();
    else this.finish({ type: 'fault', evidence });
  }

  private finish(end: AttemptEnd): void {
    if (this.settled) return;
    if (end.type !== 'abandoned') this.delta.flush();
    this.settled = true;
    this.clocks.dispose();
    this.controller.abort();
    this.settle(end);
  }
}
