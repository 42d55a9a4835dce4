import type { ResumeFrom } from '../../engine/engine';
import type { RecordedEvent } from '../../engine/events';
import { initialTurn, isRunning, reduceTurn, segmentsSoFar, type TurnState } from '../../engine/state/turnState';
import type { Attachment } from '../../shared/protocol';

/**
 * The start of the editor selection that an answer can replace, as zero-based line and character. The selected text is
 * the code of the first attachment.
 */
export interface ApplyTarget {
  readonly uri: string;
  readonly startLine: number;
  readonly startCharacter: number;
}

/** A prompt as a command or the composer submits it. */
export interface PromptInput {
  /** The prompt that the panel shows under the heading *You*. */
  readonly prompt: string;
  /** The text that is sent to the gateway instead of the prompt. Absent when the prompt itself is sent. */
  readonly content?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly target?: ApplyTarget | undefined;
  /** The model for the answer. When it is absent, the turn uses the model that is selected when the turn starts. */
  readonly model?: string | undefined;
  /**
   * Whether the prompt belongs to the demo. Demo prompts are sent only to the demo's embedded gateway, and other
   * prompts are never sent to it.
   */
  readonly demo?: boolean | undefined;
}

export interface Exchange extends PromptInput {
  readonly id: string;
  readonly state: TurnState;
  readonly queued: boolean;
}

/** Returns the prompt of an exchange with its attachments and its model, so that it can be sent again. */
export function toPromptInput({ prompt, content, attachments, target, model, demo }: PromptInput): PromptInput {
  return { prompt, content, attachments, target, model, demo };
}

/**
 * Returns the exchange with the given events added to its state. If the user has switched models during the turn, the
 * new model also becomes the model of the exchange.
 */
export function withEvents(exchange: Exchange, events: readonly RecordedEvent[]): Exchange {
  const userSwitch = events.findLast((event) => event.type === 'model' && event.reason === 'user');
  const state = events.reduce(reduceTurn, exchange.state);
  return userSwitch?.type === 'model' ? { ...exchange, state, model: userSwitch.to } : { ...exchange, state };
}

/**
 * Returns the state with which the turn of an exchange starts again. The text of the answer stays visible, whether the
 * answer is continued or restarted. Its reasoning, its tool calls and its attempts are kept only if the answer is
 * continued.
 */
export function stateForRerun(state: TurnState, mode: ResumeFrom['mode']): TurnState {
  const { model, text, textModel, reasoning, resumePoints, toolCalls } = state;
  const restarted = { ...initialTurn, model, text, ...(textModel !== undefined && { textModel }) };
  return mode === 'continue'
    ? { ...restarted, reasoning, resumePoints, toolCalls, previousSegments: segmentsSoFar(state) }
    : restarted;
}

/** Returns whether the turn of the exchange has ended, with or without a complete answer. */
export function isFinished(exchange: Exchange): boolean {
  return !exchange.queued && !isRunning(exchange.state.phase);
}

/** Returns whether the turn has ended without a complete answer. */
export function canRetry(exchange: Exchange): boolean {
  return isFinished(exchange) && exchange.state.phase !== 'done';
}

/** Returns whether the prompt of the exchange is sent later. */
export function isScheduled({ state }: Exchange): boolean {
  return state.phase === 'scheduled';
}

/**
 * Returns whether the prompt can be scheduled: the turn ended at a limit that has a reset time, or it waits for the
 * network.
 */
export function canSchedule({ queued, state: { phase, failure } }: Exchange): boolean {
  return !queued && (phase === 'offline' || (phase === 'failed' && failure?.actions.includes('sendLater') === true));
}

/**
 * Returns whether the answer can be continued: the answer has text, but its turn ended early or the answer was
 * truncated at the token limit. A turn whose request was too large can't be continued.
 */
export function canContinue(exchange: Exchange): boolean {
  const { text, finishReason, failure } = exchange.state;
  if (failure?.kind === 'too-large') return false;
  return text !== '' && (canRetry(exchange) || (isFinished(exchange) && finishReason === 'length'));
}
