import { visibleText } from '../../engine/gateway/visibleText';
import { segmentsOf } from '../../engine/state/turnTotals';
import type { Answer } from '../../shared/exchanges';
import type { ExchangeTree } from '../journal/exchangeTree';

/** The content of a conversation for an export. */
export interface ExportSource {
  readonly title: string;
  readonly tree: ExchangeTree;
}

/** Returns the epoch milliseconds of the first attempt, or `undefined` when there was no attempt. */
export function firstAttemptAt({ state }: Answer): number | undefined {
  return segmentsOf(state).flatMap(({ ledger }) => ledger.entries)[0]?.time;
}

/** Returns the model that has answered. Without an answer, returns the model that was requested. */
export function modelOf({ state, model }: Answer): string | undefined {
  return state.model || model;
}

/** Returns the models that have written the answer, in order. Without an answer, returns the model that was requested. */
export function modelsOf(answer: Answer): readonly string[] {
  const continuedModels = answer.state.resumePoints.flatMap(({ models }) => models ?? []);
  const [first] = continuedModels;
  if (first) return [first.from, ...continuedModels.map(({ to }) => to)];
  const model = modelOf(answer);
  return model === undefined ? [] : [model];
}

const maxNameLength = 60;

/**
 * Returns the title without characters that a file name can't contain. Dots at both ends are removed: Windows ignores a
 * final dot, and other systems hide files whose name starts with a dot.
 */
export function exportFileName(title: string, extension: string): string {
  const allowed = visibleText(title, maxNameLength).replace(/[\\/:*?"<>|\s]+/g, ' ');
  return `${allowed.replace(/^[\s.…]+|[\s.…]+$/g, '') || 'conversation'}.${extension}`;
}
