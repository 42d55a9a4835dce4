import type { ResumeFrom } from '../../engine/engine';
import type { EffortChoice } from '../../engine/request';
import { initialTurn, isRunning, type TurnState } from '../../engine/state/turnState';
import { segmentsSoFar } from '../../engine/state/turnTotals';
import type { Attachment } from '../../shared/protocol';

/** The zero-based start of the selection that an answer can replace. Its text is the code of the first attachment. */
export interface ApplyTarget {
  readonly uri: string;
  readonly startLine: number;
  readonly startCharacter: number;
}

export interface PromptInput {
  readonly prompt: string;
  /** The text that is sent to the gateway instead of the prompt. */
  readonly content?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly target?: ApplyTarget | undefined;
  /** By default, the model that is selected when the turn starts. */
  readonly model?: string | undefined;
  /** By default, the effort that is remembered for the model when the turn starts. */
  readonly reasoningEffort?: EffortChoice | undefined;
  /** Demo prompts are sent only to the demo's embedded gateway, and other prompts never. */
  readonly demo?: boolean | undefined;
}

export interface Exchange extends PromptInput {
  readonly id: string;
  readonly state: TurnState;
  readonly queued: boolean;
}

export function toPromptInput(input: PromptInput): PromptInput {
  const { prompt, content, attachments, target, model, reasoningEffort, demo } = input;
  return { prompt, content, attachments, target, model, reasoningEffort, demo };
}

/** The text of the answer stays visible; the rest of the answer and its attempts stay only if it is continued. */
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

export function canRetry(exchange: Exchange): boolean {
  return isFinished(exchange) && exchange.state.phase !== 'done';
}

export function isScheduled({ state }: Exchange): boolean {
  return state.phase === 'scheduled';
}

/** Returns whether the turn ended at a limit that has a reset time, or waits for the network. */
export function canSchedule({ queued, state: { phase, failure } }: Exchange): boolean {
  return !queued && (phase === 'offline' || (phase === 'failed' && failure?.actions.includes('sendLater') === true));
}

/** Returns whether the answer has text, but its turn ended early or the answer was truncated at the token limit. */
export function canContinue(exchange: Exchange): boolean {
  const { text, finishReason, failure } = exchange.state;
  if (failure?.kind === 'too-large') return false;
  return text !== '' && (canRetry(exchange) || (isFinished(exchange) && finishReason === 'length'));
}
