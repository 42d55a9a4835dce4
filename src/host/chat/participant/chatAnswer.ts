import type {
  AttemptEvent,
  FailedEvent,
  ModelEvent,
  ReplacedEvent,
  ResumedEvent,
  StreamEvent,
  WaitingEvent,
} from '../../../engine/events';
import {
  describeModelSwitch,
  describeResumePoints,
  describeResuming,
  describeRouteSwitch,
  describeWait,
} from '../../../shared/describe';
import { describeEffort } from '../../../shared/describeLedger';
import { coversWait, type ResumePoint } from '../../../shared/protocol';
import { escapeMarkdown } from '../../ui/messageText';
import type { HostWords } from '../../ui/words';
import { FencedText } from '../../util/fencedText';
import { failureButtons, type ChatAction } from './chatActions';
import type { AnswerState, InsertedRange } from './chatMetadata';

/** A call to a method of the chat's response stream. */
export type ChatPart =
  | { readonly type: 'markdown' | 'progress'; readonly text: string }
  | { readonly type: 'button'; readonly action: ChatAction };

/** How a turn ended. */
interface ChatOutcome {
  readonly state: AnswerState;
  /** Localized error message. */
  readonly message?: string | undefined;
}

/**
 * Shortest wait that is shown in the middle of an answer, in milliseconds. VS Code treats the text before a progress
 * line and the text after it as separate texts, and newer versions collapse the first of them when the answer is
 * complete. Therefore shorter waits are mentioned only at the end of the answer.
 */
const minShownWaitMs = 5000;

/**
 * Converts the events of a turn to the parts of a response in VS Code's chat, where text can only be appended. The
 * buttons for a wait are added before its progress line, because VS Code shows a progress line only until another part
 * follows.
 */
export class ChatAnswer {
  /**
   * Outcome of the turn, or undefined while the turn is running. It is set before the turn ends if the chat can't show
   * the remaining answer.
   */
  outcome: ChatOutcome | undefined;
  /** Whether the model has sent reasoning. */
  hadReasoning = false;
  /** Ranges of the response's Markdown that the extension inserted, not the model. */
  readonly inserted: InsertedRange[] = [];
  /** The model's text, including its text in previous responses that this response continues. */
  private text: string;
  private readonly fencedText = new FencedText();
  /**
   * Opening fence with which a code block continues after a part that the extension inserted, or undefined if no code
   * block was interrupted.
   */
  private reopeningFence: string | undefined;
  /** Length of the Markdown that was added to this response so far, in characters. */
  private writtenChars = 0;
  /** The wait that the last progress line describes. */
  private shownWait: WaitingEvent | undefined;
  /** Message about a broken stream that has not been resumed yet. */
  private cutMessage: string | undefined;
  private resumePoints: readonly ResumePoint[] = [];
  /** The switch to a model that continues the partial answer but has not sent any text yet. */
  private pendingContinuation: ModelEvent | undefined;
  /** Whether the last part of this response is text of the model, not a part that the extension inserted. */
  private endsWithText = false;
  /** Whether a *Retry now* button has been shown since the last text of the model. */
  private hasRetryButton = false;

  /** @param partial the model's text in previous responses that this response continues */
  constructor(
    private readonly words: HostWords,
    partial = '',
  ) {
    this.text = partial;
    this.fencedText.push(partial);
    this.fencedText.flush();
    this.reopeningFence = this.fencedText.interruption?.open;
  }

  get hasText(): boolean {
    return this.text !== '';
  }

  /** Returns the response parts for an event. Returns none once the outcome is set. */
  handle(event: StreamEvent): readonly ChatPart[] {
    return this.outcome ? [] : this.convert(event);
  }

  private convert(event: StreamEvent): readonly ChatPart[] {
    const { words } = this;
    const { strings } = words;
    switch (event.type) {
      case 'attempt':
        return this.showAttempt(event);
      case 'waiting':
        return this.showWait(event);
      case 'text':
        return this.addText(event.text);
      case 'reasoning': {
        const isFirst = !this.hadReasoning && this.text === '';
        this.hadReasoning = true;
        return isFirst ? [progress(strings.reasoningRunning)] : [];
      }
      case 'cut':
        this.cutMessage = event.message;
        return [];
      case 'resumed':
        return this.recordResumePoint(event);
      case 'replaced':
        return this.replaceText(event);
      case 'model':
        return this.showModelSwitch(event);
      case 'route':
        return this.insertAside(progress(escapeMarkdown(describeRouteSwitch(strings, event))));
      case 'done': {
        if (event.finishReason === 'length') return this.endAtTokenLimit();
        this.outcome = { state: 'done' };
        const lines = [describeResumePoints(words, this.resumePoints), describeEffort(words, event)];
        const notes = lines.flatMap((line) => (line ? [progress(escapeMarkdown(line))] : []));
        return [...this.append(this.fencedText.flush()), ...notes];
      }
      case 'stopped':
        this.outcome = { state: 'stopped' };
        return this.append(this.fencedText.flush());
      case 'failed':
        return this.endWithFailure(event);
      case 'headers':
      case 'quiet':
      case 'ended':
      case 'usage':
      case 'tool-call':
        return [];
    }
  }

