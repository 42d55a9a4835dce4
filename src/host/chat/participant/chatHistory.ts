import type * as vscode from 'vscode';
import type { EarlierAnswer, Localize } from '../../../engine/engine';
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

/** A question and its answer, over all responses that went on with it. */
export interface ChatExchange {
  /** As the model was sent it. */
  readonly content: string;
  readonly command?: ChatCommand | undefined;
  readonly code?: CodeLocation | undefined;
  readonly text: string;
  readonly state: AnswerState;
  readonly hadReasoning: boolean;
}

/** What a prompt asks for instead of an answer of its own. */
type ChatIntent = 'continue' | 'again';

/** So much of what was said before goes along, in characters: some 30,000 tokens. */
const maxHistoryChars = 120_000;

/** What our participant was asked, and has answered; others' turns are theirs. */
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
  // Without: it was stopped before there was a result.
  const { state, command, content, code, inserted, reasoned } = parseChatMetadata(result.metadata) ?? {
    state: 'stopped',
  };
  if (state === 'note') return;
  const text = modelText(response, inserted ?? []);
  const last = exchanges.at(-1);
  const go = parseIntent(request, last, localize);
  if (last && go !== undefined) exchanges.pop();
  if (last && go === 'continue') {
    exchanges.push({ ...last, text: last.text + text, state, hadReasoning: last.hadReasoning || reasoned === true });
    return;
  }
  const again = last && go === 'again' ? last : undefined;
  exchanges.push({
    content: content ?? again?.content ?? request.prompt,
    command: command ?? again?.command,
    code: code ?? again?.code,
    text,
    state,
    hadReasoning: reasoned === true,
  });
}

/** The buttons and follow-ups send these words; who types them means the same. @returns undefined: it is a question */
export function parseIntent(
  { prompt, command }: { readonly prompt: string; readonly command?: string | undefined },
  last: ChatExchange | undefined,
  localize: Localize,
): ChatIntent | undefined {
  if (command || !last || last.state === 'done') return undefined;
  const word = normalizePrompt(prompt);
  if ([continuePrompt(localize), 'continue'].some((each) => normalizePrompt(each) === word)) {
    return last.text === '' ? 'again' : 'continue';
  }
  return [askAgainPrompt(localize), 'ask again'].some((each) => normalizePrompt(each) === word) ? 'again' : undefined;
}

export function continuePrompt(localize: Localize): string {
  return localize('Continue');
}

export function askAgainPrompt(localize: Localize): string {
  return localize('Ask again');
}

function normalizePrompt(text: string): string {
  return text
    .trim()
    .replace(/[.!。！]+$/, '')
    .toLowerCase();
}

/** What precedes a question: the newest exchanges that fit, each with its answer. */
export function historyMessages(exchanges: readonly ChatExchange[], limit = maxHistoryChars): readonly ChatMessage[] {
  const answered = exchanges.filter(({ text }) => text !== '');
  let left = limit;
  const first = answered.findLastIndex(({ content, text }) => (left -= content.length + text.length) < 0);
  return answered.slice(first + 1).flatMap(({ content, text }): ChatMessage[] => [
    { role: 'user', content },
    { role: 'assistant', content: text },
  ]);
}

export function partialAnswerOf({ text, hadReasoning: reasoned }: ChatExchange): EarlierAnswer {
  return { text, reasoned, go: 'continue' };
}

/** Exactly the model's text: what VS Code shows of it, without what is ours. */
function modelText(response: vscode.ChatResponseTurn['response'], inserted: readonly InsertedRange[]): string {
  let text = response.map(markdownOf).join('');
  for (const [at, length] of inserted.toReversed()) text = text.slice(0, at) + text.slice(at + length);
  return text;
}

function markdownOf({ value }: vscode.ChatResponseTurn['response'][number]): string {
  return 'value' in value && typeof value.value === 'string' ? value.value : '';
}
