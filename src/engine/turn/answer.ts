import type { Clock } from '../clock';
import type { ResumeFrom, EngineSettings } from '../engine';
import type { ResumeMethod } from '../events';
import type { AnswerDelta, ToolCallPart } from '../http/deltas';
import type { TurnHistory } from './turnHistory';
import type { TurnOutput } from './turnOutput';
import { resumeMethod, type Prefill } from '../text/continuation';
import { maxHoldMs, Splice, type JoinMethod, type SpliceStep } from '../text/splice';

/**
 * How an attempt requests the answer. `original` sends the original request, because no part of the answer has arrived
 * yet. The other values are the methods to resume a partial answer.
 */
export type RequestMode = 'original' | ResumeMethod;

/**
 * The answer of a turn, built from all its attempts. This class also decides how the next attempt continues the partial
 * answer.
 */
export class Answer {
  private readonly answerText: AnswerText;
  private hadReasoning: boolean;
  private hadToolCalls: boolean;
  /** Whether the current attempt has received a part of a tool call. */
  private attemptHadToolCalls = false;
  /** Whether the gateway rejects every request that continues a partial answer. */
  private continuationsRejected = false;
  /** Whether the next attempt must produce a new answer, even if the partial answer could be continued. */
  private isRestartRequested: boolean;
  /**
   * The value of `isRestartRequested` at the start of the current attempt. It is restored if the text of the attempt is
   * discarded.
   */
  private wasRestartRequestedAtStart = false;
  /** Whether the user asked to continue the answer. This takes precedence over the setting `holysheep.resume`. */
  private readonly isContinueRequested: boolean;
  /**
   * Whether a `resumed` event with `how: 'restart'` must precede the next delta, because the attempt restarts an answer
   * that so far consists only of reasoning or tool calls.
   */
  private isRestartDue = false;
  /**
   * Whether blank lines at the start of the next text delta are dropped. Blank lines between the reasoning and the text
   * of a continuation do not belong to the answer.
   */
  private skipsBlankLines = false;
  private cancelHold: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly output: TurnOutput,
    private readonly history: Pick<TurnHistory, 'recordProgress'>,
    previous: ResumeFrom | undefined,
  ) {
    this.answerText = new AnswerText(previous?.text);
    this.hadReasoning = previous?.hadReasoning ?? false;
    this.hadToolCalls = previous?.hadToolCalls ?? false;
    this.isRestartRequested = previous?.mode === 'restart';
    this.isContinueRequested = previous?.mode === 'continue';
  }

  get text(): string {
    return this.answerText.text;
  }

  /** Characters that the current attempt has added to the answer, without the overlap. */
  get addedChars(): number {
    return this.answerText.addedChars;
  }

  /** Whether the current attempt continues a partial answer and has added nothing to it so far. */
  get addedNothing(): boolean {
    return this.answerText.isRepetition;
  }

  /**
   * Returns how the next attempt requests the answer. This depends on the setting `holysheep.resume` and on how the
   * model supports a prefill.
   */
  requestMode(resume: EngineSettings['resume'], prefill: Prefill | undefined): RequestMode {
    const { text, hadReasoning, hadToolCalls, continuationsRejected } = this;
    const mode = resumeMethod({ text, hadReasoning, hadToolCalls, continuationsRejected, prefill });
    const mustRestart = this.isRestartRequested || (resume === 'restart' && !this.isContinueRequested);
    return mode !== 'original' && mustRestart ? 'restart' : mode;
  }

  /** Whether the next attempt can continue the partial answer, with this model or another one. */
  isContinuable(resume: EngineSettings['resume']): boolean {
    return this.requestMode(resume, undefined) === 'continue';
  }

  startAttempt(mode: RequestMode): void {
    this.answerText.startAttempt(mode);
    this.wasRestartRequestedAtStart = this.isRestartRequested;
    this.attemptHadToolCalls = false;
    this.skipsBlankLines = false;
    this.isRestartDue = mode === 'restart' && this.text === '';
    // Without a partial answer, the attempt produces a new answer anyway, so the requested restart is no longer
    // pending.
    if (this.text === '') this.isRestartRequested = false;
    if (mode !== 'original' && mode !== 'restart') return;
    this.hadReasoning = false;
    // Keeps the record of the tool calls that belong to the visible text, because a restart may be refused.
    if (this.text === '') this.hadToolCalls = false;
  }

  markContinuationsRejected(): void {
    this.continuationsRejected = true;
  }

  /** Makes the next attempt restart the answer, for instance because another model wrote the partial answer. */
  requestRestart(): void {
    this.isRestartRequested = true;
  }

  /**
   * Adds a delta of the current attempt to the answer.
   *
   * @returns false if the gateway has started a continuation over. The attempt must then fail, because the visible text
   *   of the continuation can't be removed
   */
  add(delta: AnswerDelta): boolean {
    switch (delta.type) {
      case 'textWasReasoning':
        this.dispose();
        this.emitChange(this.answerText.discardAttempt());
        this.addReasoning(delta.text);
        return true;
      case 'restartInStream':
        return this.answerText.restartInStream();
      case 'text':
        this.history.recordProgress();
        this.addText(delta.text);
        return true;
      case 'reasoning':
        this.history.recordProgress();
        this.addReasoning(delta.text);
        return true;
      case 'toolCall':
        this.history.recordProgress();
        this.addToolCall(delta.part);
        return true;
    }
  }

  private addText(text: string): void {
    this.announceRestart();
    const joined = this.skipsBlankLines ? text.replace(/^\s*\n/, '') : text;
    if (joined !== '') this.skipsBlankLines = false;
    this.emitChange(this.answerText.append(joined));
    if (this.answerText.isHolding)
      this.cancelHold ??= this.clock.after(maxHoldMs, () => this.emitChange(this.answerText.expire()));
  }

  private addReasoning(text: string): void {
    this.announceRestart();
    this.hadReasoning = true;
    this.skipsBlankLines ||= this.answerText.isHolding;
    this.output.emitToken('reasoning', text);
  }

  private addToolCall({ index, id, name, arguments: json }: ToolCallPart): void {
    this.announceRestart();
    this.hadToolCalls = true;
    this.attemptHadToolCalls = true;
    this.output.emit({ type: 'tool-call', index, ...(id && { id }), ...(name && { name }), arguments: json });
  }

  /**
   * Ends the answer after the model has finished.
   *
   * @returns false if the model only repeated a part of the partial answer
   */
  finish(): boolean {
    this.dispose();
    this.emitChange(this.answerText.finish(this.attemptHadToolCalls));
    return !this.answerText.repeatedOnlyPart;
  }

  /** Ends the current attempt without completing the answer. */
  endAttempt(): void {
    this.dispose();
    this.answerText.endAttempt();
  }

  dispose(): void {
    this.cancelHold?.();
    this.cancelHold = undefined;
  }

  private announceRestart(): void {
    if (this.isRestartDue) this.output.emit({ type: 'resumed', how: 'restart', trimmed: 0, resumePoint: 0 });
    this.isRestartDue = false;
  }

  private emitChange(change: TextChange | undefined): void {
    switch (change?.type) {
      case undefined:
        return;
      case 'append':
        return this.output.emitToken('text', change.text);
      case 'joined': {
        const { method, trimmed, resumePoint, text } = change;
        if (text === '' && trimmed === 0) return;
        this.output.emit({ type: 'resumed', how: method, trimmed, resumePoint });
        if (text !== '') this.output.emitToken('text', text);
        return;
      }
      case 'discarded':
        this.isRestartRequested = this.wasRestartRequestedAtStart;
        return this.output.emit({ type: 'replaced', text: change.text, because: 'reasoning' });
      case 'replaced':
        this.isRestartRequested = false;
        this.continuationsRejected = false;
        this.hadToolCalls = this.attemptHadToolCalls;
        this.output.emit({ type: 'resumed', how: 'restart', trimmed: 0, resumePoint: 0 });
        return this.output.emit({ type: 'replaced', text: change.text });
    }
  }
}

