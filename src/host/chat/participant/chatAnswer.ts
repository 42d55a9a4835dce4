import type { AttemptEvent, FailedEvent, ReplacedEvent, StreamEvent, WaitingEvent } from '../../../engine/events';
import { isDescribedBy } from '../../../shared/protocol';
import { FencedText } from '../../util/fencedText';
import {
  escapeMarkdown,
  formatSeams,
  formatSummary,
  formatModelSwitch,
  formatWait,
  type ChatFormatter,
} from '../chatMessages';
import { failureButtons, type ChatAction } from './chatActions';
import type { AnswerState, InsertedRange } from './chatMetadata';

/** One call of the chat's response stream. */
export type ChatPart =
  | { readonly type: 'markdown' | 'progress'; readonly text: string }
  | { readonly type: 'button'; readonly action: ChatAction };

interface ChatOutcome {
  readonly state: AnswerState;
  /** What went wrong, localised. */
  readonly message?: string | undefined;
}

/**
 * Text on both sides of anything else is two texts to VS Code, and in newer versions the first of them is folded away when
 * the answer is complete: a shorter wait in the middle of an answer is told at its end only.
 */
const minShownWaitMs = 5000;

/**
 * What a turn's events are in VS Code's chat, where nothing can be taken back: text is only ever added, and a line of
 * progress is shown until something else follows it, so that buttons come before their line.
 */
export class ChatAnswer {
  /** How it ended; undefined: it goes on. Where it is there before the turn's own end, the turn is of no more use. */
  outcome: ChatOutcome | undefined;
  hadReasoning = false;
  /** What is in the chat and is not the model's. */
  readonly inserted: InsertedRange[] = [];
  /** The model's text, with that of earlier responses. */
  private text: string;
  private readonly fenced = new FencedText();
  /** What opens the code block again that something has come in between. */
  private reopeningFence: string | undefined;
  /** Characters of Markdown in this response. */
  private writtenChars = 0;
  private shownWait: WaitingEvent | undefined;
  /** Why it has broken off, until it goes on. */
  private cutMessage: string | undefined;
  /** Why it has broken off, each time it has gone on by itself. */
  private readonly cutMessages: string[] = [];
  /** There is no text yet in this response, or something else behind it. */
  private apart = true;
  /** There is a button since the last text. */
  private hasRetryButton = false;

  /** @param earlier text of responses that this one goes on from */
  constructor(
    private readonly formatter: ChatFormatter,
    earlier = '',
  ) {
    this.text = earlier;
    this.fenced.push(earlier);
    this.fenced.rest();
    this.reopeningFence = this.fenced.seam?.open;
  }

  get hasText(): boolean {
    return this.text !== '';
  }

  /** What an event is in the chat; nothing any more once there is an end. */
  handle(event: StreamEvent): readonly ChatPart[] {
    return this.outcome ? [] : this.partsOf(event);
  }

