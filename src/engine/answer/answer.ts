import type { Clock } from '../clock';
import type { EarlierAnswer, EngineSettings } from '../engine';
import type { ResumeMethod } from '../events';
import type { AnswerDelta, ToolCallPart } from '../http/dialect';
import type { TurnHistory } from '../turn/turnHistory';
import type { TurnOutput } from '../turn/turnOutput';
import { resumeMethod, type Prefill } from './continuation';
import { maxHoldMs, Splice, type JoinMethod, type SpliceStep } from './splice';

/** How an attempt relates to the partial answer. `replay`: there is none, so the original request is sent again. */
export type Plan = 'replay' | ResumeMethod;

/** What the reader has of the answer over all attempts, and how the next one goes on from there. */
export class Answer {
  private readonly answerText: AnswerText;
  private reasoned: boolean;
  private calledTools: boolean;
  /** The gateway does not take a request for the rest, in any shape. */
  private joinsRefused = false;
  /** A new answer is wanted, whatever could be continued. */
  private anew: boolean;
  /** The value of `anew` at the start of the current attempt. */
  private anewAtStart = false;
  /** The user wants it to go on, whatever the setting says of the engine's own resumes. */
  private readonly continueAsked: boolean;
  /** A restart without text to overtake is told with its first payload. */
  private isRestartDue = false;
  /** Blank lines between the reasoning of a continuation and its text don't belong to the answer. */
  private skipsBlankLines = false;
  private cancelHold: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly output: TurnOutput,
    private readonly history: Pick<TurnHistory, 'progressed'>,
    earlier: EarlierAnswer | undefined,
  ) {
    this.answerText = new AnswerText(earlier?.text);
    this.reasoned = earlier?.reasoned ?? false;
    this.calledTools = earlier?.calledTools ?? false;
    this.anew = earlier?.go === 'restart';
    this.continueAsked = earlier?.go === 'continue';
  }

  get text(): string {
    return this.answerText.text;
  }

  /** Characters the present attempt has brought, echoes apart. */
  get added(): number {
    return this.answerText.added;
  }

  /** Whether the current attempt continues a partial answer and has added nothing to it so far. */
  get gainedNothing(): boolean {
    return this.answerText.isRepetition;
  }

  /** How the next attempt is to go on (the ladder), by the setting and by what the model takes. */
  plan(resume: EngineSettings['resume'], prefill: Prefill | undefined): Plan {
    const { text, reasoned, calledTools, joinsRefused } = this;
    const plan = resumeMethod({ text, reasoned, calledTools, joinsRefused, prefill });
    const restarts = this.anew || (resume === 'restart' && !this.continueAsked);
    return plan !== 'replay' && restarts ? 'restart' : plan;
  }

  begin(plan: Plan): void {
    this.answerText.begin(plan);
    this.anewAtStart = this.anew;
    this.skipsBlankLines = false;
    this.isRestartDue = plan === 'restart' && this.text === '';
    // Without a text to overtake it is the new answer from its first word on.
    if (this.text === '') this.anew = false;
    if (plan !== 'replay' && plan !== 'restart') return;
    this.reasoned = false;
    this.calledTools = false;
  }

  refuseJoins(): void {
    this.joinsRefused = true;
  }

  /** What is there belongs to another model. */
  startAnew(): void {
    this.anew = true;
  }

  /** Adds what an attempt has brought. @returns false for a restart that it can't carry out, in a continuation */
  add(delta: AnswerDelta): boolean {
    switch (delta.type) {
      case 'textWasReasoning':
        this.dispose();
        this.show(this.answerText.discard());
        this.addReasoning(delta.text);
        return true;
      case 'restartInStream':
        return this.answerText.restartInStream();
      case 'text':
        this.history.progressed();
        this.addText(delta.text);
        return true;
      case 'reasoning':
        this.history.progressed();
        this.addReasoning(delta.text);
        return true;
      case 'toolCall':
        this.history.progressed();
        this.addToolCall(delta.part);
        return true;
    }
  }

  private addText(text: string): void {
    this.announceRestart();
    const joined = this.skipsBlankLines ? text.replace(/^\s*\n/, '') : text;
    if (joined !== '') this.skipsBlankLines = false;
    this.show(this.answerText.append(joined));
    if (this.answerText.isHolding)
      this.cancelHold ??= this.clock.after(maxHoldMs, () => this.show(this.answerText.expire()));
  }

  private addReasoning(text: string): void {
    this.announceRestart();
    this.reasoned = true;
    this.skipsBlankLines ||= this.answerText.isHolding;
    this.output.token('reasoning', text);
  }

  private addToolCall({ index, id, name, arguments: json }: ToolCallPart): void {
    this.announceRestart();
    this.calledTools = true;
    this.output.emit({ type: 'tool-call', index, ...(id && { id }), ...(name && { name }), arguments: json });
  }

  /** The model has finished. @returns whether the answer is whole: not where it has only repeated a part of it */
  finish(): boolean {
    this.dispose();
    this.show(this.answerText.finish(this.calledTools));
    return !this.answerText.stoppedShort;
  }

  /** The attempt is over, the answer is not. */
  cut(): void {
    this.dispose();
    this.answerText.cut();
  }

  dispose(): void {
    this.cancelHold?.();
    this.cancelHold = undefined;
  }

  private announceRestart(): void {
    if (this.isRestartDue) this.output.emit({ type: 'resumed', how: 'restart', trimmed: 0, seam: 0 });
    this.isRestartDue = false;
  }

  private show(change: TextChange | undefined): void {
    switch (change?.type) {
      case undefined:
        return;
      case 'append':
        return this.output.token('text', change.text);
      case 'joined': {
        const { how, trimmed, seam, text } = change;
        if (text === '' && trimmed === 0) return;
        this.output.emit({ type: 'resumed', how, trimmed, seam });
        if (text !== '') this.output.token('text', text);
        return;
      }
      case 'discarded':
        this.anew = this.anewAtStart;
        return this.output.emit({ type: 'replaced', text: change.text, because: 'reasoning' });
      case 'overtaken':
        this.anew = false;
        this.joinsRefused = false;
        this.output.emit({ type: 'resumed', how: 'restart', trimmed: 0, seam: 0 });
        return this.output.emit({ type: 'replaced', text: change.text });
    }
  }
}

