import type { RequestParameters, TextMessage } from '../../engine/request';

/** Asks the model for a summary of the messages before it. */
export const summaryPrompt = `Summarize our conversation so far. The summary will replace it, so that we can continue from the summary alone.
Keep what later questions may need: what I want to achieve and the rules I have set, decisions and their reasons, names, numbers, paths, commands, error messages, and the current version of code that we have written. Say what is done and what is still open.
Leave out greetings, repetitions and what has been replaced since. If there is an earlier summary, include what is still relevant in it.
Don't answer open questions. Reply with the summary only, as Markdown in the language of the conversation, in at most 1,500 words.`;

/** Maximum length of a summary that is requested from models that don't reason. */
export const maxSummaryTokens = 4096;

/** A limit that the user has set for answers would cut off the summary. */
export function summaryParameters(parameters: RequestParameters): RequestParameters {
  return { ...parameters, maxTokens: undefined, defaults: { ...parameters.defaults, maxTokens: maxSummaryTokens } };
}

/** Returns the messages that stand for the summarized turns. Some models require that the roles alternate. */
export function summaryMessages(text: string): readonly TextMessage[] {
  return [
    { role: 'user', content: `Summary of our conversation so far:\n\n${text}` },
    { role: 'assistant', content: 'I will continue from this summary.' },
  ];
}
