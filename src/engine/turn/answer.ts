import type { Clock } from '../clock';
import type { ResumeFrom } from '../engine';
import type { EngineSettings } from '../environment';
import type { ResumeMethod } from '../events/events';
import type { KeyFilter, KeyRedactor } from '../gateway/keyRedactor';
import type { AnswerDelta, ToolCallPart } from '../http/deltas';
import { resumeMethod, type Prefill } from '../text/continuation';
import { maxHoldMs, Splice, type JoinMethod, type SpliceStep } from '../text/splice';
import { isHighSurrogate } from '../text/surrogates';
import type { TurnOutput } from './turnOutput';

/**
 * How an attempt asks for the answer. `original` sends the original request, and is used as long as no part of the
 * answer has arrived. All other modes resume the partial answer.
 */
export type RequestMode = 'original' | ResumeMethod;

/**
 * The answer of a turn, built from the text of all its attempts. API keys are removed after the parts have been joined,
 * so that a key is recognized even if the stream broke within the key.
 */
export class Answer {
  private visible: string;
  /**
   * Removes API keys from the text, and holds back the end of the text while it might be the start of a key. Undefined
   * if no keys are known.
   */
  private textFilter: KeyFilter | undefined;
  private hadReasoning: boolean;
  private hadToolCalls: boolean;
  /**
   * Whether the gateway has rejected a request that continues a partial answer. The answer can then only be restarted.
   */
  continuationsRejected = false;
  /**
   * Whether the next attempt must restart the answer even if the answer could be continued, for instance because the
   * user has switched to another model.
   */
  isRestartRequested: boolean;
  /**
   * Whether the user asked to continue the answer. This request takes precedence over the value `restart` of the
   * setting `holysheep.resume`.
   */
  private readonly isContinueRequested: boolean;

