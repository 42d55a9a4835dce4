import * as vscode from 'vscode';
import { isConnectionError } from '../engine/request';
import type { CommandId } from './contributions';
import type { Log } from './util/log';
import { commandAction, enterApiKeyAction, openLogAction, openSettingAction, showMessage } from './ui/notifications';
import { ArgumentError, UserError } from './util/userError';

type ErrorBoundary = (error: unknown) => void;

/**
 * Creates the error handler of the commands. The handler shows the user a message of one sentence, and logs the
 * details.
 */
export function createErrorBoundary(log: Log): ErrorBoundary {
  return (error) => {
    if (error instanceof vscode.CancellationError) return;
    if (isConnectionError(error)) {
      const isKeyring = error.connectionProblem === 'keyring';
      const actions = isKeyring ? [enterApiKeyAction(), openLogAction()] : [openSettingAction('holysheep.baseUrl')];
      log.error(error);
      showMessage(log, 'error', error.message, actions);
      return;
    }
    if (error instanceof UserError) {
      log.info(`Shown to the user: ${error.message}`);
      showMessage(log, 'information', error.message);
      return;
    }
    log.error(error);
    const message = vscode.l10n.t('Something went wrong in HolySheep Prompt. See the log for details.');
    const report = commandAction(vscode.l10n.t('Export diagnostics'), 'holysheep.exportDiagnostics');
    showMessage(log, 'error', message, [openLogAction(), report]);
  };
}

/** Returns a function that executes a command by its id and passes errors to the error handler. */
export function createCommandRunner(
  commands: Readonly<Required<Commands>>,
  boundary: ErrorBoundary,
): (id: CommandId, ...args: readonly unknown[]) => Promise<unknown> {
  return async (id, ...args) => {
    try {
      return await commands[id](...args);
    } catch (error) {
      // An error about an invalid argument is thrown to the caller, because only the caller can fix the argument. The
      // caller can be another extension, or a keybinding, for which VS Code shows the error.
      if (error instanceof ArgumentError) throw error;
      boundary(error);
      return undefined;
    }
  };
}

/**
 * The functions of a feature's commands, keyed by the command ids in package.json. Errors of these functions are passed
 * to the error handler of the commands.
 */
export type Commands = Partial<Record<CommandId, (...args: readonly unknown[]) => unknown>>;

/**
 * Sets a context key, which `when` clauses in package.json use. Skips the call to VS Code if the key already has this
 * value.
 */
export type SetContext = (key: string, value: boolean) => void;