  private showAttempt({ how }: AttemptEvent): readonly ChatPart[] {
    if (this.endsWithText || this.text === '' || how === undefined) return [];
    return this.insertAside(progress(describeResuming(this.words.strings, how === 'restart', 'short')));
  }

  private showModelSwitch(event: ModelEvent): readonly ChatPart[] {
    const { words, pendingContinuation } = this;
    // A model that the user selects restarts the answer, and a fallback model continues it.
    const continues = this.text !== '' && event.reason !== 'user';
    this.pendingContinuation = continues ? { ...event, ...pendingContinuation, to: event.to } : undefined;
    return this.insertAside(progress(escapeMarkdown(describeModelSwitch(words.strings, event))));
  }

  private recordResumePoint({ how, resumePoint }: ResumedEvent): readonly ChatPart[] {
    const { cutMessage, pendingContinuation } = this;
    this.cutMessage = undefined;
    this.pendingContinuation = undefined;
    const point = { offset: resumePoint, cutMessage, models: pendingContinuation };
    this.resumePoints = how === 'restart' ? [] : [...this.resumePoints, point];
    return [];
  }

  private showWait(event: WaitingEvent): readonly ChatPart[] {
    const { shownWait } = this;
    if (this.endsWithText && event.reason !== 'offline' && event.delayMs < minShownWaitMs) return [];
    this.shownWait = event;
    if (shownWait && coversWait(shownWait, event)) return [];
    const button: readonly ChatPart[] = this.hasRetryButton ? [] : [{ type: 'button', action: 'retryNow' }];
    this.hasRetryButton = true;
    return this.insertAside(...button, progress(escapeMarkdown(describeWait(this.words, event, 'long'))));
  }

  private addText(text: string): readonly ChatPart[] {
    this.text += text;
    return this.append(this.fencedText.push(text));
  }

  private append(text: string): readonly ChatPart[] {
    if (text === '') return [];
    const { reopeningFence } = this;
    this.reopeningFence = undefined;
    this.hasRetryButton = false;
    this.endsWithText = true;
    this.shownWait = undefined;
    const fence = reopeningFence === undefined ? [] : [this.insert(reopeningFence)];
    this.writtenChars += text.length;
    return [...fence, { type: 'markdown', text }];
  }

  /**
   * Returns the given parts, which don't belong to the model's answer. If they interrupt a code block, it is closed before
   * them and reopened after them.
   */
  private insertAside(...parts: readonly ChatPart[]): readonly ChatPart[] {
    const { interruption } = this.fencedText;
    this.endsWithText = false;
    if (!interruption || this.reopeningFence !== undefined) return parts;
    this.reopeningFence = interruption.open;
    return [this.insert(interruption.close), ...parts];
  }

  /**
   * Returns a response part for Markdown that the extension inserts, and records its range, because the Markdown does
   * not belong to the model's answer.
   */
  private insert(text: string): ChatPart {
    this.inserted.push([this.writtenChars, text.length]);
    this.writtenChars += text.length;
    return { type: 'markdown', text };
  }

  /**
   * Replaces the answer with a restarted one. The chat can't remove text, so the new answer must start with the text
   * that is already shown.
   */
  private replaceText({ text, because }: ReplacedEvent): readonly ChatPart[] {
    if (text.startsWith(this.text)) return this.addText(text.slice(this.text.length));
    // If the text that is already shown turns out to be reasoning, it stays and the answer is appended to it, because
    // the chat can't remove text.
    if (because === 'reasoning' && this.text.startsWith(text)) {
      this.text = text;
      return [];
    }
    const message = this.words.localize(
      "The answer couldn't be resumed, and the new answer doesn't match the text shown. Ask again for a complete answer.",
    );
    this.outcome = { state: 'failed', message };
    return [...this.append(this.fencedText.flush()), { type: 'button', action: 'askAgain' }];
  }

  private endAtTokenLimit(): readonly ChatPart[] {
    this.outcome = { state: 'length' };
    const limit = progress(this.words.strings.lengthLimit);
    return [...this.append(this.fencedText.flush()), { type: 'button', action: 'continue' }, limit];
  }

  private endWithFailure({ message, actions }: FailedEvent): readonly ChatPart[] {
    this.outcome = { state: 'failed', message: escapeMarkdown(message) };
    const buttons = failureButtons(actions).map((action) => ({ type: 'button', action }) as const);
    return [...this.append(this.fencedText.flush()), ...buttons];
  }
}

function progress(text: string): ChatPart {
  return { type: 'progress', text };
}
