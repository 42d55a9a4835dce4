import type * as vscode from 'vscode';
import type { ChatMessage } from '../../../engine/request';
import { participantId } from '../../contributions';
import { parseIntent } from './chatIntent';
import {
  type AnswerState,
  type ChatCommand,
  type ChatMetadata,
  parseChatMetadata,
  type CodeLocation,
  type InsertedRange,
} from './chatMetadata';

/**
 * A prompt in the chat with its answer. If the user has continued the answer, the answer consists of several responses.
 */
export interface ChatExchange {
  readonly content: string;
  readonly command?: ChatCommand | undefined;
  readonly code?: CodeLocation | undefined;
  readonly text: string;
  readonly state: AnswerState;
  readonly hadReasoning: boolean;
}

/**
 * Maximum total length of the previous exchanges that are sent with a prompt, in characters. This length corresponds to
 * about 30,000 tokens.
 */
const maxHistoryChars = 120_000;

export function chatExchanges(history: vscode.ChatContext['history']): readonly ChatExchange[] {
  const exchanges: ChatExchange[] = [];
  let request: vscode.ChatRequestTurn | undefined;
  for (const turn of history) {
    if (turn.participant !== participantId) request = undefined;
    else if ('prompt' in turn) request = turn;
    else if (request) {
      addExchange(exchanges, request, turn);
      request = undefined;
    }
  }
  return exchanges;
}

function addExchange(
  exchanges: ChatExchange[],
  request: vscode.ChatRequestTurn,
  { response, result }: vscode.ChatResponseTurn,
): void {
  // A response has no metadata if it was interrupted before VS Code received its result. Such a response is treated as
  // stopped.
  const metadata: ChatMetadata = parseChatMetadata(result.metadata) ?? { state: 'stopped' };
  const { state, command, content, code, inserted = [], reasoned = false } = metadata;
  if (state === 'note') return;
  const text = modelText(response, inserted);
  const last = exchanges.at(-1);
  const intent = parseIntent(request, last);
  const previous = intent && exchanges.pop();
  const continued = intent === 'continue' ? previous : undefined;
  exchanges.push({
    content: content ?? previous?.content ?? request.prompt,
    command: command ?? previous?.command,
    code: code ?? previous?.code,
    text: (continued?.text ?? '') + text,
    state,
    hadReasoning: reasoned || continued?.hadReasoning === true,
  });
}

/**
 * Returns the messages of the newest exchanges. When the limit is reached, only the exchanges in half of it are kept. If
 * one exchange was left out with each prompt, every request would begin with another message, and the provider could not
 * use its cache.
 */
export function historyMessages(exchanges: readonly ChatExchange[], limit = maxHistoryChars): readonly ChatMessage[] {
  let kept: readonly ChatExchange[] = [];
  for (const exchange of exchanges.filter(({ text }) => text !== '')) {
    const all = [...kept, exchange];
    kept = newestWithin(all, limit);
    const half = newestWithin(all, limit / 2);
    if (kept.length < all.length && half.length > 0) kept = half;
  }
  return kept.flatMap(({ content, text }): ChatMessage[] => [
    { role: 'user', content },
    { role: 'assistant', content: text },
  ]);
}

function newestWithin(exchanges: readonly ChatExchange[], limit: number): readonly ChatExchange[] {
  let remainingChars = limit;
  const first = exchanges.findLastIndex(({ content, text }) => (remainingChars -= content.length + text.length) < 0);
  return exchanges.slice(first + 1);
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
