import * as vscode from 'vscode';
import type { FaultKind } from '../../core/events';
import { plain } from '../chat/chatWords';
import { ChatFailure } from './modelAnswer';

/**
 * What VS Code is told of a failure. Its own chat prints a stack where there is one, and the name of any error but the
 * plain one; other extensions go by the code.
 * @param initiator who asked, as the host names it; undefined: it doesn't say
 */
export function chatError(error: unknown, initiator: unknown): unknown {
  // A defect of ours: the log has it.
  if (!(error instanceof ChatFailure)) return withoutStack(error instanceof Error ? error.message : String(error));
  const { message, kind } = error;
  return isOwnChat(initiator) ? shown(message) : (coded(kind, message) ?? withoutStack(message));
}

/** For VS Code's own chat, which has no other place for it; other extensions have the whole answer, as far as it goes. */
export function earlyEndError(message: string | undefined, initiator: unknown): Error | undefined {
  return message !== undefined && isOwnChat(initiator) ? shown(message) : undefined;
}

function isOwnChat(initiator: unknown): boolean {
  return typeof initiator !== 'string' || initiator === 'core' || /^github\.copilot/i.test(initiator);
}

/** VS Code's chat reads it as Markdown, and the words of a provider may be in it. */
function shown(message: string): Error {
  return withoutStack(plain(message));
}

function withoutStack(message: string): Error {
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
