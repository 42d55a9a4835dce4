import { visibleText } from '../../engine/gateway/visibleText';
import { segmentsOf } from '../../engine/state/turnTotals';
import type { Answer } from '../../shared/exchanges';
import type { ReadImage } from '../conversation/requestImages';
import type { ExchangeTree } from '../journal/exchangeTree';

/** The data of a conversation that an export needs. */
export interface ExportSource {
  readonly title: string;
  readonly tree: ExchangeTree;
  readonly readImage: ReadImage;
}

/** Returns when the first attempt started, in epoch milliseconds, or `undefined` if there was no attempt. */
export function firstAttemptAt({ state }: Answer): number | undefined {
  return segmentsOf(state).flatMap(({ ledger }) => ledger.entries)[0]?.time;
}

/** Returns the model that has answered. If no model has answered yet, returns the requested model. */
export function modelOf({ state, model }: Answer): string | undefined {
  return state.model || model;
}

/**
 * Returns the models that have written the answer, in the order of their parts. If no model has answered yet, returns
 * the requested model.
 */
export function modelsOf(answer: Answer): readonly string[] {
  const continuedModels = answer.state.resumePoints.flatMap(({ models }) => models ?? []);
  const [first] = continuedModels;
  if (first) return [first.from, ...continuedModels.map(({ to }) => to)];
  const model = modelOf(answer);
  return model === undefined ? [] : [model];
}

const maxNameLength = 60;

/**
 * Returns a file name for the export: the title without the characters that a file name can't contain. Dots at both
 * ends are removed, because Windows ignores a final dot, and other systems hide files whose name starts with a dot.
 */
export function exportFileName(title: string, extension: string): string {
  const allowed = visibleText(title, maxNameLength).replace(/[\\/:*?"<>|\s]+/g, ' ');
  return `${allowed.replace(/^[\s.…]+|[\s.…]+$/g, '') || 'conversation'}.${extension}`;
}