/** What the reader has, and what an attempt has brought so far. */
export type TextChange =
  | { readonly type: 'append'; readonly text: string }
  /** The continuation fits to what was there; `seam`: where it begins. */
  | {
      readonly type: 'joined';
      readonly how: JoinMethod;
      readonly trimmed: number;
      readonly seam: number;
      readonly text: string;
    }
  | { readonly type: 'overtaken'; readonly text: string }
  /** The text of this attempt no longer counts: `text` is all that is left. */
  | { readonly type: 'discarded'; readonly text: string };

/**
 * The text of a turn over all its attempts. A restarted answer stays behind the scenes until it is longer than what
 * the reader already has, or finished: until then the old text is the better one. A continuation is held until it is
 * clear where it joins.
 */
export class AnswerText {
  /** What a restart has brought; undefined: there is none. */
  private incoming: string | undefined;
  private join: { readonly splice: Splice; readonly how: JoinMethod } | undefined;
  /** The first half of a character whose second half is still to come. */
  private half = '';
  private before = 0;
  private plan: Plan = 'replay';
  /** The text when the attempt began. */
  private partial = '';
  /** The present attempt has only repeated a part of what was there. */
  stoppedShort = false;

  constructor(private committed = '') {}

  get text(): string {
    return this.committed;
  }

  /** A continuation has arrived whose place is not clear yet. */
  get isHolding(): boolean {
    return this.join !== undefined;
  }

  /** Characters the present attempt has brought, echoes apart. */
  get added(): number {
    return this.incoming?.length ?? Math.max(0, this.committed.length - this.before);
  }

