import type * as vscode from 'vscode';
import type { ResumeFrom, Localize } from '../../../engine/engine';
import type { ChatMessage } from '../../../engine/request';
import { participantId } from '../../contributions';
import { type AnswerState, type ChatCommand, chatMetadata, type CodePlace, type Inserted } from './chatMetadata';

type Turn = vscode.ChatContext['history'][number];

/** A question and its answer, over all responses that went on with it. */
export interface ChatExchange {
  /** As the model was sent it. */
  readonly content: string;
  readonly command?: ChatCommand | undefined;
  readonly code?: CodePlace | undefined;
  readonly text: string;
  readonly state: AnswerState;
  readonly reasoned: boolean;
}

/** What a prompt asks for instead of an answer of its own. */
type ChatGo = 'continue' | 'again';

/** So much of what was said before goes along, in characters: some 30,000 tokens. */
const historyCharacters = 120_000;

/** What our participant was asked, and has answered; others' turns are theirs. */
export function chatExchanges(history: readonly Turn[], localize: Localize): readonly ChatExchange[] {
  const exchanges: ChatExchange[] = [];
  let request: vscode.ChatRequestTurn | undefined;
  for (const turn of history) {
    if (turn.participant !== participantId) request = undefined;
    else if ('prompt' in turn) request = turn;
    else if (request) {
      add(exchanges, request, turn, localize);
      request = undefined;
    }
  }
  return exchanges;
}

function add(
  exchanges: ChatExchange[],
  request: vscode.ChatRequestTurn,
  { response, result }: vscode.ChatResponseTurn,
  localize: Localize,
): void {
  // Without: it was stopped before there was a result.
  const { state, command, content, code, inserted, reasoned } = chatMetadata(result.metadata) ?? { state: 'stopped' };
  if (state === 'note') return;
  const text = answerText(response, inserted ?? []);
  const last = exchanges.at(-1);
  const go = chatGo(request, last, localize);
  if (last && go !== undefined) exchanges.pop();
  if (last && go === 'continue') {
    exchanges.push({ ...last, text: last.text + text, state, reasoned: last.reasoned || reasoned === true });
    return;
  }
  const again = last && go === 'again' ? last : undefined;
  exchanges.push({
    content: content ?? again?.content ?? request.prompt,
    command: command ?? again?.command,
    code: code ?? again?.code,
    text,
    state,
    reasoned: reasoned === true,
  });
}

/** The buttons and follow-ups send these words; who types them means the same. @returns undefined: it is a question */
export function chatGo(
  { prompt, command }: { readonly prompt: string; readonly command?: string | undefined },
  last: ChatExchange | undefined,
  localize: Localize,
): ChatGo | undefined {
  if (command || !last || last.state === 'done') return undefined;
  const word = wordOf(prompt);
  if ([continueWord(localize), 'continue'].some((each) => wordOf(each) === word)) {
    return last.text === '' ? 'again' : 'continue';
  }
  return [againWord(localize), 'ask again'].some((each) => wordOf(each) === word) ? 'again' : undefined;
}

export function continueWord(localize: Localize): string {
  return localize('Continue');
}

export function againWord(localize: Localize): string {
  return localize('Ask again');
}

function wordOf(text: string): string {
  return text
    .trim()
    .replace(/[.!。！]+$/, '')
    .toLowerCase();
}

/** What precedes a question: the newest exchanges that fit, each with its answer. */
export function historyMessages(exchanges: readonly ChatExchange[], limit = historyCharacters): readonly ChatMessage[] {
  const answered = exchanges.filter(({ text }) => text !== '');
  let left = limit;
  const first = answered.findLastIndex(({ content, text }) => (left -= content.length + text.length) < 0);
  return answered.slice(first + 1).flatMap(({ content, text }): ChatMessage[] => [
    { role: 'user', content },
    { role: 'assistant', content: text },
  ]);
}

export function earlierAnswer({ text, reasoned }: ChatExchange): ResumeFrom {
  return { text, hadReasoning: reasoned, mode: 'continue' };
}

/** Exactly the model's text: what VS Code shows of it, without what is ours. */
function answerText(response: vscode.ChatResponseTurn['response'], inserted: readonly Inserted[]): string {
  let text = response.map(markdownOf).join('');
  for (const [at, length] of inserted.toReversed()) text = text.slice(0, at) + text.slice(at + length);
  return text;
}

function markdownOf({ value }: vscode.ChatResponseTurn['response'][number]): string {
  return 'value' in value && typeof value.value === 'string' ? value.value : '';
}
