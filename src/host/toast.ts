import * as vscode from 'vscode';
import type { Log } from './log';
import { withoutLinks } from './withoutLinks';

export type ToastKind = 'information' | 'warning' | 'error';

export interface ToastAction {
  readonly title: string;
  readonly run: () => unknown;
}

/** Says something and goes on: nobody waits for a message to be dismissed. */
export function toast(
  log: Pick<Log, 'error'>,
  kind: ToastKind,
  message: string,
  actions: readonly ToastAction[] = [],
): void {
  const chosen = show(kind, withoutLinks(message), ...actions.map(({ title }) => title));
  void chosen
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
