import * as vscode from 'vscode';
import type { Engine, RunOptions, TurnHandle } from '../../engine/engine';
import {
  isTerminal,
  type AttemptEvent,
  type ReplacedEvent,
  type StreamEvent,
  type TerminalEvent,
  type WaitingEvent,
} from '../../engine/events/events';
import type { ChatRequest } from '../../engine/request';
import { initialTurn, reduceTurn, type TurnState } from '../../engine/state/turnState';
import { describeRefusedEffort } from '../../shared/describeEffort';
import {
  announceCutPrompt,
  describeModelSwitch,
  describeRetryTime,
  describeGatewaySwitch,
  describeWait,
  describeWaitOrigin,
  type Words,
} from '../../shared/describe';
import { coversWait } from '../../shared/protocol';

/**
 * A part of an answer in VS Code's chat, in which parts can be appended but not changed. The type `status` is a line of
 * plain text about the turn.
 */
export interface AnswerPart {
  readonly type: 'text' | 'reasoning' | 'status' | 'wait';
  readonly text: string;
}

/**
 * Minimum duration, in milliseconds, of a wait that is shown in the middle of an answer. Shorter waits are mentioned
 * only at the end, because a progress line splits the answer into two texts, and newer versions of VS Code later
 * collapse the first text.
 */
const minShownWaitMs = 5000;

export class AppendOnlyAnswer {
  turn: TurnState;
  /**
   * Whether a restarted answer differs from the text that is already in the chat. If so, the chat does not show the
   * restarted answer.
   */
  hasDiverged = false;
  private shownText: string;
  private endsWithText = false;
  private announcedWait: WaitingEvent | undefined;
  private announcedEffort = '';

  /** @param partialText the model's text in previous responses, which this answer continues */
  constructor(
    private readonly words: Words,
    partialText = '',
  ) {
    this.turn = { ...initialTurn, text: partialText };
    this.shownText = partialText;
  }

  get hasText(): boolean {
    return this.shownText !== '';
  }

  convert(event: StreamEvent): readonly AnswerPart[] {
    const { strings } = this.words;
    this.turn = reduceTurn(this.turn, event);
    switch (event.type) {
      case 'text':
        return this.hasDiverged ? [] : this.appendText(event.text);
      case 'replaced':
        return this.replaceText(event);
      case 'reasoning':
        return [{ type: 'reasoning', text: event.text }];
      case 'waiting':
        return this.announceWait(event);
      case 'attempt':
        return [
          ...this.announceRefusedEffort(event),
          ...this.status(announceCutPrompt(this.words, this.turn)),
          ...this.announceResume(event),
        ];
      case 'model':
        return this.status(describeModelSwitch(strings, event));
      case 'gateway':
        return this.status(describeGatewaySwitch(strings, event));
      default:
        return [];
    }
  }

  private appendText(text: string): readonly AnswerPart[] {
    if (text === '') return [];
    this.shownText += text;
    this.endsWithText = true;
    this.announcedWait = undefined;
    return [{ type: 'text', text }];
  }

  private replaceText({ text, because }: ReplacedEvent): readonly AnswerPart[] {
    // Text in the chat can't be removed. If the text turns out to be reasoning, it remains visible, and the answer is
    // appended to it.
    if (because === 'reasoning' && this.shownText.startsWith(text)) this.shownText = text;
    this.hasDiverged = !text.startsWith(this.shownText);
    return this.hasDiverged ? [] : this.appendText(text.slice(this.shownText.length));
  }

  private announceWait(event: WaitingEvent): readonly AnswerPart[] {
    const { announcedWait } = this;
    if (this.endsWithText && event.reason !== 'offline' && event.delayMs < minShownWaitMs) return [];
    this.announcedWait = event;
    if (announcedWait && coversWait(announcedWait, event)) return [];
    const end = `${describeWaitOrigin(this.words, event)} · ${describeRetryTime(this.words, event)}`;
    return this.status(describeWait(this.words, event, end), 'wait');
  }

  private announceRefusedEffort(event: AttemptEvent): readonly AnswerPart[] {
    const text = describeRefusedEffort(this.words.strings, event);
    return text === '' || this.endsWithText || text === this.announcedEffort
      ? []
      : this.status((this.announcedEffort = text));
  }

  private announceResume({ how }: AttemptEvent): readonly AnswerPart[] {
    if (this.endsWithText || !this.hasText || how === undefined) return [];
    const { restarting, resuming } = this.words.strings;
    return this.status(how === 'restart' ? restarting : resuming);
  }

  private status(text: string, type: 'status' | 'wait' = 'status'): readonly AnswerPart[] {
    if (text === '') return [];
    this.endsWithText = false;
    return [{ type, text }];
  }
}

export function divergedMessage(): string {
  return vscode.l10n.t(
    "The answer couldn't be resumed, and the new answer doesn't match the text shown. Ask again for a complete answer.",
  );
}

interface ChatTurnOptions {
  readonly resumeFrom?: RunOptions['resumeFrom'];
  readonly token: vscode.CancellationToken;
  readonly onEvent: (event: StreamEvent) => void;
}

/** Starts a turn. The promise `terminalEvent` resolves to the last event of the turn and never rejects. */
export function startChatTurn(
  engine: Engine,
  request: ChatRequest,
  { token, onEvent, ...options }: ChatTurnOptions,
): { readonly handle: TurnHandle; readonly terminalEvent: Promise<TerminalEvent> } {
  const abortController = new AbortController();
  if (token.isCancellationRequested) abortController.abort();
  const subscription = token.onCancellationRequested(() => abortController.abort());
  const { promise: terminalEvent, resolve } = Promise.withResolvers<TerminalEvent>();
  const onEvents = (events: readonly StreamEvent[]): void => {
    const end = events.find(isTerminal);
    if (end) {
      subscription.dispose();
      resolve(end);
    }
    events.forEach(onEvent);
  };
  return { handle: engine.run(request, { ...options, signal: abortController.signal, onEvents }), terminalEvent };
}
