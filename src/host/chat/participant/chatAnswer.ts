import type { StreamEvent, TerminalEvent } from '../../../engine/events/events';
import { describeResumePoints, type Words } from '../../../shared/describe';
import { describeTurn } from '../../../shared/describeTurn';
import { escapeMarkdown } from '../../ui/messageText';
import { FencedText } from '../../util/fencedText';
import { AppendOnlyAnswer, divergedMessage, type AnswerPart } from '../appendOnly';
import { failureButtons, type ChatAction } from './chatActions';
import type { AnswerState, InsertedRange } from './chatMetadata';

export type ChatPart =
  /** Markdown of type `wait` contains a link that runs a command. All other Markdown must not run commands. */
  | { readonly type: 'markdown' | 'progress' | 'wait'; readonly text: string }
  | { readonly type: 'button'; readonly action: ChatAction };

/** The end of a turn. `message` is a localized error message in Markdown. */
interface ChatOutcome {
  readonly state: AnswerState;
  readonly message?: string | undefined;
}

/**
 * Shows a turn in VS Code's chat. The first wait is shown as Markdown with a *Retry now* link. A button after a progress
 * line would make VS Code hide the line.
 */
export class ChatAnswer {
  readonly answer: AppendOnlyAnswer;
  /** Ranges of the response's Markdown that were inserted by the extension, not written by the model. */
  readonly inserted: InsertedRange[] = [];
  private readonly fencedText = new FencedText();
  /**
   * Opening fence of a code block that a status line has interrupted. When the code block continues, the fence is
   * inserted again.
   */
  private reopeningFence: string | undefined;
  private writtenChars = 0;
  private isReasoningShown = false;
  private hasRetryLink = false;

  /**
   * @param retryLink Markdown link that ends the current wait
   * @param partialText the model's text in previous responses, which this response continues
   */
  constructor(
    private readonly show: (part: ChatPart) => void,
    private readonly words: Words,
    private readonly retryLink: string,
    partialText = '',
  ) {
    this.answer = new AppendOnlyAnswer(words, partialText);
    this.fencedText.push(partialText);
    this.fencedText.flush();
    this.reopeningFence = this.fencedText.interruption?.open;
  }

  handle(event: StreamEvent): void {
    for (const part of this.answer.convert(event)) this.add(part);
  }

  finish(end: TerminalEvent): ChatOutcome {
    const { words } = this;
    this.append(this.fencedText.flush());
    if (this.answer.hasDiverged) {
      this.show({ type: 'button', action: 'askAgain' });
      return { state: 'failed', message: divergedMessage() };
    }
    if (end.type === 'stopped') return { state: 'stopped' };
    if (end.type === 'failed') {
      for (const action of failureButtons(end.actions)) this.show({ type: 'button', action });
      return { state: 'failed', message: escapeMarkdown(end.message) };
    }
    if (end.finishReason === 'length') {
      this.show({ type: 'button', action: 'continue' });
      this.showProgress(words.strings.lengthLimit);
      return { state: 'length' };
    }
    const { turn } = this.answer;
    const { full, isEventful } = describeTurn(words, turn);
    for (const note of [describeResumePoints(words, turn.resumePoints), isEventful ? full : '']) {
      if (note) this.showProgress(note);
    }
    return { state: 'done' };
  }

  private add({ type, text }: AnswerPart): void {
    switch (type) {
      case 'text':
        return this.append(this.fencedText.push(text));
      case 'reasoning':
        if (!this.isReasoningShown && !this.answer.hasText) this.showProgress(this.words.strings.reasoningRunning);
        this.isReasoningShown = true;
        return;
      case 'status':
      case 'wait':
        this.interruptCode();
        if (type === 'status' || this.hasRetryLink) return this.showProgress(text);
        this.hasRetryLink = true;
        this.insert(`\n\n${escapeMarkdown(text)} ${this.retryLink}\n\n`, 'wait');
    }
  }

  private append(text: string): void {
    if (text === '') return;
    if (this.reopeningFence !== undefined) this.insert(this.reopeningFence);
    this.reopeningFence = undefined;
    this.hasRetryLink = false;
    this.writtenChars += text.length;
    this.show({ type: 'markdown', text });
  }

  private interruptCode(): void {
    const { interruption } = this.fencedText;
    if (!interruption || this.reopeningFence !== undefined) return;
    this.reopeningFence = interruption.open;
    this.insert(interruption.close);
  }

  private insert(text: string, type: 'markdown' | 'wait' = 'markdown'): void {
    this.inserted.push([this.writtenChars, text.length]);
    this.writtenChars += text.length;
    this.show({ type, text });
  }

  private showProgress(line: string): void {
    this.show({ type: 'progress', text: escapeMarkdown(line) });
  }
}
