import * as vscode from 'vscode';
import { withoutHiddenCharacters } from '../../engine/gateway/visibleText';
import { eventWithin } from '../util/eventWithin';

/** Interpreters that VS Code reports as shells. They don't accept shell commands. */
const interpreters: ReadonlySet<string> = new Set(['node', 'python', 'julia']);

/** Maximum time that a new terminal has to start its shell, in milliseconds. */
const startTimeoutMs = 3000;

/**
 * Maximum length of an inserted line, in bytes. Until the shell reads its input, the terminal of macOS keeps only 1024
 * bytes of a line. A cut line could be a different command.
 */
const maxLineBytes = 1000;

/**
 * Inserts a line of shell code into the active terminal, but never runs the line. Code of several lines is copied
 * instead. The terminal is shown in both cases.
 *
 * A shell runs each line that ends with a line break. A bracketed paste does not prevent this: dash, cmd.exe and the
 * bash of macOS (3.2) don't support bracketed pastes, and no API of VS Code tells whether the running shell does.
 * @returns whether the code was copied
 */
export async function insertIntoTerminal(code: string): Promise<boolean> {
  const text = extractCommands(code);
  const canInsert = !text.includes('\n') && Buffer.byteLength(text) <= maxLineBytes;
  const active = findActiveShell();
  const terminal = active ?? vscode.window.createTerminal();
  const started = active ?? waitForShell(terminal);
  terminal.show();
  if (canInsert && (await started)) {
    // A tab would make the shell complete the word before the tab.
    terminal.sendText(text.replaceAll('\t', ' '), false);
    return false;
  }
  await vscode.env.clipboard.writeText(text);
  return true;
}

/** Matches a shell prompt such as `$ ` or `PS C:\>` at the start of a line. It is not part of the command. */
const promptMark = /^[ \t]*(?:\$|PS [^>\n]*>)[ \t]+/gm;

/**
 * Returns the commands in a code block. The result has no control characters except tabs and line breaks, and no line
 * break at its end.
 */
export function extractCommands(code: string): string {
  return withoutHiddenCharacters(code)
    .replace(/\r\n|[\r\v\f\u2028\u2029]/g, '\n')
    .replace(promptMark, '')
    .trim();
}

/** Returns the active terminal if a shell is running in it. Other programs, such as vim, might act on each character. */
function findActiveShell(): vscode.Terminal | undefined {
  const { activeTerminal } = vscode.window;
  const shell = activeTerminal?.state.shell;
  const isShell = shell !== undefined && !interpreters.has(shell) && activeTerminal?.exitStatus === undefined;
  return isShell ? activeTerminal : undefined;
}

/**
 * Waits until the shell of a new terminal shows its prompt. Before that, a script that runs at the start of the shell
 * might ask a question, and would take the code as its answer.
 * @returns false if it is unknown whether the shell has started
 */
function waitForShell(terminal: vscode.Terminal): Promise<boolean> {
  const { onDidChangeTerminalShellIntegration } = vscode.window;
  return eventWithin(startTimeoutMs, onDidChangeTerminalShellIntegration, (change) => change.terminal === terminal);
}
