import type { Words } from '../../../shared/describe';
import * as vscode from 'vscode';
import type { StreamEvent, TerminalEvent, Usage } from '../../../engine/events/events';
import type { FaultKind } from '../../../engine/events/kinds';
import { isRecord, parseJson } from '../../../engine/json';
import type { ToolCall } from '../../../engine/state/turnState';
import { escapeMarkdown } from '../../ui/messageText';
import { AppendOnlyAnswer, divergedMessage } from '../appendOnly';

/** MIME type of the data part from which VS Code's built-in chat reads the token usage. */
const usageType = 'usage';

/**
 * VS Code's class for reasoning. The class is part of a proposed API, so it is missing in the type definitions and in
 * some editors.
 */
type ThinkingPart = new (
  value: string,
  id?: string,
  metadata?: Readonly<Record<string, unknown>>,
) => vscode.LanguageModelDataPart;

interface OptionalParts {
  readonly LanguageModelThinkingPart?: ThinkingPart;
  readonly LanguageModelDataPart?: typeof vscode.LanguageModelDataPart;
}

/** The reason why an answer is not complete. The kind `length` means that the answer reached the token limit. */
export interface EarlyEnd {
  readonly kind: FaultKind | 'length';
  readonly message: string;
}

/**
 * Reports a turn to VS Code as the answer of a language model. Tool calls are reported only when the answer is
 * complete, so that no tool runs twice after a retry.
 */
export class ModelAnswer {
  private readonly answer: AppendOnlyAnswer;
  private isThinking = false;
  private statusCount = 0;

  constructor(
    private readonly progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    words: Words,
  ) {
    this.answer = new AppendOnlyAnswer(words);
  }

  handle(event: StreamEvent): void {
    for (const { type, text } of this.answer.convert(event)) {
      if (type === 'text') {
        this.endThinking();
        this.progress.report(new vscode.LanguageModelTextPart(text));
      } else if (type === 'reasoning') this.reportThinking(text);
      // A status is shown as a bold thinking part, because VS Code shows such a part as a heading until another part
      // follows. After text, such a part would make VS Code collapse the text and split an open code block.
      else if (!this.answer.hasText) {
        this.reportThinking(`**${escapeMarkdown(text)}**\n\n`, `note-${++this.statusCount}`);
      }
    }
  }

  /**
   * Reports the tool calls and the token usage of a complete answer. If the answer is incomplete, returns the reason.
   */
  finish(end: TerminalEvent): EarlyEnd | undefined {
    const { answer } = this;
    if (end.type === 'stopped') return undefined;
    if (end.type === 'failed') return end;
    const isTruncated = end.finishReason === 'length';
    const calls = answer.turn.toolCalls.filter(({ name }) => name !== '').toSorted((a, b) => a.index - b.index);
    if (answer.hasDiverged && calls.length === 0) {
      return { kind: 'truncated', message: divergedMessage() };
    }
    // The arguments of all tool calls are parsed before the first call is reported, so that invalid arguments prevent
    // all calls.
    const parsed = calls.map((call) => ({ ...call, input: parseInput(call, isTruncated) }));
    const invalid = parsed.find(({ input }) => !isRecord(input));
    if (invalid) return this.invalidCall(invalid.name, isTruncated);
    if (calls.length > 0) this.endThinking();
    for (const { id, index, name, input } of parsed) {
      this.progress.report(new vscode.LanguageModelToolCallPart(id || `call_${index}`, name, input as object));
    }
    this.reportUsage();
    if (!isTruncated || calls.length > 0) return undefined;
    const message = vscode.l10n.t('The answer was cut off at the token limit. Ask the model to continue.');
    return { kind: 'length', message };
  }

  private reportThinking(text: string, id?: string): void {
    const { LanguageModelThinkingPart: Thinking } = vscode as OptionalParts;
    if (!Thinking) return;
    this.isThinking = true;
    this.progress.report(new Thinking(text, id));
  }

  private endThinking(): void {
    const { LanguageModelThinkingPart: Thinking } = vscode as OptionalParts;
    if (this.isThinking && Thinking) this.progress.report(new Thinking('', '', { vscode_reasoning_done: true }));
    this.isThinking = false;
  }

  private reportUsage(): void {
    const { LanguageModelDataPart: Data } = vscode as OptionalParts;
    const { usage } = this.answer.turn;
    if (!Data || !usage) return;
    try {
      this.progress.report(new Data(new TextEncoder().encode(JSON.stringify(wireUsage(usage))), usageType));
    } catch {
      // The editor does not accept the token usage. The answer is complete without the usage.
    }
  }

  private invalidCall(tool: string, isTruncated: boolean): EarlyEnd {
    const message = isTruncated
      ? vscode.l10n.t('The token limit was reached during a call to the {tool} tool.', { tool })
      : vscode.l10n.t('The model made an invalid call to the {tool} tool. Ask again or use another model.', { tool });
    return { kind: 'malformed', message };
  }
}

/**
 * Parses the arguments of a tool call. Missing arguments become an empty object. If the answer was cut off, missing
 * arguments are invalid, because the model might not have finished the call.
 */
function parseInput({ arguments: json }: ToolCall, isTruncated: boolean): unknown {
  return json.trim() === '' && !isTruncated ? {} : parseJson(json);
}

/** Returns the token usage with the field names of the OpenAI API, which VS Code's built-in chat expects. */
function wireUsage({
  promptTokens,
  completionTokens,
  totalTokens,
  cachedTokens,
  reasoningTokens,
  cost,
}: Usage): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: totalTokens,
    ...(cachedTokens !== undefined && { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    ...(reasoningTokens !== undefined && { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
    ...(cost !== undefined && { cost }),
  };
}

/**
 * Returns the error that VS Code receives for an incomplete answer. VS Code's built-in chat shows the error's message
 * as Markdown. Other extensions receive an error with a code, but no error at the token limit, because they can use the
 * partial answer.
 * @param initiator the extension that made the request, which only newer versions of VS Code name
 */
export function chatError({ kind, message }: EarlyEnd, initiator: unknown): Error | undefined {
  if (isBuiltInChat(initiator)) return withoutStack(escapeMarkdown(message));
  switch (kind) {
    case 'length':
      return undefined;
    case 'auth':
    case 'permission':
    case 'credit':
    case 'spending-limit':
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

/** Returns an error without a stack trace. Otherwise, VS Code's built-in chat would show the stack trace. */
function withoutStack(message: string): Error {
  return Object.assign(new Error(message), { stack: '' });
}
