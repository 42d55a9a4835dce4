import type { EngineDeps } from '../engine';
import type { Usage } from '../events/events';
import type { Evidence } from '../faults/classify';
import { readProviderError } from '../faults/providerError';
import { isRecord, parseJson, printJson } from '../json';
import { mergeUsage } from '../state/usage';
import { estimateFraction } from '../text/tokenEstimate';
import { ChunkReader } from './chunkReader';
import { JoinedTexts, ThinkTags } from './deltaFilters';
import type { AnswerDelta, Delta, DeltaReceiver, Finish, ToolCallPart } from './deltas';
import { readChunk, ToolCallNumbers } from './dialect';
import { EventScanner } from './eventScanner';
import { drainMs, IdleClocks, tailMs, timeoutsFor, type Expiry } from './idleClocks';
import { BodyReader, ConnectionFailure, errorBodyLimits, type BodyEnd, type BodySink } from './responseBody';
import type { ReceivedSize } from './receivedSize';
import { readRejection, requestIdOf, send, type AttemptRequest } from './transport';
import { usageInHeaders } from './usageFields';

/**
 * Maximum length of a response body that is treated as a plain-text message of the gateway, in characters. A longer
 * text is probably garbage.
 */
const maxPlainTextChars = 1000;

/**
 * The reason that is passed to `abort`. No code reads this reason, but without a reason each abort would create a
 * `DOMException`, which takes 0.1 ms.
 */
const attemptEnded = new Error('The attempt has ended.');

export type AttemptEnd =
  | { readonly type: 'finished'; readonly finishReason: string }
  | { readonly type: 'fault'; readonly evidence: Evidence }
  /** The code of this extension has thrown an exception. */
  | { readonly type: 'defect'; readonly error: unknown }
  | { readonly type: 'abandoned' };

/**
 * One HTTP request of a turn and its response, with timeouts. An attempt ends exactly once. Data that arrives
 * afterwards is ignored, so stopping an attempt never has to wait for a socket.
 */
export class Attempt implements BodySink, DeltaReceiver {
  readonly end: Promise<AttemptEnd>;
  /** Start of the attempt in monotonic milliseconds. */
  readonly startedAt: number;
  status: number | undefined;
  requestId: string | undefined;

  private bytes = 0;
  /** Number of characters of text and reasoning received so far. */
  private chars = 0;
  /** Estimated number of tokens of text and reasoning received so far. */
  private receivedTokens = 0;
  private firstTokenAt: number | undefined;
  private resolveEnd!: (end: AttemptEnd) => void;
  private isFailing = false;
  private hasEnded = false;
  /**
   * Aborts the attempt's request. Each attempt has its own controller. On a signal that several attempts share,
   * listeners would accumulate.
   */
  private readonly controller = new AbortController();
  private readonly behavior: AttemptRequest['behavior'];
  private readonly baseUrl: string;
  private readonly clocks: IdleClocks;
  private readonly deltas: JoinedTexts;
  private readonly chunks: ChunkReader;
  /**
   * The reader of the response body. The attempt keeps the reader even after the attempt has ended, so that V8 keeps
   * the optimized code of the reader's class. See `lastTurn` in `createEngine.ts`.
   */
  private body: BodyReader | undefined;
  private readonly toolCalls = new ToolCallNumbers();
  private finishReason: string | undefined;
  /**
   * Whether the finish reason reports a failure of the provider. The attempt does not fail until the received data has
   * been handled, because an error message with the cause might follow.
   */
  private isCut = false;
  private sawText = false;
  private sawToolCall = false;
  private statsTaken = false;
  private sawDone = false;
  /**
   * Whether a chunk had an empty `finish_reason` field. If so, a stream that ends with `[DONE]` but without a finish
   * reason is incomplete.
   */
  private hasFinishReasonField = false;
  private usage: Usage | undefined;

  constructor(
    private readonly deps: EngineDeps,
    sentRequest: AttemptRequest,
    private readonly answer: {
      add(delta: AnswerDelta): void;
      /**
       * Discards the text of this attempt, because the gateway starts the answer over in the middle of the stream.
       * @returns false if the text can't be discarded
       */
      startOver(): boolean;
      /**
       * Called after each read from the network, when all deltas (parts of the response) of this read have been
       * handled.
       */
      endRead(): void;
    },
    private readonly reportHeaders: (status: number, requestId: string | undefined, ms: number) => void,
    /** Counts the bytes and characters that all attempts of the turn have received. */
    private readonly size: ReceivedSize,
  ) {
    this.end = new Promise((resolve) => (this.resolveEnd = resolve));
    this.startedAt = deps.clock.monotonicNow();
    this.behavior = sentRequest.behavior;
    this.baseUrl = sentRequest.baseUrl;
    const timeouts = timeoutsFor(sentRequest.request.model, sentRequest.facts, sentRequest.timeout);
    this.clocks = new IdleClocks(deps.clock, timeouts, (expiry, afterMs) => this.onExpiry(expiry, afterMs));
    this.deltas = new JoinedTexts(new ThinkTags(this));
    this.chunks = new ChunkReader(this.deltas);
    void this.run(sentRequest);
  }

