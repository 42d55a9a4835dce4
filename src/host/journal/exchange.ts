import type { ResumeFrom } from '../../engine/engine';
import { attemptsOf, totalCost, type TotalCost } from '../../engine/state/turnCost';
import { initialTurn, isRunning, type TurnState } from '../../engine/state/turnState';
import { segmentsSoFar } from '../../engine/state/turnTotals';
import type { Answer, Exchange, Prompt, Summary } from '../../shared/exchanges';

/**
 * Returns the answers that the page shows next to each other: all answers of an open comparison, or else the selected
 * answer. Without an exchange, for example for a summary, the list is empty.
 */
export function answersSideBySide(exchange: Exchange | undefined): readonly Answer[] {
  const { answers, selected } = exchange ?? { answers: [] };
  const { comparison } = answers.find(({ id }) => id === selected) ?? {};
  return answers.filter(({ id, comparison: other }) =>
    comparison && !comparison.isUsed ? other?.id === comparison.id : id === selected,
  );
}

/**
 * Returns the id of the answer's comparison. Returns undefined after the user has chosen one of the compared answers.
 */
export function openComparison(answer: Answer | undefined): string | undefined {
  return answer?.comparison?.isUsed ? undefined : answer?.comparison?.id;
}

/** Returns the models of an open comparison. Returns an empty list if the exchange shows only a single answer. */
export function comparedModels(exchange: Exchange | undefined): readonly string[] {
  const answers = answersSideBySide(exchange);
  return answers.length > 1 ? [...new Set(answers.map(({ model, state }) => model ?? state.model))] : [];
}

/** Returns the prompt of an exchange, without its answers and its place in the conversation. */
export function promptOfExchange({ prompt, content, attachments, images, target, reasoningEffort }: Exchange): Prompt {
  return { prompt, content, attachments, images, target, reasoningEffort };
}

/** Returns the answer, followed by the other answers of the same comparison, even if the comparison has ended. */
export function comparedWith({ answers }: Exchange, answer: Answer): readonly Answer[] {
  const { comparison } = answer;
  return [
    answer,
    ...answers.filter((other) => other !== answer && comparison && other.comparison?.id === comparison.id),
  ];
}

/** Returns whether later requests contain this summary instead of the turns that it summarizes. */
export function isUsableSummary({ isUndone, answer: { state } }: Pick<Summary, 'answer' | 'isUndone'>): boolean {
  return !isUndone && state.phase === 'done' && state.text.trim() !== '';
}

/**
 * Returns the initial state of an answer when a further turn continues or restarts it. The old text remains visible. If
 * the answer is continued, its reasoning and tool calls are kept as well. If it is restarted, the cost still includes
 * the earlier attempts.
 */
export function stateForRerun(state: TurnState, resumeMode: ResumeFrom['resumeMode']): TurnState {
  const { model, text, textModel, reasoning, resumePoints, toolCalls, discardedAttempts } = state;
  const keptState = { ...initialTurn, model, text, textModel };
  return resumeMode === 'continue'
    ? { ...keptState, reasoning, resumePoints, toolCalls, discardedAttempts, previousSegments: segmentsSoFar(state) }
    : { ...keptState, discardedAttempts: attemptsOf(state) };
}

export function costOfAnswers(answers: readonly Answer[]): TotalCost {
  return totalCost(answers.map(({ state }) => state));
}

/** Returns whether the answer's turn has ended, with or without a complete answer. */
export function isFinished(answer: Answer): boolean {
  return !answer.isQueued && !isRunning(answer.state.phase);
}

export function canRetry(answer: Answer): boolean {
  return isFinished(answer) && answer.state.phase !== 'done';
}

export function isScheduled({ state }: Answer): boolean {
  return state.phase === 'scheduled';
}

/**
 * Returns whether the user can schedule the prompt. This is possible if its turn failed at a limit that has a reset
 * time, or if the turn is waiting for the network.
 */
export function canSchedule({ isQueued, state: { phase, failure } }: Answer): boolean {
  return !isQueued && (phase === 'offline' || (phase === 'failed' && failure?.actions.includes('sendLater') === true));
}

/**
 * Returns whether the answer has some text but is not complete, because its turn ended early or reached the token
 * limit.
 */
export function canContinue(answer: Answer): boolean {
  const { text, finishReason, failure } = answer.state;
  if (failure?.kind === 'too-large') return false;
  return text !== '' && (canRetry(answer) || (isFinished(answer) && finishReason === 'length'));
}
