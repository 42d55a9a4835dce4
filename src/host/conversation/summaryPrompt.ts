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
 * Matches the line that opens a Markdown code block if the line has more than one word after the fence. The first group
 * contains the line up to the first word. The page does not show the other words.
 */
const infoRest = /^((?:[^\S\n]|>|[-*+][^\S\n]|\d+[.)][^\S\n])*(?:`{3,}|~{3,})[^\S\n]*[^\s`]+)[^\S\n][^`\n]*$/gm;

/**
 * Returns the messages that replace the summarized turns. There are two messages, because some models require that the
 * roles alternate. Text of the summary that the page does not show is removed. Otherwise, each later request would
 * contain text that the user can't see.
 */
export function summaryMessages(text: string): readonly TextMessage[] {
  const visible = withoutHiddenCharacters(text).replace(infoRest, '$1');
  return [
    { role: 'user', content: `Summary of our conversation so far:\n\n${visible}` },
    { role: 'assistant', content: 'I will continue from this summary.' },
  ];
}
