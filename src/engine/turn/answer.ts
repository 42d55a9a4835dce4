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

/** `original` sends the original request, because no part of the answer has arrived. The others resume it. */
export type RequestMode = 'original' | ResumeMethod;

/**
 * The answer of a turn, built from all its attempts. A restarted answer stays hidden until it is complete or longer than
 * the partial answer, because the user keeps the longer text until then. A continuation is held back until the splice
 * has found where it joins the partial answer. Keys are removed last, so that a key that a cut splits is recognized.
 */
export class Answer {
  private visible: string;
  /** Holds back the end of the visible text if it may be the start of a key. Undefined if no key can be recognized. */
  private textFilter: KeyFilter | undefined;
  private hadReasoning: boolean;
  private hadToolCalls: boolean;
  /** Whether the gateway rejects every request that continues a partial answer. */
  continuationsRejected = false;
  /** Even if the partial answer could be continued, for instance because another model wrote it. */
  isRestartRequested: boolean;
  /** Takes precedence over the setting `holysheep.resume`. */
  private readonly isContinueRequested: boolean;

  // The following fields describe the current attempt.
  private mode: RequestMode = 'original';
  private partial = '';
  /** The state of `textFilter` at the end of the partial answer. */
  private partialFilter: KeyFilter | undefined;
  /**
   * Filters for the reasoning and for the arguments of tool calls. The keys are `'reasoning'` and the indexes of the
   * calls.
   */
  private readonly filters = new Map<'reasoning' | number, KeyFilter | undefined>();
  /** Characters of the visible text that previous attempts have written. */
  private keptChars = 0;
  /** Hidden text of a restarted answer. Undefined if no restart is in progress. */
  private incoming: string | undefined;
  /** Joins a continuation to the partial answer. Undefined once the splice has decided. */
  private splice: Splice | undefined;
  /** The first half of a surrogate pair whose second half has not arrived yet. */
  private pendingSurrogate = '';
  private attemptHadToolCalls = false;
  /** At the start of the attempt, for the case that its text is discarded. */
  private wasRestartRequested = false;
  /** Whether the model only repeated the start of the partial answer and then stopped. */
  private repeatedOnlyPart = false;
  /** Whether the next delta restarts an answer that so far consists only of reasoning or tool calls. */
  private isRestartDue = false;
  /** Whether blank lines that follow the reasoning of a continuation are dropped from its text. */
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
    this.isRestartRequested = previous?.mode === 'restart';
    this.isContinueRequested = previous?.mode === 'continue';
  }

  /** The answer so far, including the text that is held back. */
  get text(): string {
    return this.visible + (this.textFilter?.heldText ?? '');
  }

  /** Whether there is something to resume: text or a tool call, but not reasoning alone. */
  get isStarted(): boolean {
    return this.text !== '' || this.hadToolCalls;
  }

  /** Without the overlap. */
  get addedChars(): number {
    return this.incoming?.length ?? Math.max(0, this.visible.length - this.keptChars);
  }

  /** Whether a continuation was empty or only repeated the end of the partial answer so far. */
  get addedNothing(): boolean {
    const { splice, visible, partial, mode, text } = this;
    return isContinuation(mode) && visible === partial && text.endsWith(splice?.heldText ?? '');
  }

  requestMode(resume: EngineSettings['resume'], prefill: Prefill | undefined): RequestMode {
    const { text, hadReasoning, hadToolCalls, continuationsRejected } = this;
    const mode = resumeMethod({ text, hadReasoning, hadToolCalls, continuationsRejected, prefill });
    const mustRestart = this.isRestartRequested || (resume === 'restart' && !this.isContinueRequested);
    return mode !== 'original' && mustRestart ? 'restart' : mode;
  }

  /** With this model or another one. */
  isContinuable(resume: EngineSettings['resume']): boolean {
    return this.requestMode(resume, undefined) === 'continue';
  }

  startAttempt(mode: RequestMode): void {
    this.mode = mode;
    this.wasRestartRequested = this.isRestartRequested;
    this.attemptHadToolCalls = false;
    this.skipsBlankLines = false;
    const isEmpty = this.text === '';
    this.isRestartDue = mode === 'restart' && isEmpty;
    this.partialFilter = this.textFilter;
    this.startText();
    // The attempt produces a new answer anyway if there is no partial answer.
    if (isEmpty) this.isRestartRequested = false;
    if (!isContinuation(mode)) this.hadReasoning = false;
    // Visible text keeps the record of its tool calls, because the restart may be refused.
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
   * The gateway starts the answer over within an attempt. The visible text stays until the new answer is longer.
   * @returns false if the attempt continues an answer, whose visible text can't be removed, so the attempt must fail
   */
  startOver(): boolean {
    if (isContinuation(this.mode)) return false;
    this.pendingSurrogate = '';
    if (this.text !== '') this.incoming = '';
    return true;
  }

  /**
   * A restarted answer now replaces the partial answer even if it is shorter.
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
   * Text of a continuation that is held back is dropped: it repeats the answer, or the next continuation contains it.
   */
  endAttempt(): void {
    this.endHold();
    this.pendingSurrogate = '';
    this.splice = undefined;
    for (const [key, filter] of this.filters) this.emitPart(key, filter?.flush() ?? '');
    this.filters.clear();
  }

  /** Shows the text that is held back. Call this when no more text follows. */
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
    if (splice) this.cancelHold ??= this.clock.after(maxHoldMs, () => this.expire(splice));
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
    const { visible, mode, partialFilter } = this;
    this.partial = visible;
    this.keptChars = visible.length;
    this.textFilter = this.keys.createFilter(partialFilter);
    if (!partialFilter) this.textFilter?.skip(visible);
    const { text } = this;
    this.pendingSurrogate = '';
    this.repeatedOnlyPart = false;
    this.incoming = mode === 'restart' && text !== '' ? '' : undefined;
    this.splice = isContinuation(mode) ? new Splice(text, mode) : undefined;
  }

  /** The attempt continues as if it had just started. */
  private discardText(): void {
    this.endHold();
    const hasChanged = this.visible !== this.partial;
    this.visible = this.partial;
    this.startText();
    if (!hasChanged) return;
    this.isRestartRequested = this.wasRestartRequested;
    this.output.emit({ type: 'replaced', text: this.visible, because: 'reasoning' });
  }

  /** Changes of other kinds have then already been emitted. */
  private append(delta: string): string {
    const text = this.completeCharacters(delta);
    const { splice } = this;
    if (splice) return this.applyStep(splice, splice.push(text));
    return this.incoming === undefined ? this.show(text) : this.addIncoming(text);
  }

  /** Adds text to the visible text, apart from an end that is held back. @returns the text to emit */
  private show(text: string): string {
    const shown = this.textFilter?.push(text) ?? text;
    this.visible += shown;
    return shown;
  }

  private emitText(text: string): void {
    if (text !== '') this.output.emitToken('text', text);
  }

  /** Holds back half of a surrogate pair at the end of the text, because it can be neither displayed nor sent. */
  private completeCharacters(delta: string): string {
    const text = this.pendingSurrogate + delta;
    const isHalf = isHighSurrogate(text, text.length - 1);
    this.pendingSurrogate = isHalf ? text.slice(-1) : '';
    return isHalf ? text.slice(0, -1) : text;
  }

  /** Returns the text to emit. */
  private applyStep({ method }: Splice, step: SpliceStep): string {
    const { visible } = this;
    if (step.type === 'hold') return '';
    this.endHold();
    this.splice = undefined;
    if (step.type === 'another') {
      // A model may repeat the start of the partial answer and then stop. The partial answer is longer, so it stays.
      this.repeatedOnlyPart = visible.startsWith(step.text);
      return this.repeatedOnlyPart ? '' : this.addIncoming(step.text);
    }
    const shown = this.show(step.text);
    if (step.trimmed + step.text.length > 0)
      this.output.emit({ type: 'resumed', how: method, trimmed: step.trimmed, resumePoint: visible.length });
    return shown;
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

export function isContinuation(mode: RequestMode): mode is JoinMethod {
  return mode === 'prefill' || mode === 'continue';
}
