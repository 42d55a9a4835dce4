import * as vscode from 'vscode';
import { isConnectionError } from '../engine/request';
import { commandIds, type CommandId } from './contributions';
import type { Log } from './util/log';
import { exportDiagnosticsAction, openLogAction, showToast } from './ui/notifications';
import { ArgumentError, UserError } from './util/userError';

type ErrorBoundary = (error: unknown) => void;

/** Creates the handler for errors of commands: it notifies the user in one sentence and logs the details. */
export function createErrorBoundary(log: Log): ErrorBoundary {
  return (error) => {
    if (error instanceof vscode.CancellationError) return;
    if (isConnectionError(error) && error.connectionProblem === 'keyring') {
      log.error(error);
      showToast(log, 'error', error.message, [openLogAction()]);
      return;
    }
    if (error instanceof UserError) {
      log.info(`Shown to the user: ${error.message}`);
      showToast(log, 'warning', error.message);
      return;
    }
    log.error(error);
    const message = vscode.l10n.t('Something went wrong in HolySheep Prompt. See the log for details.');
    showToast(log, 'error', message, [openLogAction(), exportDiagnosticsAction()]);
  };
}

/**
 * Returns a function that executes a command by its id and passes errors to the error boundary.
 * @throws Error when a command has no implementation
 */
export function createCommandRunner(
  commands: readonly Command[],
  boundary: ErrorBoundary,
): (id: CommandId, ...args: readonly unknown[]) => Promise<unknown> {
  const byId = new Map(commands.map((command) => [command.id, command]));
  const missing = commandIds.filter((id) => !byId.has(id));
  if (missing.length > 0) throw new Error(`Commands without an implementation: ${missing.join(', ')}.`);
  return async (id, ...args) => {
    try {
      return await byId.get(id)?.execute(...args);
    } catch (error) {
      // Rethrows an error about an invalid argument, because only the caller can fix the argument: another extension
      // gets the error, and for a keybinding VS Code shows it.
      if (error instanceof ArgumentError) throw error;
      boundary(error);
      return undefined;
    }
  };
}

/** A command of a feature. Errors that it throws reach the error boundary. */
export interface Command {
  /** Command id as in package.json, e.g. `holysheep.ask`. */
  readonly id: CommandId;
  execute(...args: unknown[]): unknown;
}

/** Sets a context key of VS Code, for `when` clauses. */
export type SetContext = (key: string, value: boolean) => void;
