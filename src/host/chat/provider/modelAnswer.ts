import type { FailedEvent, StreamEvent, ToolCallEvent, Usage, WaitingEvent } from '../../../engine/events';
import { isRecord, parseJson } from '../../../engine/json';
import type { ToolCall } from '../../../engine/request';
import { isDescribedBy } from '../../../shared/protocol';
import { formatModelSwitch, formatWait, type ChatFormatter } from '../chatMessages';

/** Where an answer goes that nothing can be taken back from. */
export interface ChatSink {
  appendText(text: string): void;
  /** What the model thinks. */
  appendReasoning(text: string): void;
  /** A line of ours beside the answer: what the network does. */
  showStatus(line: string): void;
  callTool(id: string, name: string, input: object): void;
  reportUsage(usage: Usage): void;
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
export class ModelAnswer {
  /** Localised: why the answer is whole, as far as it goes, but ends too early. */
  earlyEnd: string | undefined;
  private sentText = '';
  private currentText = '';
  private usage: Usage | undefined;
  /** The last that was told. */
  private lastWait: WaitingEvent | undefined;
  /** The tool calls of the current attempt, by their index. */
  private readonly calls = new Map<number, ToolCall>();

  constructor(
    private readonly sink: ChatSink,
    private readonly formatter: ChatFormatter,
  ) {}

  /** @returns true after the last event. @throws ChatFailure where the answer is not whole */
  handle(event: StreamEvent): boolean {
    switch (event.type) {
      case 'text':
        this.currentText += event.text;
        this.sendNewText();
        return false;
      case 'reasoning':
        this.sink.appendReasoning(event.text);
        return false;
      case 'replaced':
        this.currentText = event.text;
        // Text that turned out to be reasoning can't be removed here, so the answer is appended to it.
        if (event.because === 'reasoning' && this.sentText.startsWith(event.text)) this.sentText = event.text;
        this.sendNewText();
        return false;
      case 'tool-call':
        this.addToolCall(event);
        return false;
      case 'waiting':
        if (!this.lastWait || !isDescribedBy(this.lastWait, event)) this.showStatus(formatWait(event, this.formatter));
        this.lastWait = event;
        return false;
      case 'cut':
        this.showStatus(event.message);
        return false;
      case 'model':
        this.showStatus(formatModelSwitch(event, this.formatter));
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
        this.calls.clear();
        return false;
      case 'headers':
      case 'quiet':
      case 'ended':
      case 'resumed':
        return false;
    }
  }

  /** A thought behind a text makes VS Code fold the text away, and break a block of code in two: then nothing is said. */
  private showStatus(line: string): void {
    if (this.sentText === '') this.sink.showStatus(line);
  }

  private addToolCall({ index, id, name, arguments: json }: ToolCallEvent): void {
    const call = this.calls.get(index);
    this.calls.set(index, {
      id: call?.id || (id ?? ''),
      name: call?.name || (name ?? ''),
      arguments: (call?.arguments ?? '') + json,
    });
  }

  /** In the order of their indices. A call without an id is given one. */
  private orderedCalls(): readonly ToolCall[] {
    return [...this.calls]
      .sort(([a], [b]) => a - b)
      .filter(([, { name }]) => name !== '')
      .map(([index, call]) => ({ ...call, id: call.id || `call_${index}` }));
  }

  private sendNewText(): void {
    if (!this.currentText.startsWith(this.sentText)) return;
    const more = this.currentText.slice(this.sentText.length);
    this.sentText = this.currentText;
    if (more !== '') this.sink.appendText(more);
  }

  private finish(finishReason: string): void {
    const calls = this.orderedCalls();
    if (this.sentText !== this.currentText && calls.length === 0) {
      const message = this.formatter.localize(
        'The answer was cut off and restarted, but the new one differs from the text shown. Ask again to see it.',
      );
      throw new ChatFailure(message, 'truncated');
    }
    // All of them, before the first is made.
    const inputs = calls.map(({ name, arguments: json }) => {
      // At the token limit nothing may be all that has come of what was to be said.
      const input = json.trim() === '' && finishReason !== 'length' ? {} : parseJson(json);
      if (!isRecord(input)) throw this.invalidCallFailure(name, finishReason);
      return input;
    });
    calls.forEach(({ id, name }, index) => this.sink.callTool(id, name, inputs[index] ?? {}));
    if (this.usage) this.sink.reportUsage(this.usage);
    if (finishReason === 'length' && calls.length === 0) {
      this.earlyEnd = this.formatter.localize('The answer was cut off at the token limit. Ask to continue.');
    }
  }

  private invalidCallFailure(tool: string, finishReason: string): ChatFailure {
    const message =
      finishReason === 'length'
        ? this.formatter.localize('The token limit was reached during a call to the tool {tool}.', { tool })
        : this.formatter.localize(
            'The model made an invalid call to the tool {tool}. Ask again or use another model.',
            {
              tool,
            },
          );
    return new ChatFailure(message, 'malformed');
  }
}
