import type { AttemptEvent, FailedEvent, ReplacedEvent, StreamEvent, WaitingEvent } from '../../../engine/events';
import { isDescribedBy } from '../../../shared/protocol';
import { FencedText } from '../../util/fencedText';
import { plain, seamLine, summaryLine, switchLine, waitLine, type ChatWords } from '../chatMessages';
import { failureButtons, type ChatAction } from './chatActions';
import type { AnswerState, Inserted } from './chatMetadata';

/** One call of the chat's response stream. */
export type ChatPart =
  | { readonly type: 'markdown' | 'progress'; readonly text: string }
  | { readonly type: 'button'; readonly action: ChatAction };

interface ChatEnd {
  readonly state: AnswerState;
  /** What went wrong, localised. */
  readonly message?: string | undefined;
}

/**
 * Text on both sides of anything else is two texts to VS Code, and in newer versions the first of them is folded away when
 * the answer is complete: a shorter wait in the middle of an answer is told at its end only.
 */
const worthASeamMs = 5000;

/**
 * What a turn's events are in VS Code's chat, where nothing can be taken back: text is only ever added, and a line of
 * progress is shown until something else follows it, so that buttons come before their line.
 */
export class ChatAnswer {
  /** How it ended; undefined: it goes on. Where it is there before the turn's own end, the turn is of no more use. */
  end: ChatEnd | undefined;
  reasoned = false;
  /** What is in the chat and is not the model's. */
  readonly inserted: Inserted[] = [];
  /** The model's text, with that of earlier responses. */
  private text: string;
  private readonly fenced = new FencedText();
  /** What opens the code block again that something has come in between. */
  private reopen: string | undefined;
  /** Characters of Markdown in this response. */
  private written = 0;
  private wait: WaitingEvent | undefined;
  /** Why it has broken off, until it goes on. */
  private cut: string | undefined;
  /** Why it has broken off, each time it has gone on by itself. */
  private readonly cuts: string[] = [];
  /** There is no text yet in this response, or something else behind it. */
  private apart = true;
  /** There is a button since the last text. */
  private retryable = false;

  /** @param earlier text of responses that this one goes on from */
  constructor(
    private readonly words: ChatWords,
    earlier = '',
  ) {
    this.text = earlier;
    this.fenced.push(earlier);
    this.fenced.rest();
    this.reopen = this.fenced.seam?.open;
  }

  get hasText(): boolean {
    return this.text !== '';
  }

  /** What an event is in the chat; nothing any more once there is an end. */
  handle(event: StreamEvent): readonly ChatPart[] {
    return this.end ? [] : this.partsOf(event);
  }

  private partsOf(event: StreamEvent): readonly ChatPart[] {
    const { words } = this;
    switch (event.type) {
      case 'attempt':
        return this.attempt(event);
      case 'waiting':
        return this.waiting(event);
      case 'text':
        return this.more(event.text);
      case 'reasoning': {
        const first = !this.reasoned && this.text === '';
        this.reasoned = true;
        return first ? [progress(words.localize('Thinking…'))] : [];
      }
      case 'cut':
        this.cut = event.message;
        return [];
      case 'resumed':
        if (this.cut !== undefined) this.cuts.push(this.cut);
        this.cut = undefined;
        return [];
      case 'replaced':
        return this.replaced(event);
      case 'model':
        return this.aside(progress(plain(switchLine(event, words))));
      case 'done': {
        if (event.finishReason === 'length') return this.tooLong();
        this.end = { state: 'done' };
        const lines = [seamLine(this.cuts, words), summaryLine(event, words)].filter((line) => line !== undefined);
        return [...this.append(this.fenced.rest()), ...lines.map((line) => progress(plain(line)))];
      }
      case 'stopped':
        this.end = { state: 'stopped' };
        return this.append(this.fenced.rest());
      case 'failed':
        return this.failed(event);
      case 'headers':
      case 'quiet':
      case 'ended':
      case 'usage':
      case 'tool-call':
        return [];
    }
  }

  private attempt({ how }: AttemptEvent): readonly ChatPart[] {
    const { localize } = this.words;
    if (!this.apart || this.text === '' || how === undefined) return [];
    const anew = how === 'restart';
    return this.aside(
      progress(anew ? localize('Restarting the answer…') : localize('Getting the rest of the answer…')),
    );
  }

  private waiting(event: WaitingEvent): readonly ChatPart[] {
    const { wait } = this;
    if (!this.apart && event.reason !== 'offline' && event.delayMs < worthASeamMs) return [];
    this.wait = event;
    if (wait && isDescribedBy(wait, event)) return [];
    const button: readonly ChatPart[] = this.retryable ? [] : [{ type: 'button', action: 'retryNow' }];
    this.retryable = true;
    return this.aside(...button, progress(plain(waitLine(event, this.words))));
  }

  private more(text: string): readonly ChatPart[] {
    this.text += text;
    // Before the text may end the block that is to be opened again.
    return this.append(this.fenced.push(text));
  }

  private append(text: string): readonly ChatPart[] {
    if (text === '') return [];
    const { reopen } = this;
    this.reopen = undefined;
    this.retryable = false;
    this.apart = false;
    this.wait = undefined;
    const opened = reopen === undefined ? [] : [this.insert(reopen)];
    this.written += text.length;
    return [...opened, { type: 'markdown', text }];
  }

  /** Something that is not the answer: it must not end up in a code block, nor the rest of the code outside of one. */
  private aside(...parts: readonly ChatPart[]): readonly ChatPart[] {
    const { seam } = this.fenced;
    this.apart = true;
    if (!seam || this.reopen !== undefined) return parts;
    this.reopen = seam.open;
    return [this.insert(seam.close), ...parts];
  }

  private insert(text: string): ChatPart {
    this.inserted.push([this.written, text.length]);
    this.written += text.length;
    return { type: 'markdown', text };
  }

  /** What is shown stays: a new answer can only be shown where it begins with that. */
  private replaced({ text, because }: ReplacedEvent): readonly ChatPart[] {
    if (text.startsWith(this.text)) return this.more(text.slice(this.text.length));
    // Text that turned out to be reasoning can't be removed here, so the answer is appended to it.
    if (because === 'reasoning' && this.text.startsWith(text)) {
      this.text = text;
      return [];
    }
    const message = this.words.localize(
      "The answer couldn't be resumed, and a new one doesn't match the text shown. Ask again for the complete answer.",
    );
    this.end = { state: 'failed', message };
    return [...this.append(this.fenced.rest()), { type: 'button', action: 'askAgain' }];
  }

  private tooLong(): readonly ChatPart[] {
    const { localize } = this.words;
    if (this.text === '') {
      const message = localize(
        'The token limit was reached before the answer started. Raise holysheep.maxTokens and ask again.',
      );
      this.end = { state: 'failed', message };
      return [{ type: 'button', action: 'askAgain' }];
    }
    this.end = { state: 'length' };
    const limit = progress(localize('The answer reached the token limit.'));
    return [...this.append(this.fenced.rest()), { type: 'button', action: 'continue' }, limit];
  }

  private failed({ message, actions }: FailedEvent): readonly ChatPart[] {
    this.end = { state: 'failed', message: plain(message) };
    const buttons = failureButtons(actions).map((action) => ({ type: 'button', action }) as const);
    return [...this.append(this.fenced.rest()), ...buttons];
  }
}

function progress(text: string): ChatPart {
  return { type: 'progress', text };
}
