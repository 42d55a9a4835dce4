import type { ResumeFrom } from '../../engine/engine';
import type { EffortChoice } from '../../engine/request';
import { attemptsOf, totalCost, type TotalCost } from '../../engine/state/turnCost';
import { initialTurn, isRunning, type TurnState } from '../../engine/state/turnState';
import { segmentsSoFar } from '../../engine/state/turnTotals';
import type { ApplyTarget, Attachment } from '../../shared/conversation';

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

/** The part that an exchange has in a comparison or as a summary. */
export interface ExchangeRole {
  /** Id of the comparison of which the exchange is a column. The columns are versions of one exchange. */
  readonly comparison?: string | undefined;
  /** For a summary: id of the last exchange for which it stands in requests, or '' if it comes from another conversation. */
  readonly summarizes?: string | undefined;
}

export interface Exchange extends PromptInput, ExchangeRole {
  readonly id: string;
  readonly state: TurnState;
  readonly queued: boolean;
  /** Whether the user has undone the summary. */
  readonly isUndone?: true | undefined;
}

/** Returns whether the exchange is a summary that stands for earlier exchanges in requests. */
export function isUsableSummary({ summarizes, isUndone, state }: Exchange): boolean {
  return summarizes !== undefined && !isUndone && state.phase === 'done' && state.text.trim() !== '';
}

export function toPromptInput(input: PromptInput): PromptInput {
  const { prompt, content, attachments, target, model, reasoningEffort, demo } = input;
  return { prompt, content, attachments, target, model, reasoningEffort, demo };
}

export function toExchangeRole({ comparison, summarizes }: ExchangeRole): ExchangeRole {
  return { ...(comparison !== undefined && { comparison }), ...(summarizes !== undefined && { summarizes }) };
}

/** Returns the changes after the user has edited a summary, or undone it with an empty text. */
export function changesOfSummary(state: TurnState, text: string): Pick<Exchange, 'state' | 'isUndone'> {
  if (text === '') return { state, isUndone: true };
  // The edited text is complete, even if the model had reached its token limit.
  return { state: { ...state, text, phase: 'done', finishReason: 'stop' }, isUndone: undefined };
}

/**
 * The text of the answer stays visible. Its reasoning and tool calls stay only if it is continued. The attempts of a
 * restarted answer still count towards the cost.
 */
export function stateForRerun(state: TurnState, mode: ResumeFrom['mode']): TurnState {
  const { model, text, textModel, reasoning, resumePoints, toolCalls, discardedAttempts } = state;
  const kept = { ...initialTurn, model, text, ...(textModel !== undefined && { textModel }) };
  return mode === 'continue'
    ? { ...kept, reasoning, resumePoints, toolCalls, discardedAttempts, previousSegments: segmentsSoFar(state) }
    : { ...kept, discardedAttempts: attemptsOf(state) };
}

/** Answers of the demo cost nothing. */
export function costOfExchanges(exchanges: readonly Exchange[]): TotalCost {
  return totalCost(exchanges.filter(({ demo }) => !demo).map(({ state }) => state));
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
