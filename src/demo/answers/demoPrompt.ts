import type { ChatBody, ChatBodyMessage } from '../script';

/**
 * The content of a request to the demo: the prompt, and the partial answer if the request asks the model to continue
 * one.
 */
export interface DemoPrompt {
  /** Text of the user's last message. */
  readonly text: string;
  /** Key that identifies the prompt. All attempts to answer the same prompt have the same key. */
  readonly key: string;
  /** Partial answer that the model should continue. Empty if the request is for a whole answer. */
  readonly partialAnswer: string;
  /** Whether a message after the partial answer asks the model to continue. If not, the partial answer is a prefill. */
  readonly asksToContinue: boolean;
}

/** Reads the prompt and the partial answer from a request to the demo. */
export function readDemoPrompt({ model, messages }: ChatBody): DemoPrompt {
  const last = messages.at(-1);
  const before = messages.at(-2);
  const asksToContinue =
    last?.role !== 'assistant' && before?.role === 'assistant' && asksForRest(textOf(last), textOf(before));
  const answer = asksToContinue ? before : last;
  const partialAnswer = answer?.role === 'assistant' ? answer : undefined;
  const prompts = partialAnswer ? messages.slice(0, messages.lastIndexOf(partialAnswer)) : messages;
  return {
    text: textOf(prompts.findLast(({ role }) => role === 'user')),
    key: JSON.stringify([model, prompts.map((message) => [message.role, textOf(message)])]),
    partialAnswer: textOf(partialAnswer),
    asksToContinue,
  };
}

function textOf(message: ChatBodyMessage | undefined): string {
  const content = message?.content ?? '';
  return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('');
}

/**
 * Returns whether a message asks the model to continue the partial answer. Such a message quotes the end of the partial
 * answer, or begins with "continue" or similar words.
 */
function asksForRest(request: string, partialAnswer: string): boolean {
  const end = withoutWhitespace(partialAnswer).slice(-24);
  return (
    (end !== '' && withoutWhitespace(request).includes(end)) ||
    /^\s*(please\s+)?(continue|go on|请?(继续|接着))/i.test(request)
  );
}

function withoutWhitespace(text: string): string {
  return text.replace(/\s+/g, '');
}
