import * as vscode from 'vscode';
import { escapeMarkdown } from '../../ui/messageText';
import type { EarlyEnd } from './modelAnswer';

/**
 * Returns the error that VS Code receives when an answer is not complete. VS Code's built-in chat shows the message of
 * any error as Markdown. Other extensions distinguish errors by their code, and get none at the token limit, because
 * they have received the partial answer.
 * @param initiator the name of the caller, which only newer versions of VS Code pass
 */
export function chatError({ kind, message }: EarlyEnd, initiator: unknown): Error | undefined {
  if (isBuiltInChat(initiator)) return withoutStack(escapeMarkdown(message));
  switch (kind) {
    case 'length':
      return undefined;
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
      return withoutStack(message);
  }
}

function isBuiltInChat(initiator: unknown): boolean {
  return typeof initiator !== 'string' || initiator === 'core' || /^github\.copilot/i.test(initiator);
}

/** VS Code's built-in chat prints the stack of an error. */
function withoutStack(message: string): Error {
  return Object.assign(new Error(message), { stack: '' });
}
