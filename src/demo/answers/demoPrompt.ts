import type { ChatBody, ChatBodyMessage } from '../script';

/** The prompt of a request, separated from the messages that ask for the continuation of a partial answer. */
export interface DemoPrompt {
  /** Text of the user's last message. */
  readonly text: string;
  /** A key that identifies the prompt. All attempts to answer the same prompt have the same key. */
  readonly key: string;
  /** The partial answer, if this request asks for its continuation. */
  readonly partial?: string;
  /** Whether a message after the partial answer asks for the continuation. If not, the partial answer is a prefill. */
  readonly asksToContinue: boolean;
}

/** Reads the prompt and the partial answer from a request. */
export function readDemoPrompt(body: ChatBody): DemoPrompt {
  const { messages } = body;
  const last = messages.at(-1);
  if (last?.role === 'assistant') return demoPrompt(body, messages.slice(0, -1), textOf(last), false);
  const before = messages.at(-2);
  if (last && before?.role === 'assistant' && asksForRest(textOf(last), textOf(before))) {
    return demoPrompt(body, messages.slice(0, -2), textOf(before), true);
  }
  return demoPrompt(body, messages, undefined, false);
}

function textOf(message: ChatBodyMessage): string {
  const { content } = message;
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('');
}

/**
 * Returns whether a message asks to continue the partial answer: the message quotes the end of that answer, or the user
 * wrote "continue".
 */
function asksForRest(request: string, partial: string): boolean {
  const end = withoutWhitespace(partial).slice(-24);
  return (
    (end !== '' && withoutWhitespace(request).includes(end)) ||
    /^\s*(please\s+)?(continue|go on|请?(继续|接着))/i.test(request)
  );
}

function withoutWhitespace(text: string): string {
  return text.replace(/\s+/g, '');
}

function demoPrompt(
  { model }: ChatBody,
  messages: readonly ChatBodyMessage[],
  partial: string | undefined,
  asksForRest: boolean,
): DemoPrompt {
  const key = JSON.stringify([model, messages.map((message) => [message.role, textOf(message)])]);
  const text = textOf(messages.findLast((message) => message.role === 'user') ?? { role: 'user', content: '' });
  return { text, key, asksToContinue: asksForRest, ...(partial === undefined ? {} : { partial }) };
}
