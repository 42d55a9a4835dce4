import * as vscode from 'vscode';
import type { Localize } from '../../engine/engine';
import { knownLocale } from '../../engine/gateway/visibleText';

/** For layers that don't know VS Code. */
export const localize: Localize = (message, args) =>
  args === undefined ? vscode.l10n.t(message) : vscode.l10n.t(message, args);

/** As the user writes it, with the day when it isn't today. @param at epoch milliseconds */
export function timeOfDay(at: number): string {
  return formatDateTime(at, {});
}

/** The same, with seconds. @param at epoch milliseconds */
export function secondOfDay(at: number): string {
  return formatDateTime(at, { second: '2-digit' });
}

function formatDateTime(at: number, more: Intl.DateTimeFormatOptions): string {
  const then = new Date(at);
  const today = new Date().toDateString() === then.toDateString();
  const day = today ? {} : ({ month: 'short', day: 'numeric' } as const);
  return then.toLocaleString(knownLocale(vscode.env.language), { ...day, hour: '2-digit', minute: '2-digit', ...more });
}