  /** Ends the attempt. Before the end, text that the filters hold back is added to the answer. */
  abandon(): void {
    if (this.hasEnded) return;
    try {
      this.deltas.flush();
    } catch (error) {
      this.finish({ type: 'defect', error });
    }
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

  /**
   * Returns what the attempt has received and how long it took. The second and any later call return undefined, so that
   * each attempt is counted only once.
   */
  takeStats() {
    if (this.statsTaken) return undefined;
    this.statsTaken = true;
    const { startedAt, firstTokenAt, bytes, chars, receivedTokens, usage } = this;
    // Time from the start of the attempt to the first text, reasoning or tool call.
    const firstTokenMs = firstTokenAt === undefined ? undefined : firstTokenAt - startedAt;
    return { ms: this.deps.clock.monotonicNow() - startedAt, firstTokenMs, bytes, chars, receivedTokens, usage };
  }

  /**
   * Sends the request and reads the response. The request is a parameter and not a property, because it contains the
   * API key and the attempt object lives longer than the turn.
   */
  private async run(sentRequest: AttemptRequest): Promise<void> {
    try {
      const observer = sentRequest.canSwitchGateway ? this.clocks : undefined;
      const response = await send(this.deps, sentRequest, this.controller.signal, observer);
      if (this.hasEnded) return;
      this.onHeaders(response);
      if (!response.ok) {
        this.fail(await readRejection(response, this.deps));
        return;
      }
      this.body = new BodyReader(response, this, this.chunks);
      const end = await this.body.read();
      if (end) this.onEnd(end);
    } catch (error) {
      this.onError(error);
    }
  }

  private onExpiry(expiry: Expiry, afterMs: number): void {
    try {
      if (expiry === 'tail') this.onEnd({ kind: 'stream' });
      else if (expiry === 'slept') this.fail('slept');
      else this.fail({ type: 'timeout', clock: expiry, afterMs });
    } catch (error) {
      this.endWithDefect(error);
    }
  }

  private onHeaders({ status, headers }: Response): void {
    this.status = status;
    this.requestId = requestIdOf(headers, this.deps.keys);
    this.usage = usageInHeaders(headers);
    this.clocks.onHeaders();
    this.reportHeaders(status, this.requestId, this.deps.clock.monotonicNow() - this.startedAt);
  }

  // The following methods implement `BodySink`.

  onBytes(count: number): void {
    this.bytes += count;
    this.clocks.onBytes();
    if (!this.size.addBytes(count)) this.fail('answerTooLong');
  }

  endRead(): void {
    this.deltas.endRead();
    if (this.isCut) this.fail('finishedWithError');
    this.answer.endRead();
    this.clocks.endRead();
  }

  isDone(): boolean {
    return this.hasEnded;
  }

  /** Handles a delta after all filters have processed it. */
  onDelta(delta: Delta): void {
    // The usage is accepted even after the end of the attempt. The last chunk can contain the finish reason, which ends
    // the attempt, together with the usage.
    if (this.hasEnded && delta.type !== 'usage') return;
    switch (delta.type) {
      case 'text':
      case 'reasoning':
        if (!this.count(delta.text.length)) return;
        this.receivedTokens += estimateFraction(delta.text);
        this.sawText ||= delta.type === 'text';
        this.answer.add(delta);
        return;
      case 'textWasReasoning':
        this.sawText = false;
        this.answer.add(delta);
        return;
      case 'restartInStream':
        // The gateway starts the answer over. The attempt fails if it has emitted tool calls or continues a partial
        // answer, because neither tool calls nor a continuation can be removed from the answer.
        if (this.sawToolCall || !this.answer.startOver()) this.fail('finishedWithError');
        return;
      case 'toolCall':
        return this.onToolCall(delta.part);
      case 'finish':
        return this.onFinish(delta.finish);
      case 'finishReasonPending':
        this.hasFinishReasonField = true;
        return;
      case 'usage':
        this.usage = mergeUsage(this.usage, delta.usage);
        return;
      case 'done':
        this.sawDone = true;
        // The connection can be reused only after the end of the body. The attempt waits for this end, which usually
        // arrives immediately.
        this.clocks.startTail(drainMs);
        return;
      case 'unreadable':
        return this.fail(delta.fault);
      case 'error':
        return this.fail({ type: 'inband', body: this.errorBody(delta.error), streamed: this.hasStreamed });
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
    this.isCut ||= finish.type === 'cut';
    if (finish.type === 'cut') return;
    if (finish.type === 'filtered') return this.fail('answerFiltered');
    // Only the first finish reason starts the timeout for the end of the stream. Some gateways repeat the finish reason
    // in further chunks, and these chunks must not extend the timeout.
    if (this.finishReason === undefined) this.clocks.startTail(tailMs);
    this.finishReason = finish.reason;
    this.behavior.finishReason = 'sent';
  }

  /**
   * Counts received characters.
   * @returns false if the turn exceeds its length limit; the attempt has then failed
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
   * Returns an error object as JSON text without API keys. A very long text is truncated, and is then no longer valid
   * JSON.
   */
  private errorBody(error: unknown): string {
    return this.deps.keys.redactKnown(printJson(error).slice(0, errorBodyLimits.bytes));
  }

  private onEnd(end: BodyEnd): void {
    if ('text' in end) return end.text === '' ? this.fail('noBody') : this.onJsonBody(end.text);
    if (end.kind === 'web-page') return this.fail('webPage');
    if (this.sawDone && this.hasFinishReasonField) return this.fail('finishReasonMissing');
    this.fail(this.bytes === 0 ? 'noBody' : 'streamTruncated');
  }

  /** Handles a complete response body that is not a stream: an answer or an error. */
  private onJsonBody(text: string): void {
    const json = parseJson(text);
    // Some gateways send one chunk of JSON per line instead of server-sent events.
    if (json === undefined && isRecord(parseJson(text.split('\n', 1)[0] ?? ''))) {
      new EventScanner(this.chunks).push(`${text}\n\n`);
      return this.onEnd({ kind: 'stream' });
    }
    const isReadable = readChunk(text, (delta) => this.deltas.onDelta(delta));
    this.deltas.flush();
    if (this.isCut) return this.fail('finishedWithError');
    if (isReadable && (this.hasAnswer || this.finishReason !== undefined)) this.complete();
    // An object with nothing but a message is an error whose status the gateway has lost.
    else if (isReadable && readProviderError(text).message !== '') this.onDelta({ type: 'error', error: json });
    else if (!/^[{[]/.test(text) && text.length <= maxPlainTextChars)
      this.fail({ type: 'plainText', text: this.deps.keys.redactKnown(text) });
    else this.fail('garbledBody');
  }

  private get isComplete(): boolean {
    const mayOmitReason = !this.hasFinishReasonField || this.behavior.finishReason === 'omitted';
    return this.finishReason !== undefined || (this.sawDone && this.hasAnswer && mayOmitReason);
  }

  get hasAnswer(): boolean {
    return this.sawText || this.sawToolCall;
  }

  private onError(error: unknown): void {
    if (!(error instanceof ConnectionFailure)) return this.endWithDefect(error);
    const { baseUrl, status } = this;
    this.fail({ type: 'error', error: error.cause, streaming: status !== undefined, baseUrl });
  }

  /** Ends the attempt with an exception, but keeps the text that arrived before the exception. */
  private endWithDefect(error: unknown): void {
    try {
      this.deltas.flush();
    } catch {
      // Only the first exception is reported.
    }
    this.finish({ type: 'defect', error });
  }

  private complete(): void {
    const finishReason = this.deps.keys.redact(this.finishReason ?? 'stop');
    // At the token limit, an attempt is accepted even if it added no text, because the partial answer that it continued
    // might contain text.
    if (this.hasAnswer || finishReason === 'length') return this.finish({ type: 'finished', finishReason });
    this.finish({ type: 'fault', evidence: 'noText' });
  }

  private fail(evidence: Evidence): void {
    // The text that `flush` releases might exceed the length limit, and `fail` would then be called a second time.
    if (this.isFailing) return;
    this.isFailing = true;
    this.deltas.flush();
    if (this.isComplete) this.complete();
    else this.finish({ type: 'fault', evidence });
  }

  private finish(end: AttemptEnd): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.chunks.isClosed = true;
    this.clocks.dispose();
    this.controller.abort(attemptEnded);
    this.resolveEnd(end);
  }
}
