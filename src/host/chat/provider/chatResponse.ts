import * as vscode from 'vscode';
import type { FaultKind } from '../../../engine/events';
import { messageOf } from '../../util/userError';
import { escapeMarkdown } from '../chatMessages';
import { ChatFailure, type ChatSink } from './modelAnswer';

/** The type of the data part from which VS Code's own chat takes the usage. */
const usageType = 'usage';

/** Proposed API that VS Code has had for long: what a model thinks, shown apart from its answer. */
type ThinkingPart = new (
  value: string,
  id?: string,
  metadata?: Readonly<Record<string, unknown>>,
) => vscode.LanguageModelDataPart;

/** Returns a sink that reports an answer as the parts of a response of VS Code's. */
export function responseSink(progress: vscode.Progress<vscode.LanguageModelResponsePart>): ChatSink {
  const { LanguageModelThinkingPart: Thinking } = vscode as { readonly LanguageModelThinkingPart?: ThinkingPart };
  let isThinking = false;
  let notes = 0;
  const think = (text: string, id?: string): void => {
    if (!Thinking) return;
    isThinking = true;
    progress.report(new Thinking(text, id));
  };
  const endThinking = (): void => {
    if (isThinking && Thinking) progress.report(new Thinking('', '', { vscode_reasoning_done: true }));
    isThinking = false;
  };
  return {
    appendText: (text) => {
      endThinking();
      progress.report(new vscode.LanguageModelTextPart(text));
    },
    appendReasoning: (text) => think(text),
    // VS Code shows a thought of its own in bold letters as the heading while it lasts.
    showStatus: (line) => think(`**${escapeMarkdown(line)}**\n\n`, `note-${++notes}`),
    callTool: (id, name, input) => {
      endThinking();
      progress.report(new vscode.LanguageModelToolCallPart(id, name, input));
    },
    reportUsage: ({ promptTokens, completionTokens, totalTokens }) => {
      const usage = { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: totalTokens };
      progress.report(new vscode.LanguageModelDataPart(new TextEncoder().encode(JSON.stringify(usage)), usageType));
    },
  };
}

/**
 * Returns the error that VS Code is given for a failure. VS Code's own chat prints the stack of an error and the name of
 * any error but the plain one; other extensions distinguish errors by their code.
 *
 * @param initiator the caller as VS Code names it; undefined: this version does not name it
 */
export function chatError(error: unknown, initiator: unknown): unknown {
  // Anything else is a defect of ours, which is in the log.
  if (!(error instanceof ChatFailure)) return withoutStack(messageOf(error));
  const { message, kind } = error;
  return isBuiltInChat(initiator) ? markdownError(message) : (codedError(kind, message) ?? withoutStack(message));
}

/**
 * Returns the error that tells VS Code's own chat why an answer ended early, because that chat has no other place for it.
 * Other extensions have received the answer as far as it goes.
 */
export function earlyEndError(message: string | undefined, initiator: unknown): Error | undefined {
  return message !== undefined && isBuiltInChat(initiator) ? markdownError(message) : undefined;
}

function isBuiltInChat(initiator: unknown): boolean {
  return typeof initiator !== 'string' || initiator === 'core' || /^github\.copilot/i.test(initiator);
}

/** VS Code's chat reads the message as Markdown, and it may quote the provider. */
function markdownError(message: string): Error {
  return withoutStack(escapeMarkdown(message));
}

function withoutStack(message: string): Error {
  const error = new Error(message);
  error.stack = '';
  return error;
}

function codedError(kind: FaultKind, message: string): Error | undefined {
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
