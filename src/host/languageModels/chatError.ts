import * as vscode from 'vscode';
import type { FaultKind } from '../../core/events';
import { ChatFailure } from './chatAnswer';

/**
 * What VS Code is told of a failure. Its own chat prints a stack where there is one, and the name of any error but the
 * plain one; other extensions go by the code.
 * @param initiator who asked, as the host names it; undefined: it doesn't say
 */
export function chatError(error: unknown, initiator: unknown): unknown {
  if (!(error instanceof ChatFailure)) return error;
  const { message, kind } = error;
  return isOwnChat(initiator) ? plain(message) : (coded(kind, message) ?? plain(message));
}

function isOwnChat(initiator: unknown): boolean {
  return typeof initiator !== 'string' || initiator === 'core' || /^github\.copilot/i.test(initiator);
}

function plain(message: string): Error {
  const error = new Error(message);
  error.stack = '';
  return error;
}

function coded(kind: FaultKind, message: string): Error | undefined {
  switch (kind) {
    case 'auth':
    case 'permission':
    case 'credit':
      return vscode.LanguageModelError.NoPermissions(message);
    case 'content-filter':
      return vscode.LanguageModelError.Blocked(message);
    case 'model':
    case 'not-found':
      return vscode.LanguageModelError.NotFound(message);
    default:
      return undefined;
  }
}