  // The following fields describe the current attempt.
  private requestMode: RequestMode = 'original';
  private partialText = '';
  /**
   * State of the API key filter `textFilter` at the end of the partial answer. It is restored if the text of the
   * attempt is discarded.
   */
  private partialFilter: KeyFilter | undefined;
  /**
   * Filters that remove API keys. The map contains a filter named `'reasoning'` for the reasoning, and a filter for the
   * arguments of each tool call, by the index of the call.
   */
  private readonly filters = new Map<'reasoning' | number, KeyFilter | undefined>();
  /** Number of visible characters that previous attempts have contributed. */
  private keptChars = 0;
  /**
   * Text of a restarted answer. It stays hidden until it is complete or longer than the partial answer. Undefined if no
   * restart is in progress.
   */
  private incoming: string | undefined;
  /**
   * Joins a continuation to the partial answer. The continuation stays hidden until the place to join them has been
   * found. Undefined from then on.
   */
  private splice: Splice | undefined;
  /** The first half of a surrogate pair (a character of two UTF-16 code units). The second half has not arrived yet. */
  private pendingSurrogate = '';
  private attemptHadToolCalls = false;
  /**
   * The value of `isRestartRequested` at the start of the attempt. If the text of the attempt is discarded, this value
   * is restored.
   */
  private wasRestartRequested = false;
  /** Whether the model only repeated the start of the partial answer and then stopped. */
  private repeatedOnlyPart = false;
  /**
   * Whether the next delta discards the answer so far, which consists only of reasoning or tool calls, and starts a new
   * answer.
   */
  private isRestartDue = false;
  /**
   * Whether blank lines at the start of the continuation are removed. After reasoning, these lines only separate the
   * text from the reasoning and are not part of the answer.
   */
  private skipsBlankLines = false;
  private cancelHold: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly output: TurnOutput,
    private readonly keys: KeyRedactor,
    previous: ResumeFrom | undefined,
  ) {
    this.visible = previous?.text ?? '';
    this.hadReasoning = previous?.hadReasoning ?? false;
    this.hadToolCalls = previous?.hadToolCalls ?? false;
    this.isRestartRequested = previous?.resumeMode === 'restart';
    this.isContinueRequested = previous?.resumeMode === 'continue';
  }

  /** The answer so far, including an end that is held back because it might be the start of an API key. */
  get text(): string {
    return this.visible + (this.textFilter?.heldText ?? '');
  }

  /** Whether the answer can be resumed. This requires text or a tool call, because reasoning alone can't be resumed. */
  get isStarted(): boolean {
    return this.text !== '' || this.hadToolCalls;
  }

  /** Number of characters that the current attempt has added to the answer, without repeated text. */
  get addedChars(): number {
    return this.incoming?.length ?? Math.max(0, this.visible.length - this.keptChars);
  }

  /** Whether the continuation so far is empty or only repeats the end of the partial answer. */
  get addedNothing(): boolean {
    const { splice, visible, partialText, requestMode, text } = this;
    return isContinuation(requestMode) && visible === partialText && text.endsWith(splice?.heldText ?? '');
  }

  chooseRequestMode(resume: EngineSettings['resume'], prefill: Prefill | undefined): RequestMode {
    const { text, hadReasoning, hadToolCalls, continuationsRejected } = this;
    const requestMode = resumeMethod({ text, hadReasoning, hadToolCalls, continuationsRejected, prefill });
    const mustRestart = this.isRestartRequested || (resume === 'restart' && !this.isContinueRequested);
    return requestMode !== 'original' && mustRestart ? 'restart' : requestMode;
  }

  /** Returns whether the partial answer can be continued instead of restarted. */
  isContinuable(resume: EngineSettings['resume']): boolean {
    return this.chooseRequestMode(resume, undefined) === 'continue';
  }

  startAttempt(requestMode: RequestMode): void {
    this.requestMode = requestMode;
    this.wasRestartRequested = this.isRestartRequested;
    this.attemptHadToolCalls = false;
    this.skipsBlankLines = false;
    const isEmpty = this.text === '';
    this.isRestartDue = requestMode === 'restart' && isEmpty;
    this.partialFilter = this.textFilter;
    this.startText();
    // Without a partial answer, the requested restart is dropped, because the attempt produces a new answer anyway.
    if (isEmpty) this.isRestartRequested = false;
    if (!isContinuation(requestMode)) this.hadReasoning = false;
    // The tool calls of a visible partial answer are remembered. Otherwise, if the gateway refused the restart, the
    // next attempt would be a continuation, but an answer with tool calls can't be continued.
    if (isEmpty) this.hadToolCalls = false;
  }

  add(delta: AnswerDelta): void {
    if (this.isRestartDue) this.emitRestart();
    this.isRestartDue = false;
    switch (delta.type) {
      case 'textWasReasoning':
        this.discardText();
        return this.addReasoning(delta.text);
      case 'text':
        return this.addText(delta.text);
      case 'reasoning':
        return this.addReasoning(delta.text);
      case 'toolCall':
        return this.addToolCall(delta.part);
    }
  }

  endRead(): void {
    this.output.deliver();
  }

  /**
   * Handles a gateway that starts the answer over within an attempt. The visible text is kept until the new answer is
   * longer.
   * @returns false if the attempt must fail, because it continues a partial answer and continued text can't be removed
   */
  startOver(): boolean {
    if (isContinuation(this.requestMode)) return false;
    this.pendingSurrogate = '';
    if (this.text !== '') this.incoming = '';
    return true;
  }

  /**
   * Completes the answer when an attempt has finished. A restarted answer now replaces the partial answer even if it is
   * shorter.
   * @returns false if the model only repeated a part of the partial answer
   */
  finish(): boolean {
    this.endHold();
    const { splice } = this;
    if (splice) this.emitText(this.applyStep(splice, splice.end()));
    const { incoming } = this;
    if (incoming !== undefined && (incoming !== '' || this.attemptHadToolCalls)) this.replaceText(incoming);
    return !this.repeatedOnlyPart;
  }

  /**
   * Ends the current attempt. Discards any text of a continuation that is still held back: either the text repeats the
   * answer, or the next continuation will contain the text again.
   */
  endAttempt(): void {
    this.endHold();
    this.pendingSurrogate = '';
    this.splice = undefined;
    for (const [key, filter] of this.filters) this.emitPart(key, filter?.flush() ?? '');
    this.filters.clear();
  }

  /**
   * Shows the end of the text that was held back because it might be the start of an API key. Must be called when no
   * more text follows.
   */
  release(): void {
    const held = this.textFilter?.flush() ?? '';
    this.visible += held;
    this.emitText(held);
  }

  private endHold(): void {
    this.cancelHold?.();
    this.cancelHold = undefined;
  }

  private addText(text: string): void {
    const joined = this.skipsBlankLines ? text.replace(/^\s*\n/, '') : text;
    if (joined !== '') this.skipsBlankLines = false;
    this.emitText(this.append(joined));
    const { splice } = this;
    if (splice) this.cancelHold ??= this.clock.callAfter(maxHoldMs, () => this.expire(splice));
  }

  private expire(splice: Splice): void {
    this.emitText(this.applyStep(splice, splice.expire()));
    this.output.deliver();
  }

  private addReasoning(text: string): void {
    this.hadReasoning = true;
    this.skipsBlankLines ||= this.splice !== undefined;
    this.emitPart('reasoning', this.withoutKeys('reasoning', text));
  }

  private addToolCall({ index, id, name, arguments: json }: ToolCallPart): void {
    this.hadToolCalls = true;
    this.attemptHadToolCalls = true;
    const names = { ...(id && { id: this.redact(id) }), ...(name && { name: this.redact(name) }) };
    const shownJson = this.withoutKeys(index, json);
    if (id + name + shownJson !== '') this.output.emit({ type: 'tool-call', index, ...names, arguments: shownJson });
  }

  private withoutKeys(key: 'reasoning' | number, text: string): string {
    if (!this.filters.has(key)) this.filters.set(key, this.keys.createFilter());
    return this.filters.get(key)?.push(text) ?? text;
  }

  private redact(text: string): string {
    const filter = this.keys.createFilter();
    return filter ? filter.push(text) + filter.flush() : text;
  }

  private emitPart(key: 'reasoning' | number, text: string): void {
    if (text === '') return;
    if (key === 'reasoning') this.output.emitToken(key, text);
    else this.output.emit({ type: 'tool-call', index: key, arguments: text });
  }

  private startText(): void {
    const { visible, requestMode, partialFilter } = this;
    this.partialText = visible;
    this.keptChars = visible.length;
    this.textFilter = this.keys.createFilter(partialFilter);
    if (!partialFilter) this.textFilter?.skip(visible);
    const { text } = this;
    this.pendingSurrogate = '';
    this.repeatedOnlyPart = false;
    this.incoming = requestMode === 'restart' && text !== '' ? '' : undefined;
    this.splice = isContinuation(requestMode) ? new Splice(text, requestMode) : undefined;
  }

  /** Discards the text of the current attempt, which then continues as if it had just started. */
  private discardText(): void {
    this.endHold();
    const hasChanged = this.visible !== this.partialText;
    this.visible = this.partialText;
    this.startText();
    if (!hasChanged) return;
    this.isRestartRequested = this.wasRestartRequested;
    this.output.emit({ type: 'replaced', text: this.visible, because: 'reasoning' });
  }

  /**
   * Adds text of the current attempt to the answer. Returns the text that the caller must emit as a `text` event. This
   * method itself emits all other events.
   */
  private append(delta: string): string {
    const text = this.completeCharacters(delta);
    const { splice } = this;
    if (splice) return this.applyStep(splice, splice.push(text));
    return this.incoming === undefined ? this.show(text) : this.addIncoming(text);
  }

  /**
   * Appends text to the visible text, but holds back an end that might be the start of an API key.
   * @returns the text to emit
   */
  private show(text: string): string {
    const visibleText = this.textFilter?.push(text) ?? text;
    this.visible += visibleText;
    return visibleText;
  }

  private emitText(text: string): void {
    if (text !== '') this.output.emitToken('text', text);
  }

  /**
   * Holds back half of a surrogate pair (a character of two UTF-16 code units) at the end of the text. Half of a
   * character can be neither displayed nor sent.
   */
  private completeCharacters(delta: string): string {
    const text = this.pendingSurrogate + delta;
    const isHalf = isHighSurrogate(text, text.length - 1);
    this.pendingSurrogate = isHalf ? text.slice(-1) : '';
    return isHalf ? text.slice(0, -1) : text;
  }

  /** Applies a step of the splice, which joins a continuation to the partial answer. Returns the text to emit. */
  private applyStep({ method }: Splice, step: SpliceStep): string {
    const { visible } = this;
    if (step.type === 'hold') return '';
    this.endHold();
    this.splice = undefined;
    if (step.type === 'another') {
      // The model has only repeated the start of the partial answer. The partial answer is longer, so it is kept.
      this.repeatedOnlyPart = visible.startsWith(step.text);
      return this.repeatedOnlyPart ? '' : this.addIncoming(step.text);
    }
    const visibleText = this.show(step.text);
    if (step.trimmed + step.text.length > 0)
      this.output.emit({ type: 'resumed', how: method, trimmed: step.trimmed, resumePoint: visible.length });
    return visibleText;
  }

  private addIncoming(text: string): string {
    this.incoming = (this.incoming ?? '') + text;
    if (this.incoming.length > this.text.length) this.replaceText(this.incoming);
    return '';
  }

  private replaceText(text: string): void {
    this.textFilter = this.keys.createFilter();
    this.visible = '';
    this.show(text);
    this.keptChars = 0;
    this.incoming = undefined;
    this.isRestartRequested = false;
    this.continuationsRejected = false;
    this.hadToolCalls = this.attemptHadToolCalls;
    this.emitRestart();
    this.output.emit({ type: 'replaced', text: this.visible });
  }

  private emitRestart(): void {
    this.output.emit({ type: 'resumed', how: 'restart', trimmed: 0, resumePoint: 0 });
  }
}

export function isContinuation(requestMode: RequestMode): requestMode is JoinMethod {
  return requestMode === 'prefill' || requestMode === 'continue';
}
