import * as vscode from 'vscode';
import type { EngineLog } from '../../engine/environment';
import { KeyRedactor } from '../../engine/gateway/keyRedactor';
import { Disposable } from './disposable';
import { createErrorRecord, type ErrorRecord } from './errorRecord';

const maxErrors = 20;

export interface ErrorLog {
  readonly error: (problem: unknown) => void;
}

/**
 * The log of the extension. Text from outside the extension can't start a new line in the log. Every API key in use is
 * redacted.
 */
export class Log extends Disposable implements EngineLog, ErrorLog {
  private readonly channel = this.register(vscode.window.createOutputChannel('HolySheep Prompt', { log: true }));
  /**
   * API keys that are redacted in the log. A key that has not been added is redacted only if it has a well-known
   * format.
   */
  readonly keys = new KeyRedactor();
  private readonly recentErrors: ErrorRecord[] = [];

  debug(message: string): void {
    this.write('debug', message);
  }

  info(message: string): void {
    this.write('info', message);
  }

  warn(message: string): void {
    this.write('warn', message);
  }

  readonly error = (problem: unknown): void => {
    this.write('error', formatError(problem));
    this.recentErrors.push(createErrorRecord(problem, Date.now(), __dirname));
    if (this.recentErrors.length > maxErrors) this.recentErrors.shift();
  };

  errors(): readonly ErrorRecord[] {
    return [...this.recentErrors];
  }

  show(): void {
    this.channel.show(true);
  }

  /**
   * Writes to the log. Never throws, because turns can still be running when VS Code has already closed the log during
   * shutdown.
   */
  private write(level: 'debug' | 'info' | 'warn' | 'error', text: string): void {
    try {
      // API keys are redacted before the text is escaped and truncated, because an escaped or truncated key would not
      // be found.
      this.channel[level](logLine(this.keys.redact(text)));
    } catch {
      // There is nowhere to report a failure of the log.
    }
  }
}

/**
 * Maximum number of causes of an error that are logged. The limit is needed, because the chain of causes can be
 * circular.
 */
const maxChainLength = 8;

function formatError(problem: unknown): string {
  const stacks = [stackOf(problem)];
  let current = problem;
  while (current instanceof Error && current.cause !== undefined && stacks.length < maxChainLength) {
    current = current.cause;
    stacks.push(stackOf(current));
  }
  return stacks.join('\nCaused by: ');
}

function stackOf(problem: unknown): string {
  return problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
}

const maxEntryChars = 10_000;

/**
 * Formats a message as one line of the log, followed by the indented lines of a stack. Line breaks and other control
 * and format characters are escaped, for example as `\n`. Otherwise, text from outside the extension could imitate a
 * log entry or control a terminal that shows the log.
 */
function logLine(message: string): string {
  const excess = message.length - maxEntryChars;
  const entry = excess > 0 ? `${message.slice(0, maxEntryChars)} … (${excess} characters more)` : message;
  return entry.replace(/(?!\t|\n +at |\nCaused by: )[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeOf);
}

function escapeOf(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