/** A change to the visible text of an answer. */
export type TextChange =
  | { readonly type: 'append'; readonly text: string }
  /** The continuation was appended to the partial answer. `resumePoint` is the offset at which the continuation begins. */
  | {
      readonly type: 'joined';
      readonly method: JoinMethod;
      readonly trimmed: number;
      readonly resumePoint: number;
      readonly text: string;
    }
  /** A restarted answer has become longer than the partial answer, or complete, and replaces it. */
  | { readonly type: 'replaced'; readonly text: string }
  /** The text of the current attempt was removed. `text` is the remaining answer. */
  | { readonly type: 'discarded'; readonly text: string };

/**
 * The text of an answer over all attempts of a turn. A restarted answer stays hidden until it is complete or longer
 * than the partial answer, because the user keeps the longer text until then. A continuation is held back until the
 * splice has found where it joins the partial answer.
 */
export class AnswerText {
  /** Text of a restarted answer that is still hidden, or undefined if no restart is in progress. */
  private incoming: string | undefined;
  private join: { readonly splice: Splice; readonly method: JoinMethod } | undefined;
  /** The first half of a surrogate pair whose second half has not arrived yet. */
  private pendingSurrogate = '';
  /** Length of the answer at the start of the current attempt, in characters. */
  private lengthBefore = 0;
  private mode: RequestMode = 'original';
  /** The text of the answer at the start of the current attempt. */
  private partial = '';
  /** Whether the model, in the current attempt, only repeated the start of the partial answer and then stopped. */
  repeatedOnlyPart = false;

  constructor(private committed = '') {}

  get text(): string {
    return this.committed;
  }

