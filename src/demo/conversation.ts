import { createHash } from 'node:crypto';
import type { ChatBody, ChatBodyMessage } from './script';

/** What a request asks for, told apart from how it continues a broken answer. */
export interface Conversation {
  /** The last words of the person. */
  readonly prompt: string;
  /** The same for each attempt at the same answer; also the seed of its pacing. */
  readonly key: string;
  /** Where the broken answer ended, when this request wants the rest of it. */
  readonly partial?: string;
  /** A message after the partial asked for the rest; without one the answer is to go on in the same message. */
  readonly asked: boolean;
}

export function readConversation(body: ChatBody): Conversation {
  const { messages } = body;
  const last = messages.at(-1);
  if (last?.role === 'assistant') return conversation(body, messages.slice(0, -1), textOf(last), false);
  const before = messages.at(-2);
  if (last && before?.role === 'assistant' && wantsTheRest(textOf(last), textOf(before))) {
    return conversation(body, messages.slice(0, -2), textOf(before), true);
  }
  return conversation(body, messages, undefined, false);
}

export function textOf(message: ChatBodyMessage): string {
  const { content } = message;
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('');
}

/** A client that wants the rest quotes the end of what it has, in its own white space; a person says so in a word. */
function wantsTheRest(request: string, partial: string): boolean {
  const end = dense(partial).slice(-24);
  return (
    (end !== '' && dense(request).includes(end)) || /^\s*(please\s+)?(continue|go on|请?(继续|接着))/i.test(request)
  );
}

function dense(text: string): string {
  return text.replace(/\s+/g, '');
}

function conversation(
  { model }: ChatBody,
  messages: readonly ChatBodyMessage[],
  partial: string | undefined,
  asked: boolean,
): Conversation {
  const content = JSON.stringify([model, messages.map((message) => [message.role, textOf(message)])]);
  const key = createHash('sha256').update(content).digest('hex');
  const prompt = textOf(messages.findLast((message) => message.role === 'user') ?? { role: 'user', content: '' });
  return { prompt, key, asked, ...(partial === undefined ? {} : { partial }) };
}
