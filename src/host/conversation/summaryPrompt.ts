import type { TextMessage } from '../../engine/request';

/** Asks the model for a summary of the messages before it. */
export const summaryPrompt = `Summarize our conversation so far, so that it can be continued from the summary alone.
Keep every fact, decision, name, number, path and piece of code that later questions may need, and what is still open.
Leave out greetings and what has become irrelevant. Answer with the summary only, in the language of the conversation.`;

/** Returns the messages that stand for the summarized turns. Some models require that the roles alternate. */
export function summaryMessages(text: string): readonly TextMessage[] {
  return [
    { role: 'user', content: `Summary of our conversation so far:\n\n${text}` },
    { role: 'assistant', content: 'I will continue from this summary.' },
  ];
}
