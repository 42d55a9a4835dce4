import type { RequestParameters, TextMessage } from '../../engine/request';
import promptFile from './summaryPrompt.md?text';

/** Asks the model for a summary of the messages before it. */
export const summaryPrompt = promptFile.trimEnd();

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
