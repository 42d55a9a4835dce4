import * as vscode from 'vscode';
import type { FaultName } from '../../demo/demo';

const mostSeconds = 3600;

/**
 * @param what the seconds are, localised
 * @param maxHintMs the longest that the user's settings wait for a server
 * @returns undefined when the person goes back
 */
export async function askForSeconds(name: FaultName, what: string, maxHintMs: number): Promise<number | undefined> {
  const limit = Math.round(maxHintMs / 1000);
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Compose faults'),
    prompt:
      name === 'rate-limit'
        ? vscode.l10n.t('{0}. Your settings wait for {1} s at most (holysheep.retry.maxHintMs).', what, limit)
        : what,
    value: name === 'rate-limit' ? '5' : '20',
    ignoreFocusOut: true,
    validateInput: (value) =>
      isSeconds(value) ? undefined : vscode.l10n.t('A whole number from 1 to {0}', mostSeconds),
  });
  return text === undefined ? undefined : Number(text);
}

/** @returns undefined when the person goes back */
export async function askForTimes(maxRetries: number): Promise<number | undefined> {
  const counts = [...new Set([1, 2, 3, maxRetries, maxRetries + 1])].filter((count) => count > 0);
  const items = [
    ...counts.toSorted((one, other) => one - other).map((times) => ({ times, ...caption(times, maxRetries) })),
    { times: Infinity, label: vscode.l10n.t('Every time') },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Compose faults'),
    placeHolder: vscode.l10n.t('How many attempts in a row meet it?'),
    ignoreFocusOut: true,
  });
  return picked?.times;
}

function caption(times: number, maxRetries: number): { readonly label: string; readonly description?: string } {
  const label = times === 1 ? vscode.l10n.t('Once') : vscode.l10n.t('{0} times', times);
  if (times === maxRetries + 1) return { label, description: vscode.l10n.t('one more than your settings retry') };
  return { label };
}

function isSeconds(text: string): boolean {
  const seconds = Number(text);
  return /^\d+$/.test(text.trim()) && seconds >= 1 && seconds <= mostSeconds;
}
