import * as vscode from 'vscode';
import type { EngineLog } from '../../engine/engine';
import { KnownKeys } from '../../engine/gateway/knownKeys';
import { Disposable } from '../util/disposable';
import { createErrorRecord, type ErrorRecord } from './errorRecord';

const maxErrors = 20;

/**
 * The output channel. Foreign text in an entry can't start a new line, and contains no key that this session has seen.
 */
export class Log extends Disposable implements EngineLog {
  private readonly channel = this.register(vscode.window.createOutputChannel('HolySheep Prompt', { log: true }));
  /** All keys that this session has seen. */
  readonly keys = new KnownKeys();
  private readonly recentErrors: ErrorRecord[] = [];

  /** A key that doesn't look like one must be named to be recognised. */
  hide(secret: string): void {
    this.keys.add(secret);
  }

  debug(message: string): void {
    this.write('debug', message);
  }

  info(message: string): void {
    this.write('info', message);
  }

  warn(message: string): void {
    this.write('warn', message);
  }

  error(problem: unknown): void {
    this.write('error', formatError(problem));
    this.recentErrors.push(createErrorRecord(problem, Date.now(), __dirname));
    if (this.recentErrors.length > maxErrors) this.recentErrors.shift();
  }

  /** The last errors, oldest first, without their messages. */
  errors(): readonly ErrorRecord[] {
    return [...this.recentErrors];
  }

  show(): void {
    this.channel.show(true);
  }

  /** Never throws: VS Code closes the channel while the extension host shuts down, and turns may still run then. */
  private write(level: 'debug' | 'info' | 'warn' | 'error', text: string): void {
    try {
      // Keys are removed first: an escape or a cut in a key would hide it from the search for keys.
      this.channel[level](logLine(this.redact(text)));
    } catch {
      // There is nowhere to report that the log fails.
    }
  }

  /** Without any key that this session has seen. */
  redact(text: string): string {
    return this.keys.redact(text);
  }
}

/** Maximum number of errors that are logged of a chain of causes, which may be circular. */
const maxChainLength = 8;

/** Returns the stack of an error, followed by those of its causes. */
function formatError(problem: unknown): string {
  const stacks = [stackOf(problem)];
  let each = problem;
  while (each instanceof Error && each.cause !== undefined && stacks.length < maxChainLength) {
    each = each.cause;
    stacks.push(stackOf(each));
  }
  return stacks.join('\nCaused by: ');
}

function stackOf(problem: unknown): string {
  return problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
}

const maxEntryChars = 10_000;

/**
 * Returns a message as one line of the log, and a stack with its indented lines. Foreign text in it can neither fake
 * another entry nor control a terminal that shows the log: line ends, control and format characters are written as
 * escapes, for instance `\n` and `\u{1b}`.
 */
function logLine(message: string): string {
  const rest = message.length - maxEntryChars;
  const kept = rest > 0 ? `${message.slice(0, maxEntryChars)} … (${rest} characters more)` : message;
  return kept.replace(/(?!\t|\n +at |\nCaused by: )[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeOf);
}

function escapeOf(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
