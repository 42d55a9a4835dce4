import * as vscode from 'vscode';
import { toSupportedLocale } from '../../engine/gateway/visibleText';
import { systemClock } from '../util/systemClock';
import type { HealthBook } from './healthBook';
import { essencesOf, pairOf } from './healthReport';

/** Returns the success rate and the time to the first token of a model over a route in one short text. */
type EssenceText = (model: string, origin: string) => string | undefined;

/** Reads the health book once, and returns a function that describes the models in it and undefined for other models. */
export function essenceTexts(book: Pick<HealthBook, 'records'>): EssenceText {
  const seconds = new Intl.NumberFormat(toSupportedLocale(vscode.env.language), { maximumFractionDigits: 1 });
  const essences = essencesOf(book.records(), systemClock.now());
  return (model, origin) => {
    const { successRate, firstTokenMs } = essences.get(pairOf({ origin, model })) ?? {};
    if (successRate === undefined) return undefined;
    // Rounds down, because only a model without any failure has a rate of 100 %.
    const percent = Math.floor(successRate * 100);
    return firstTokenMs === undefined
      ? vscode.l10n.t('{0} %', percent)
      : vscode.l10n.t('{0} % · first token {1} s', percent, seconds.format(firstTokenMs / 1000));
  };
}
