import { withoutHiddenCharacters } from '../../engine/gateway/visibleText';
import type { RequestParameters, TextMessage } from '../../engine/request';
import promptFile from './summaryPrompt.md?text';

/** The prompt that asks a model for a summary of the messages before the prompt. */
export const summaryPrompt = promptFile.trimEnd();

/** Token limit of the answer when a summary is requested from a model that doesn't reason. */
export const maxSummaryTokens = 4096;

/** Removes the token limit that the user has set for answers, because it would truncate the summary. */
export function summaryParameters(parameters: RequestParameters): RequestParameters {
  return { ...parameters, maxTokens: undefined, defaults: { ...parameters.defaults, maxTokens: maxSummaryTokens } };
}

/**
 * Matches the opening fence of a Markdown code block up to the first word of the info string, and then the other words
 * of the info string, which the page does not show.
 */
const infoRest = /^((?:[^\S\n]|>|[-*+][^\S\n]|\d+[.)][^\S\n])*(?:`{3,}|~{3,})[^\S\n]*[^\s`]+)[^\S\n][^`\n]*$/gm;

/**
 * Returns the messages that replace the summarized turns. There are two messages, because some models require that the
 * roles alternate. The summary is sent even after the summarized turns are no longer visible, so all text that the user
 * can't see is removed from it.
 */
export function summaryMessages(text: string): readonly TextMessage[] {
  const visible = withoutHiddenCharacters(text).replace(infoRest, '$1');
  return [
    { role: 'user', content: `Summary of our conversation so far:\n\n${visible}` },
    { role: 'assistant', content: 'I will continue from this summary.' },
  ];
}
