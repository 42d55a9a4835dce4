import * as vscode from 'vscode';
import { isConnectionError } from '../engine/request';
import { commandIds, type CommandId } from './contributions';
import type { Log } from './diagnostics/log';
import { exportDiagnostics, openLog, toast } from './ui/notifications';
import { ArgumentError, UserError } from './util/userError';

type ErrorBoundary = (error: unknown) => void;

/** Tells the user in a sentence, and the log in detail; never shows a stack. */
export function createErrorBoundary(log: Log): ErrorBoundary {
  return (error) => {
    if (error instanceof vscode.CancellationError) return;
    if (isConnectionError(error) && error.connectionProblem === 'keyring') {
      log.error(error);
      toast(log, 'error', error.message, [openLog()]);
      return;
    }
    if (error instanceof UserError) {
      log.info(`Shown to the user: ${error.message}`);
      toast(log, 'warning', error.message);
      return;
    }
    log.error(error);
    const message = vscode.l10n.t('Something went wrong in HolySheep Prompt. See the log for details.');
    toast(log, 'error', message, [openLog(), exportDiagnostics()]);
  };
}

/**
 * Returns the function that executes a command by its id, behind the one error boundary.
 * @throws Error when a command is missing, which is a defect and shows with the first call of any command
 */
export function createCommandRunner(
  commands: readonly Command[],
  boundary: ErrorBoundary,
): (id: CommandId, ...args: readonly unknown[]) => Promise<unknown> {
  const byId = new Map(commands.map((command) => [command.id, command]));
  const missing = commandIds.filter((id) => !byId.has(id));
  if (missing.length > 0) throw new Error(`No such command: ${missing.join(', ')}.`);
  return async (id, ...args) => {
    try {
      return await byId.get(id)?.execute(...args);
    } catch (error) {
      // Of use to the caller alone: an extension sees the rejection, and VS Code shows a keybinding's.
      if (error instanceof ArgumentError) throw error;
      boundary(error);
      return undefined;
    }
  };
}

/** A command of a feature. The command table hands what it throws to the error boundary. */
export interface Command {
  /** As in package.json, e.g. `holysheep.ask`. */
  readonly id: CommandId;
  execute(...args: unknown[]): unknown;
}
