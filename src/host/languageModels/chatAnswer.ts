import type { Localize } from '../../core/engine';
import type { FailedEvent, StreamEvent, Usage, WaitingEvent } from '../../core/events';
import { isRecord, parseJson } from '../../core/json';
import { ToolCalls } from './toolCalls';

/** Where an answer goes that nothing can be taken back from. */
export interface ChatSink {
  text(text: string): void;
  /** What the model thinks. */
  thinking(text: string): void;
  /** A line of ours beside the answer: what the network does. */
  note(line: string): void;
  toolCall(id: string, name: string, input: object): void;
  usage(usage: Usage): void;
}

/** The answer has ended without being whole. */
export class ChatFailure extends Error {
  constructor(
    /** Localised. */
    message: string,
    readonly kind: FailedEvent['kind'],
  ) {
    super(message);
  }
}

/**
 * Passes a turn on to a chat, in which text is only ever appended: what was shown is never said again. A new answer
 * that does not begin with it can't be shown; its tool calls can. Calls are passed on when the answer is whole, so
 * that none is carried out twice, nor one that was cut.
 */
export class ChatAnswer {
  private shown = '';
  private whole = '';
  private usage: Usage | undefined;
  private readonly calls = new ToolCalls();

  constructor(
    private readonly sink: ChatSink,
    private readonly localize: Localize,
  ) {}

  /** @returns true after the last event. @throws ChatFailure where the answer is not whole */
  take(event: StreamEvent): boolean {
    switch (event.type) {
      case 'text':
        this.whole += event.text;
        this.show();
        return false;
      case 'reasoning':
        this.sink.thinking(event.text);
        return false;
      case 'replaced':
        this.whole = event.text;
        this.show();
        return false;
      case 'tool-call':
        this.calls.add(event);
        return false;
      case 'waiting':
        this.sink.note(this.waitLine(event));
        return false;
      case 'cut':
        this.sink.note(event.message);
        return false;
      case 'model':
        this.sink.note(this.localize('{from} is not answering; asking {to}.', { from: event.from, to: event.to }));
        return false;
      case 'usage':
        this.usage = event;
        return false;
      case 'done':
        this.finish(event.finishReason);
        return true;
      case 'stopped':
        return true;
      case 'failed':
        throw new ChatFailure(event.message, event.kind);
      case 'attempt':
        this.calls.forget();
        return false;
      case 'headers':
      case 'quiet':
      case 'ended':
      case 'resumed':
        return false;
    }
  }

  private show(): void {
    if (!this.whole.startsWith(this.shown)) return;
    const more = this.whole.slice(this.shown.length);
    this.shown = this.whole;
    if (more !== '') this.sink.text(more);
  }

  private finish(finishReason: string): void {
    const calls = this.calls.all();
    if (this.shown !== this.whole && calls.length === 0) {
      const message = this.localize(
        'The answer was cut off and had to be started again; the new one reads differently. Ask again to see it.',
      );
      throw new ChatFailure(message, 'truncated');
    }
    // All of them, before the first is made.
    const inputs = calls.map(({ name, arguments: json }) => {
      const input = json.trim() === '' ? {} : parseJson(json);
      if (!isRecord(input)) throw this.unreadable(name, finishReason);
      return input;
    });
    calls.forEach(({ id, name }, index) => this.sink.toolCall(id, name, inputs[index] ?? {}));
    if (this.usage) this.sink.usage(this.usage);
    if (finishReason === 'length') this.sink.note(this.localize('Reached the token limit: the answer ends early.'));
  }

  private unreadable(tool: string, finishReason: string): ChatFailure {
    const message =
      finishReason === 'length'
        ? this.localize('The token limit was reached in the middle of a call of the tool {tool}.', { tool })
        : this.localize("The model's call of the tool {tool} can't be read. Ask again, or take another model.", {
            tool,
          });
    return new ChatFailure(message, 'malformed');
  }

  private waitLine({ message, reason, delayMs, hintMs, attempt, maxAttempts }: WaitingEvent): string {
    if (reason === 'offline') return message;
    const asked =
      hintMs === undefined
        ? ''
        : ` ${this.localize('The server asked for {seconds} s.', { seconds: secondsOf(hintMs) })}`;
    const next = { attempt, most: maxAttempts, seconds: secondsOf(delayMs) };
    return `${message}${asked} ${this.localize('Attempt {attempt} of {most} in {seconds} s.', next)}`;
  }
}

function secondsOf(ms: number): number {
  return Math.ceil(ms / 1000);
}
