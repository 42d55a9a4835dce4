import { AnswerText, type TextChange } from './answerText';
import type { Clock } from '../clock';
import type { Delta, ToolCallPart } from '../http/dialect';
import type { EarlierAnswer } from '../engine';
import type { ResumeMethod } from '../events';
import { resumeMethod } from './resumeMethod';
import type { Prefill } from './prefill';
import { holdMs } from './splice';
import type { EngineSettings } from '../engineSettings';
import type { TurnHistory } from '../turn/turnHistory';
import type { TurnOutput } from '../turn/turnOutput';

export type Plan = 'replay' | ResumeMethod;

/** What an attempt adds to the answer or changes in it. */
export type AnswerDelta = Extract<
  Delta,
  { readonly type: 'text' | 'reasoning' | 'textWasReasoning' | 'toolCall' | 'restartInStream' }
>;

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
  private restartToTell = false;
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
    this.answerText.begin(plan === 'replay' ? 'append' : plan);
    this.anewAtStart = this.anew;
    this.skipsBlankLines = false;
    this.restartToTell = plan === 'restart' && this.text === '';
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
  take(delta: AnswerDelta): boolean {
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
    this.tellRestart();
    const joined = this.skipsBlankLines ? text.replace(/^\s*\n/, '') : text;
    if (joined !== '') this.skipsBlankLines = false;
    this.show(this.answerText.append(joined));
    if (this.answerText.holding)
      this.cancelHold ??= this.clock.after(holdMs, () => this.show(this.answerText.expire()));
  }

  private addReasoning(text: string): void {
    this.tellRestart();
    this.reasoned = true;
    this.skipsBlankLines ||= this.answerText.holding;
    this.output.token('reasoning', text);
  }

  private addToolCall({ index, id, name, arguments: json }: ToolCallPart): void {
    this.tellRestart();
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

  private tellRestart(): void {
    if (this.restartToTell) this.output.emit({ type: 'resumed', how: 'restart', trimmed: 0, seam: 0 });
    this.restartToTell = false;
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
