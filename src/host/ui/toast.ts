import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import type { Log } from '../diagnostics/log';
import { withoutLinks } from './withoutLinks';

export type ToastKind = 'information' | 'warning' | 'error';

export interface ToastAction {
  readonly title: string;
  readonly run: () => unknown;
}

const maxLength = 1000;

/**
 * Shows a notification, and doesn't wait until the user dismisses it. The message may quote foreign text: it becomes
 * one line without links and without anything hidden in it.
 */
export function toast(
  log: Pick<Log, 'error'>,
  kind: ToastKind,
  message: string,
  actions: readonly ToastAction[] = [],
): void {
  const chosen = show(kind, withoutLinks(visibleText(message, maxLength)), ...actions.map(({ title }) => title));
  chosen
    .then((title) => actions.find((action) => action.title === title)?.run())
    .then(undefined, (error: unknown) => log.error(error));
}

function show(kind: ToastKind, message: string, ...titles: string[]): Thenable<string | undefined> {
  switch (kind) {
    case 'information':
      return vscode.window.showInformationMessage(message, ...titles);
    case 'warning':
      return vscode.window.showWarningMessage(message, ...titles);
    case 'error':
      return vscode.window.showErrorMessage(message, ...titles);
  }
}