  private partsOf(event: StreamEvent): readonly ChatPart[] {
    const { formatter: words } = this;
    switch (event.type) {
      case 'attempt':
        return this.showAttempt(event);
      case 'waiting':
        return this.showWait(event);
      case 'text':
        return this.addText(event.text);
      case 'reasoning': {
        const first = !this.hadReasoning && this.text === '';
        this.hadReasoning = true;
        return first ? [progress(words.localize('Thinking…'))] : [];
      }
      case 'cut':
        this.cutMessage = event.message;
        return [];
      case 'resumed':
        if (this.cutMessage !== undefined) this.cutMessages.push(this.cutMessage);
        this.cutMessage = undefined;
        return [];
      case 'replaced':
        return this.replaceText(event);
      case 'model':
        return this.insertAside(progress(escapeMarkdown(formatModelSwitch(event, words))));
      case 'done': {
        if (event.finishReason === 'length') return this.endAtTokenLimit();
        this.outcome = { state: 'done' };
        const lines = [formatSeams(this.cutMessages, words), formatSummary(event, words)].filter(
          (line) => line !== undefined,
        );
        return [...this.append(this.fenced.rest()), ...lines.map((line) => progress(escapeMarkdown(line)))];
      }
      case 'stopped':
        this.outcome = { state: 'stopped' };
        return this.append(this.fenced.rest());
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
    const { localize } = this.formatter;
    if (!this.apart || this.text === '' || how === undefined) return [];
    const anew = how === 'restart';
    return this.insertAside(
      progress(anew ? localize('Restarting the answer…') : localize('Getting the rest of the answer…')),
    );
  }

  private showWait(event: WaitingEvent): readonly ChatPart[] {
    const { shownWait: wait } = this;
    if (!this.apart && event.reason !== 'offline' && event.delayMs < minShownWaitMs) return [];
    this.shownWait = event;
    if (wait && isDescribedBy(wait, event)) return [];
    const button: readonly ChatPart[] = this.hasRetryButton ? [] : [{ type: 'button', action: 'retryNow' }];
    this.hasRetryButton = true;
    return this.insertAside(...button, progress(escapeMarkdown(formatWait(event, this.formatter))));
  }

  private addText(text: string): readonly ChatPart[] {
    this.text += text;
    // Before the text may end the block that is to be opened again.
    return this.append(this.fenced.push(text));
  }

  private append(text: string): readonly ChatPart[] {
    if (text === '') return [];
    const { reopeningFence: reopen } = this;
    this.reopeningFence = undefined;
    this.hasRetryButton = false;
    this.apart = false;
    this.shownWait = undefined;
    const opened = reopen === undefined ? [] : [this.insert(reopen)];
    this.writtenChars += text.length;
    return [...opened, { type: 'markdown', text }];
  }

  /** Something that is not the answer: it must not end up in a code block, nor the rest of the code outside of one. */
  private insertAside(...parts: readonly ChatPart[]): readonly ChatPart[] {
    const { seam } = this.fenced;
    this.apart = true;
    if (!seam || this.reopeningFence !== undefined) return parts;
    this.reopeningFence = seam.open;
    return [this.insert(seam.close), ...parts];
  }

  private insert(text: string): ChatPart {
    this.inserted.push([this.writtenChars, text.length]);
    this.writtenChars += text.length;
    return { type: 'markdown', text };
  }

  /** What is shown stays: a new answer can only be shown where it begins with that. */
  private replaceText({ text, because }: ReplacedEvent): readonly ChatPart[] {
    if (text.startsWith(this.text)) return this.addText(text.slice(this.text.length));
    // Text that turned out to be reasoning can't be removed here, so the answer is appended to it.
    if (because === 'reasoning' && this.text.startsWith(text)) {
      this.text = text;
      return [];
    }
    const message = this.formatter.localize(
      "The answer couldn't be resumed, and a new one doesn't match the text shown. Ask again for the complete answer.",
    );
    this.outcome = { state: 'failed', message };
    return [...this.append(this.fenced.rest()), { type: 'button', action: 'askAgain' }];
  }

  private endAtTokenLimit(): readonly ChatPart[] {
    const { localize } = this.formatter;
    if (this.text === '') {
      const message = localize(
        'The token limit was reached before the answer started. Raise holysheep.maxTokens and ask again.',
      );
      this.outcome = { state: 'failed', message };
      return [{ type: 'button', action: 'askAgain' }];
    }
    this.outcome = { state: 'length' };
    const limit = progress(localize('The answer reached the token limit.'));
    return [...this.append(this.fenced.rest()), { type: 'button', action: 'continue' }, limit];
  }

  private endWithFailure({ message, actions }: FailedEvent): readonly ChatPart[] {
    this.outcome = { state: 'failed', message: escapeMarkdown(message) };
    const buttons = failureButtons(actions).map((action) => ({ type: 'button', action }) as const);
    return [...this.append(this.fenced.rest()), ...buttons];
  }
}

function progress(text: string): ChatPart {
  return { type: 'progress', text };
}
