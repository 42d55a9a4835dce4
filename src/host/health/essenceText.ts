import * as vscode from 'vscode';
import { toSupportedLocale } from '../../engine/gateway/visibleText';
import { systemClock } from '../util/systemClock';
import type { HealthBook } from './healthBook';
import { essenceOf } from './healthReport';

/**
 * Returns the success rate and the time to the first token of a model in one short text, or undefined if the health book
 * has no attempts of the model.
 * @param origin origin of the route. By default, all routes count.
 */
export function essenceText(book: Pick<HealthBook, 'tallies'>, model: string, origin?: string): string | undefined {
  const essence = essenceOf(book.tallies(), systemClock.now(), model, origin);
  if (!essence) return undefined;
  // Rounds down, because only a model without any failure has a rate of 100 %.
  const percent = Math.floor(essence.successRate * 100);
  if (essence.firstTokenMs === undefined) return vscode.l10n.t('{0} %', percent);
  const seconds = new Intl.NumberFormat(toSupportedLocale(vscode.env.language), { maximumFractionDigits: 1 });
  return vscode.l10n.t('{0} % · first token {1} s', percent, seconds.format(essence.firstTokenMs / 1000));
}
