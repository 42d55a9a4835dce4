import * as vscode from 'vscode';
import { redactKeys } from '../core/apiKey';
import type { EngineLog } from '../core/engine';
import { Disposable } from './disposable';

/** The output channel; no line reaches it with a key in it. */
export class Log extends Disposable implements EngineLog {
  private readonly channel = this.register(vscode.window.createOutputChannel('HolySheep Prompt', { log: true }));
  private readonly secrets = new Set<string>();

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
