import * as vscode from 'vscode';
import { openLog } from '../actions';
import type { Log } from '../log';
import { toast } from '../toast';
import { ArgumentError, isUserError } from '../userError';
import type { Command } from './command';

export type ErrorBoundary = (error: unknown) => void;

/** Tells the user in a sentence, and the log in detail; never shows a stack. */
export function createErrorBoundary(log: Log): ErrorBoundary {
  return (error) => {
    if (error instanceof vscode.CancellationError) return;
    if (isUserError(error)) {
      log.info(`told the user: ${error.message}`);
      toast(log, 'warning', error.message);
      return;
    }
    log.error(error);
    toast(log, 'error', vscode.l10n.t('Something went wrong in HolySheep Prompt. The log says what.'), [openLog()]);
  };
}

export function registerCommands(commands: readonly Command[], boundary: ErrorBoundary): vscode.Disposable {
  return vscode.Disposable.from(
    ...commands.map((command) =>
      vscode.commands.registerCommand(command.id, async (...args: unknown[]): Promise<unknown> => {
        try {
          return await command.execute(...args);
        } catch (error) {
          // Of use to the caller alone: an extension sees the rejection, and VS Code shows a keybinding's.
          if (error instanceof ArgumentError) throw error;
          boundary(error);
          return undefined;
        }
      }),
    ),
  );
}