  begin(plan: Plan): void {
    this.half = '';
    this.stoppedShort = false;
    this.before = this.committed.length;
    this.plan = plan;
    this.partial = this.committed;
    this.incoming = undefined;
    this.join = undefined;
    if (this.committed === '' || plan === 'replay') return;
    if (plan === 'restart') this.incoming = '';
    else this.join = { splice: new Splice(this.committed, plan), how: plan };
  }

  /** Forgets the text of this attempt, which goes on as if it had just begun. */
  discard(): TextChange | undefined {
    const changed = this.committed !== this.partial;
    this.committed = this.partial;
    this.begin(this.plan);
    return changed ? { type: 'discarded', text: this.committed } : undefined;
  }

  /**
   * The gateway starts the answer over within this attempt: the text so far stays until the new one is longer.
   * @returns false for a continuation, which would have to be taken back
   */
  restartInStream(): boolean {
    if (this.plan !== 'replay' && this.plan !== 'restart') return false;
    this.half = '';
    if (this.committed !== '') this.incoming = '';
    return true;
  }

  /** Whether a continuation has added nothing: it was empty or only repeated the end of the partial answer. */
  get isRepetition(): boolean {
    const { join, committed, partial } = this;
    const joins = this.plan === 'prefill' || this.plan === 'continue';
    return joins && partial !== '' && committed === partial && partial.endsWith(join?.splice.heldText ?? '');
  }

  append(delta: string): TextChange | undefined {
    const text = this.whole(delta);
    if (text === '') return undefined;
    if (this.join) return this.joined(this.join.splice.push(text));
    if (this.incoming !== undefined) return this.arrive(text);
    this.committed += text;
    return { type: 'append', text };
  }

  /** A continuation has been held for long enough. */
  expire(): TextChange | undefined {
    return this.join && this.joined(this.join.splice.expire());
  }

  /**
   * The answer is whole: a shorter one than before is the right one too.
   * @param wordless and so is one without a word
   */
  finish(wordless: boolean): TextChange | undefined {
    this.half = '';
    const joined = this.join && this.joined(this.join.splice.end());
    const { incoming } = this;
    return incoming === undefined || (incoming === '' && !wordless) ? joined : this.overtake(incoming);
  }

  /**
   * The stream is broken. What is held of a continuation is dropped: word for word the reader has it already, and if it
   * was more than an echo, the next continuation brings it again. Half a character has no use.
   */
  cut(): void {
    this.half = '';
    this.join = undefined;
  }

  /** A view of text can't show half a character, and a request can't carry one. */
  private whole(delta: string): string {
    const text = this.half + delta;
    const last = text.charCodeAt(text.length - 1);
    if ((last & 0xfc00) !== 0xd800) {
      this.half = '';
      return text;
    }
    this.half = text.slice(-1);
    return text.slice(0, -1);
  }

  private joined(step: SpliceStep): TextChange | undefined {
    const how = this.join?.how;
    switch (step.type) {
      case 'hold':
        return undefined;
      case 'another':
        this.join = undefined;
        // It has stopped in the middle of what is there: the old text is more of the same.
        this.stoppedShort = this.committed.startsWith(step.text);
        if (this.stoppedShort) return undefined;
        this.incoming = '';
        return this.arrive(step.text);
      case 'text':
      case 'join': {
        const seam = this.committed.length;
        const trimmed = step.type === 'join' ? step.trimmed : 0;
        this.join = undefined;
        this.committed += step.text;
        return how === undefined ? undefined : { type: 'joined', how, trimmed, seam, text: step.text };
      }
    }
  }

  private arrive(text: string): TextChange | undefined {
    const incoming = (this.incoming ?? '') + text;
    if (incoming.length > this.committed.length) return this.overtake(incoming);
    this.incoming = incoming;
    return undefined;
  }

  private overtake(text: string): TextChange {
    this.committed = text;
    this.before = 0;
    this.incoming = undefined;
    return { type: 'overtaken', text };
  }
}
