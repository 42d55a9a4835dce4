import type * as vscode from 'vscode';
import type { ResumeFrom, Localize } from '../../../engine/engine';
import type { ChatMessage } from '../../../engine/request';
import { participantId } from '../../contributions';
import {
  type AnswerState,
  type ChatCommand,
  parseChatMetadata,
  type CodeLocation,
  type InsertedRange,
} from './chatMetadata';

type Turn = vscode.ChatContext['history'][number];

/** A prompt and its answer, which may consist of several responses. */
export interface ChatExchange {
  /** The prompt as it was sent to the model. */
  readonly content: string;
  readonly command?: ChatCommand | undefined;
  readonly code?: CodeLocation | undefined;
  readonly text: string;
  readonly state: AnswerState;
  /** Whether the model sent reasoning. */
  readonly hadReasoning: boolean;
}

/** What a prompt such as *Continue* does: continue the previous answer, or send the previous prompt again. */
type ChatIntent = 'continue' | 'again';

/** Maximum length of the previous exchanges that are sent with a prompt, in characters: about 30,000 tokens. */
const maxHistoryChars = 120_000;

/** Returns the exchanges with this participant, without the exchanges with other participants. */
export function chatExchanges(history: readonly Turn[], localize: Localize): readonly ChatExchange[] {
  const exchanges: ChatExchange[] = [];
  let request: vscode.ChatRequestTurn | undefined;
  for (const turn of history) {
    if (turn.participant !== participantId) request = undefined;
    else if ('prompt' in turn) request = turn;
    else if (request) {
      addExchange(exchanges, request, turn, localize);
      request = undefined;
    }
  }
  return exchanges;
}

function addExchange(
  exchanges: ChatExchange[],
  request: vscode.ChatRequestTurn,
  { response, result }: vscode.ChatResponseTurn,
  localize: Localize,
): void {
  // Treats a response without metadata as stopped, because it was interrupted before it had a result.
  const { state, command, content, code, inserted, reasoned } = parseChatMetadata(result.metadata) ?? {
    state: 'stopped',
  };
  if (state === 'note') return;
  const text = modelText(response, inserted ?? []);
  const last = exchanges.at(-1);
  const intent = parseIntent(request, last, localize);
  if (last && intent !== undefined) exchanges.pop();
  if (last && intent === 'continue') {
    exchanges.push({ ...last, text: last.text + text, state, hadReasoning: last.hadReasoning || reasoned === true });
    return;
  }
  const repeated = last && intent === 'again' ? last : undefined;
  exchanges.push({
    content: content ?? repeated?.content ?? request.prompt,
    command: command ?? repeated?.command,
    code: code ?? repeated?.code,
    text,
    state,
    hadReasoning: reasoned === true,
  });
}

/**
 * Returns the intent of a prompt that a button or a follow-up sends, or that the user types in the same words. Returns
 * undefined for any other prompt.
 */
export function parseIntent(
  { prompt, command }: { readonly prompt: string; readonly command?: string | undefined },
  last: ChatExchange | undefined,
  localize: Localize,
): ChatIntent | undefined {
  if (command || !last || last.state === 'done') return undefined;
  const normalized = normalizePrompt(prompt);
  if ([continuePrompt(localize), 'continue'].some((text) => normalizePrompt(text) === normalized)) {
    return last.text === '' ? 'again' : 'continue';
  }
  return [askAgainPrompt(localize), 'ask again'].some((text) => normalizePrompt(text) === normalized)
    ? 'again'
    : undefined;
}

/** Returns the phrase that continues the last answer when the user sends it as a prompt. */
export function continuePrompt(localize: Localize): string {
  return localize('Continue');
}

/** Returns the phrase that sends the previous prompt again when the user sends it as a prompt. */
export function askAgainPrompt(localize: Localize): string {
  return localize('Ask again');
}

function normalizePrompt(text: string): string {
  return text
    .trim()
    .replace(/(?<![.!。！])[.!。！]+$/, '')
    .toLowerCase();
}

/** Returns the messages of the newest answered exchanges that fit into the maximum length. */
export function historyMessages(exchanges: readonly ChatExchange[], limit = maxHistoryChars): readonly ChatMessage[] {
  const answered = exchanges.filter(({ text }) => text !== '');
  let remainingChars = limit;
  const first = answered.findLastIndex(({ content, text }) => (remainingChars -= content.length + text.length) < 0);
  return answered.slice(first + 1).flatMap(({ content, text }): ChatMessage[] => [
    { role: 'user', content },
    { role: 'assistant', content: text },
  ]);
}

/** Returns the partial answer of an exchange in the form that a continuing turn needs. */
export function partialAnswerOf({ text, hadReasoning: reasoned }: ChatExchange): ResumeFrom {
  return { text, hadReasoning: reasoned, mode: 'continue' };
}

/** Returns exactly the model's text: the Markdown of the response without the parts that the extension inserted. */
function modelText(response: vscode.ChatResponseTurn['response'], inserted: readonly InsertedRange[]): string {
  let text = response.map(markdownOf).join('');
  for (const [start, length] of inserted.toReversed()) {
    text = text.slice(0, start) + text.slice(start + length);
  }
  return text;
}

function markdownOf({ value }: vscode.ChatResponseTurn['response'][number]): string {
  return 'value' in value && typeof value.value === 'string' ? value.value : '';
}
