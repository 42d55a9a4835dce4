import * as vscode from 'vscode';
import type { FaultKind, Usage } from '../../../engine/events';
import { errorMessage } from '../../util/userError';
import { escapeMarkdown } from '../../ui/messageText';
import { ChatFailure, type ChatSink } from './modelAnswer';

/** MIME type of the data part from which VS Code's built-in chat reads the token usage. */
const usageType = 'usage';

/**
 * Response part for a model's reasoning. It is a proposed API of VS Code, so it is missing from the type definitions
 * and from some editors.
 */
type ThinkingPart = new (
  value: string,
  id?: string,
  metadata?: Readonly<Record<string, unknown>>,
) => vscode.LanguageModelDataPart;

/** Classes of VS Code's language model API that some editors lack. */
interface OptionalParts {
  readonly LanguageModelThinkingPart?: ThinkingPart;
  readonly LanguageModelDataPart?: typeof vscode.LanguageModelDataPart;
}

/**
 * Returns a sink that reports an answer as response parts of VS Code's language model API.
 * @param onError called with the error if the editor does not accept the token usage. The answer is complete anyway.
 */
export function responseSink(
  progress: vscode.Progress<vscode.LanguageModelResponsePart>,
  onError: (error: unknown) => void,
): ChatSink {
  const { LanguageModelThinkingPart: Thinking, LanguageModelDataPart: Data } = vscode as OptionalParts;
  let isThinking = false;
  let statusCount = 0;
  const reportThinking = (text: string, id?: string): void => {
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
    appendReasoning: (text) => reportThinking(text),
    // Shows the status line as a bold thinking part, because VS Code shows such a part as a heading until another part
    // follows.
    showStatus: (line) => reportThinking(`**${escapeMarkdown(line)}**\n\n`, `note-${++statusCount}`),
    callTool: (id, name, input) => {
      endThinking();
      progress.report(new vscode.LanguageModelToolCallPart(id, name, input));
    },
    reportUsage: (usage) => {
      if (!Data) return;
      try {
        progress.report(new Data(new TextEncoder().encode(JSON.stringify(wireUsage(usage))), usageType));
      } catch (error) {
        onError(error);
      }
    },
  };
}

/** Returns the token usage with the names of the OpenAI API, which VS Code's built-in chat reads. */
function wireUsage({
  promptTokens,
  completionTokens,
  totalTokens,
  cachedTokens,
  reasoningTokens,
  cost,
}: Usage): object {
  return {
    ...{ prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: totalTokens },
    ...(cachedTokens !== undefined && { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    ...(reasoningTokens !== undefined && { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
    ...(cost !== undefined && { cost }),
  };
}

/**
 * Returns the error that VS Code receives when a request fails. VS Code's built-in chat prints the stack of an error,
 * and the name of any error that is not named `Error`. Other extensions distinguish errors by their code.
 * @param initiator the name of the caller, which only newer versions of VS Code pass
 */
export function chatError(error: unknown, initiator: unknown): unknown {
  // Returns a general message for an unexpected error. Such an error is a defect of this extension, and the caller has
  // logged it.
  if (!(error instanceof ChatFailure)) return withoutStack(errorMessage(error));
  const { message, kind } = error;
  return isBuiltInChat(initiator) ? markdownError(message) : (codedError(kind, message) ?? withoutStack(message));
}

/**
 * Returns an error with the reason why an answer ended early, because VS Code's built-in chat can't show the reason in
 * any other way. Returns undefined for other extensions, because they have received the partial answer.
 */
export function earlyEndError(message: string | undefined, initiator: unknown): Error | undefined {
  return message !== undefined && isBuiltInChat(initiator) ? markdownError(message) : undefined;
}

function isBuiltInChat(initiator: unknown): boolean {
  return typeof initiator !== 'string' || initiator === 'core' || /^github\.copilot/i.test(initiator);
}

/**
 * Returns an error for VS Code's chat. The message is escaped, because it may quote a provider and the chat renders it
 * as Markdown.
 */
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
