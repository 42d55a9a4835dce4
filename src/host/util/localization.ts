import * as vscode from 'vscode';
import type { Localize } from '../../engine/environment';
import { timeOfDayOptions, toSupportedLocale } from '../../engine/gateway/visibleText';

/** Translates a message with `vscode.l10n`, for layers that don't import `vscode`. */
export const localize: Localize = (message, args) =>
  args === undefined ? vscode.l10n.t(message) : vscode.l10n.t(message, args);

export function formatTime(at: number): string {
  return formatDateTime(at, {});
}

export function formatTimeWithSeconds(at: number): string {
  return formatDateTime(at, { second: '2-digit' });
}

function formatDateTime(at: number, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(at);
  const isToday = new Date().toDateString() === date.toDateString();
  const day = isToday ? {} : ({ month: 'short', day: 'numeric' } as const);
  const locale = toSupportedLocale(vscode.env.language);
  return date.toLocaleString(locale, { ...day, ...timeOfDayOptions(locale), ...options });
}
