import type { FailedEvent, StreamEvent, ToolCallEvent, Usage, WaitingEvent } from '../../../engine/events';
import { isRecord, parseJson } from '../../../engine/json';
import type { ToolCall } from '../../../engine/request';
import { describeModelSwitch, describeRouteSwitch, describeWait } from '../../../shared/describe';
import { coversWait } from '../../../shared/protocol';
import type { HostWords } from '../../ui/words';

/** Receives the parts of an answer. No part can be removed or changed afterwards. */
export interface ChatSink {
  appendText(text: string): void;
  /** Appends text to the model's reasoning. */
  appendReasoning(text: string): void;
  /** Shows a status line of the extension, for example about a wait before a retry. */
  showStatus(line: string): void;
  callTool(id: string, name: string, input: object): void;
  reportUsage(usage: Usage): void;
}

/** The error for an answer that ended before it was complete. */
export class ChatFailure extends Error {
  constructor(
    /** Localized error message. */
    message: string,
    readonly kind: FailedEvent['kind'],
  ) {
    super(message);
  }
}

/**
 * Passes the events of a turn to a sink that can only append text, and sends no text twice. The text of a restarted
 * answer is sent only if it starts with the text that was already sent. Tool calls are sent only when the answer is
 * complete, so no call runs twice and no incomplete call runs.
 */
export class ModelAnswer {
  /** Localized reason why the answer ended early without a failure. */
  earlyEnd: string | undefined;
  /** Text that was already sent to the sink, from which nothing can be removed. */
  private sentText = '';
  /** Text of the answer. It differs from the sent text if a restarted answer did not start with that text. */
  private currentText = '';
  private usage: Usage | undefined;
  /** The last wait that a status line described. */
  private lastWait: WaitingEvent | undefined;
  /** The tool calls of the current attempt, by their index. */
  private readonly calls = new Map<number, ToolCall>();

  constructor(
    private readonly sink: ChatSink,
    private readonly words: HostWords,
  ) {}

  /**
   * Passes an event to the sink. Returns true after the last event of the turn.
   * @throws ChatFailure if the answer ended before it was complete
   */
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
        // If the text that was already sent turns out to be reasoning, it stays and the answer is appended to it,
        // because the sink can't remove text.
        if (event.because === 'reasoning' && this.sentText.startsWith(event.text)) this.sentText = event.text;
        this.sendNewText();
        return false;
      case 'tool-call':
        this.addToolCall(event);
        return false;
      case 'waiting':
        if (!this.lastWait || !coversWait(this.lastWait, event))
          this.showStatus(describeWait(this.words, event, 'long'));
        this.lastWait = event;
        return false;
      case 'cut':
        this.showStatus(event.message);
        return false;
      case 'model':
        this.showStatus(describeModelSwitch(this.words.strings, event));
        return false;
      case 'route':
        this.showStatus(describeRouteSwitch(this.words.strings, event));
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

  /**
   * Shows a status line, but only before the first text. A status line after text would make VS Code collapse the text,
   * and would split an open code block.
   */
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

  /** Returns the tool calls in the order of their indices. A call without an ID gets a new ID. */
  private orderedCalls(): readonly ToolCall[] {
    return [...this.calls]
      .sort(([a], [b]) => a - b)
      .filter(([, { name }]) => name !== '')
      .map(([index, call]) => ({ ...call, id: call.id || `call_${index}` }));
  }

  private sendNewText(): void {
    if (!this.currentText.startsWith(this.sentText)) return;
    const newText = this.currentText.slice(this.sentText.length);
    this.sentText = this.currentText;
    if (newText !== '') this.sink.appendText(newText);
  }

  private finish(finishReason: string): void {
    const calls = this.orderedCalls();
    if (this.sentText !== this.currentText && calls.length === 0) {
      const message = this.words.localize(
        "The answer was cut off and restarted, but the new answer doesn't match the text shown. Ask again for a complete answer.",
      );
      throw new ChatFailure(message, 'truncated');
    }
    // Parses the arguments of all tool calls before the first call is sent, so that invalid arguments prevent all
    // calls.
    const inputs = calls.map(({ name, arguments: json }) => {
      // Treats missing arguments of a tool call as an empty object. If the answer may have been truncated at the token
      // limit, missing arguments are an error.
      const input = json.trim() === '' && finishReason !== 'length' ? {} : parseJson(json);
      if (!isRecord(input)) throw this.invalidCallFailure(name, finishReason);
      return input;
    });
    calls.forEach(({ id, name }, index) => this.sink.callTool(id, name, inputs[index] ?? {}));
    if (this.usage) this.sink.reportUsage(this.usage);
    if (finishReason === 'length' && calls.length === 0) {
      this.earlyEnd = this.words.localize('The answer was cut off at the token limit. Ask the model to continue.');
    }
  }

  private invalidCallFailure(tool: string, finishReason: string): ChatFailure {
    const message =
      finishReason === 'length'
        ? this.words.localize('The token limit was reached during a call to the {tool} tool.', { tool })
        : this.words.localize('The model made an invalid call to the {tool} tool. Ask again or use another model.', {
            tool,
          });
    return new ChatFailure(message, 'malformed');
  }
}
