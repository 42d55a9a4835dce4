import * as vscode from 'vscode';
import { redactKeys } from '../core/apiKey';
import type { EngineLog } from '../core/engine';
import { Disposable } from './disposable';
import { errorNote, type ErrorNote } from './errorNote';

const notesAtMost = 20;

/** The output channel; no line reaches it with a key in it. */
export class Log extends Disposable implements EngineLog {
  private readonly channel = this.register(vscode.window.createOutputChannel('HolySheep Prompt', { log: true }));
  private readonly secrets = new Set<string>();
  private readonly notes: ErrorNote[] = [];

  /** A key that doesn't look like one must be named to be recognised. */
  hide(secret: string): void {
    this.secrets.add(secret);
  }

  debug(message: string): void {
    this.channel.debug(this.redact(message));
  }

  info(message: string): void {
    this.channel.info(this.redact(message));
  }

  warn(message: string): void {
    this.channel.warn(this.redact(message));
  }

  error(problem: unknown): void {
    this.channel.error(this.redact(describe(problem)));
    this.notes.push(errorNote(problem, Date.now(), __dirname));
    if (this.notes.length > notesAtMost) this.notes.shift();
  }

  /** The last errors, oldest first, without their messages. */
  errors(): readonly ErrorNote[] {
    return [...this.notes];
  }

  show(): void {
    this.channel.show(true);
  }

  /** Without any key that this session has seen. */
  redact(text: string): string {
    return redactKeys(text, this.secrets);
  }
}

export function createLog(): Log {
  return new Log();
}

function describe(problem: unknown): string {
  return problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
}