  /** Whether a continuation is held back until the splice has found where it joins the partial answer. */
  get isHolding(): boolean {
    return this.join !== undefined;
  }

  /** Characters that the current attempt has added to the answer, without the overlap. */
  get addedChars(): number {
    return this.incoming?.length ?? Math.max(0, this.committed.length - this.lengthBefore);
  }

  startAttempt(mode: RequestMode): void {
    this.pendingSurrogate = '';
    this.repeatedOnlyPart = false;
    this.lengthBefore = this.committed.length;
    this.mode = mode;
    this.partial = this.committed;
    this.incoming = undefined;
    this.join = undefined;
    if (this.committed === '' || mode === 'original') return;
    if (mode === 'restart') this.incoming = '';
    else this.join = { splice: new Splice(this.committed, mode), method: mode };
  }

  /** Removes the text that the current attempt has added. The attempt continues as if it had just started. */
  discardAttempt(): TextChange | undefined {
    const changed = this.committed !== this.partial;
    this.committed = this.partial;
    this.startAttempt(this.mode);
    return changed ? { type: 'discarded', text: this.committed } : undefined;
  }

  /**
   * Starts the answer over within the current attempt. The text received so far stays visible until the new answer is
   * longer.
   * @returns false for a continuation, which can't be started over, because its visible text can't be removed
   */
  restartInStream(): boolean {
    if (this.mode !== 'original' && this.mode !== 'restart') return false;
    this.pendingSurrogate = '';
    if (this.committed !== '') this.incoming = '';
    return true;
  }

  /** Whether a continuation has added nothing: it was empty or only repeated the end of the partial answer. */
  get isRepetition(): boolean {
    const { join, committed, partial } = this;
    const joins = this.mode === 'prefill' || this.mode === 'continue';
    return joins && partial !== '' && committed === partial && partial.endsWith(join?.splice.heldText ?? '');
  }

  append(delta: string): TextChange | undefined {
    const text = this.completeCharacters(delta);
    if (text === '') return undefined;
    if (this.join) return this.applyStep(this.join.splice.push(text));
    if (this.incoming !== undefined) return this.addIncoming(text);
    this.committed += text;
    return { type: 'append', text };
  }

  /** Decides where a continuation that has been held back for `maxHoldMs` joins the partial answer. */
  expire(): TextChange | undefined {
    return this.join && this.applyStep(this.join.splice.expire());
  }

  /**
   * Completes the answer. A restarted answer then replaces the partial answer even if the new answer is shorter.
   *
   * @param mayBeEmpty whether a restarted answer without text also replaces the partial answer, because the model
   *   called tools
   */
  finish(mayBeEmpty: boolean): TextChange | undefined {
    this.pendingSurrogate = '';
    const joined = this.join && this.applyStep(this.join.splice.end());
    const { incoming } = this;
    return incoming === undefined || (incoming === '' && !mayBeEmpty) ? joined : this.replaceText(incoming);
  }

  /**
   * Ends the current attempt. If a continuation is still held back, its text is dropped: it repeats the partial answer,
   * or the next continuation will contain it again.
   */
  endAttempt(): void {
    this.pendingSurrogate = '';
    this.join = undefined;
  }

  /** Holds back half of a surrogate pair at the end of the text, because it can be neither displayed nor sent. */
  private completeCharacters(delta: string): string {
    const text = this.pendingSurrogate + delta;
    const last = text.charCodeAt(text.length - 1);
    if ((last & 0xfc00) !== 0xd800) {
      this.pendingSurrogate = '';
      return text;
    }
    this.pendingSurrogate = text.slice(-1);
    return text.slice(0, -1);
  }

  private applyStep(step: SpliceStep): TextChange | undefined {
    const method = this.join?.method;
    switch (step.type) {
      case 'hold':
        return undefined;
      case 'another':
        this.join = undefined;
        // Detects a model that only repeated the start of the partial answer and then stopped. The partial answer is
        // longer, so it stays.
        this.repeatedOnlyPart = this.committed.startsWith(step.text);
        if (this.repeatedOnlyPart) return undefined;
        this.incoming = '';
        return this.addIncoming(step.text);
      case 'text':
      case 'join': {
        const resumePoint = this.committed.length;
        const trimmed = step.type === 'join' ? step.trimmed : 0;
        this.join = undefined;
        this.committed += step.text;
        return method === undefined ? undefined : { type: 'joined', method, trimmed, resumePoint, text: step.text };
      }
    }
  }

  private addIncoming(text: string): TextChange | undefined {
    const incoming = (this.incoming ?? '') + text;
    if (incoming.length > this.committed.length) return this.replaceText(incoming);
    this.incoming = incoming;
    return undefined;
  }

  private replaceText(text: string): TextChange {
    this.committed = text;
    this.lengthBefore = 0;
    this.incoming = undefined;
    return { type: 'replaced', text };
  }
}
