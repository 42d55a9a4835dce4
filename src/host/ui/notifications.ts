import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import type { Log } from '../diagnostics/log';
import { resultWithin } from '../util/systemClock';
import { escapeMarkdownLinks } from './messageText';

type ToastKind = 'information' | 'warning' | 'error';

/** A button of a notification. */
export interface ToastAction {
  readonly title: string;
  readonly run: () => unknown;
}

const maxMessageChars = 1000;

/**
 * Shows a notification and does not wait until the user dismisses it. The message may quote text from outside the
 * extension, so it is reduced to one line without links and hidden characters.
 */
export function showToast(
  log: Pick<Log, 'error'>,
  kind: ToastKind,
  message: string,
  actions: readonly ToastAction[] = [],
): void {
  const selection = showMessage(
    kind,
    escapeMarkdownLinks(visibleText(message, maxMessageChars)),
    ...actions.map(({ title }) => title),
  );
  selection
    .then((title) => actions.find((action) => action.title === title)?.run())
    .then(undefined, (error: unknown) => log.error(error));
}

function showMessage(kind: ToastKind, message: string, ...titles: string[]): Thenable<string | undefined> {
  switch (kind) {
    case 'information':
      return vscode.window.showInformationMessage(message, ...titles);
    case 'warning':
      return vscode.window.showWarningMessage(message, ...titles);
    case 'error':
      return vscode.window.showErrorMessage(message, ...titles);
  }
}

/** Returns a button that opens a setting. @param id setting id, e.g. `holysheep.baseUrl` */
export function openSettingAction(id: string, title = vscode.l10n.t('Open settings')): ToastAction {
  return { title, run: () => vscode.commands.executeCommand('workbench.action.openSettings', `@id:${id}`) };
}

/** Returns a button that opens the setting with the base URL of a route. @param isBackup whether it is a backup route */
export function checkUrlAction(isBackup = false): ToastAction {
  return openSettingAction(isBackup ? 'holysheep.backupBaseUrls' : 'holysheep.baseUrl', vscode.l10n.t('Check URL'));
}

/**
 * Returns a button that asks for an API key.
 * @param baseUrl base URL of the route that the key is for. Without it, the user chooses the route if there are several.
 */
export function enterApiKeyAction(title = vscode.l10n.t('Set API key'), baseUrl?: string): ToastAction {
  const argument = baseUrl === undefined ? [] : [{ baseUrl }];
  return { title, run: () => vscode.commands.executeCommand('holysheep.setApiKey', ...argument) };
}

export function openLogAction(): ToastAction {
  return { title: vscode.l10n.t('Show log'), run: () => vscode.commands.executeCommand('holysheep.showLog') };
}

export function exportDiagnosticsAction(): ToastAction {
  const title = vscode.l10n.t('Export diagnostics');
  return { title, run: () => vscode.commands.executeCommand('holysheep.exportDiagnostics') };
}

export function networkSettingsAction(): ToastAction {
  return {
    title: vscode.l10n.t('Proxy and certificate settings'),
    run: () => vscode.commands.executeCommand('workbench.action.openSettings', 'http.proxy'),
  };
}

/**
 * Delay before a progress notification is shown, in milliseconds. A task that finishes sooner must not flash a
 * notification over the panel.
 */
const progressDelayMs = 500;

/**
 * Runs an asynchronous task, and shows a notification with a cancel button if the task takes longer than
 * {@link progressDelayMs}.
 */
export async function withDelayedProgress<T>(
  title: string,
  work: (token: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  try {
    const result = work(source.token);
    const earlyResult = await resultWithin(progressDelayMs, result);
    if (earlyResult !== 'late') return earlyResult;
    return await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      (_progress, token) => {
        token.onCancellationRequested(() => source.cancel());
        return result;
      },
    );
  } finally {
    source.dispose();
  }
}
