import type { EarlierAnswer } from '../../engine/engine';
import type { RecordedEvent } from '../../engine/events';
import { initialTurn, isRunning, reduce, runsSoFar, type TurnState } from '../../engine/state/turnState';
import type { Attachment, ExchangeView } from '../../shared/protocol';

/** Where the selection begins that an answer may be applied to; zero-based. Its text is the first attachment's code. */
export interface ApplyTarget {
  readonly uri: string;
  readonly startLine: number;
  readonly startCharacter: number;
}

/** What a command or the composer hands over. */
export interface PromptInput {
  /** As shown under *You*. */
  readonly prompt: string;
  /** As sent; the prompt itself when absent. */
  readonly content?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly target?: ApplyTarget | undefined;
  /** Absent: the model that is set when the turn starts. */
  readonly model?: string | undefined;
  /** Asked of the embedded gateway; it never goes to another, nor does a real one go there. */
  readonly demo?: boolean | undefined;
}

export interface Exchange extends PromptInput {
  readonly id: string;
  readonly state: TurnState;
  readonly queued: boolean;
}

export function toExchangeView(exchange: Exchange): ExchangeView {
  const { id, prompt, attachments = [], state, queued, demo } = exchange;
  return { id, prompt, attachments, state, queued, ...(demo && { demo }) };
}

/** What it was asked with, to be asked again. */
export function inputOf({ prompt, content, attachments, target, model, demo }: PromptInput): PromptInput {
  return { prompt, content, attachments, target, model, demo };
}

/** A model the user switched to in mid-turn is the one a later attempt goes to as well. */
export function withEvents(exchange: Exchange, events: readonly RecordedEvent[]): Exchange {
  const chosen = events.findLast((event) => event.type === 'model' && event.reason === 'user');
  const state = events.reduce(reduce, exchange.state);
  return chosen?.type === 'model' ? { ...exchange, state, model: chosen.to } : { ...exchange, state };
}

/**
 * The state a turn starts again from. Its text stays: it is continued, or there until a new answer has overtaken it;
 * what was thought before the text, the tools it has called, and what the network did for it, belong to it.
 */
export function stateForRerun(state: TurnState, go: EarlierAnswer['go']): TurnState {
  const { model, text, reasoning, seams, toolCalls } = state;
  const again = { ...initialTurn, model, text };
  return go === 'continue' ? { ...again, reasoning, seams, toolCalls, earlier: runsSoFar(state) } : again;
}

export function isFinished(exchange: Exchange): boolean {
  return !exchange.queued && !isRunning(exchange.state.phase);
}

/** Over, but without a whole answer. */
export function canRetry(exchange: Exchange): boolean {
  return isFinished(exchange) && exchange.state.phase !== 'done';
}

/**
 * Whether the text ends before the answer does, because the answer was broken off or cut by the token limit. A turn
 * that was too large can't be continued.
 */
export function canContinue(exchange: Exchange): boolean {
  const { text, finishReason, failure } = exchange.state;
  if (failure?.kind === 'too-large') return false;
  return text !== '' && (canRetry(exchange) || (isFinished(exchange) && finishReason === 'length'));
}
