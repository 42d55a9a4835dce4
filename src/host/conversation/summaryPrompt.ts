import { withoutHiddenCharacters } from '../../engine/gateway/visibleText';
import type { RequestParameters, TextMessage } from '../../engine/request';
import promptFile from './summaryPrompt.md?text';

/** The prompt that asks a model for a summary of the messages before the prompt. */
export const summaryPrompt = promptFile.trimEnd();

/** Maximum number of tokens in a summary, for a model that doesn't reason. */
export const maxSummaryTokens = 4096;

/** Removes the token limit that the user has set for answers, because that limit could truncate the summary. */
export function summaryParameters(parameters: RequestParameters): RequestParameters {
  return { ...parameters, maxTokens: undefined, defaults: { ...parameters.defaults, maxTokens: maxSummaryTokens } };
}

/**
 * Matches the first line of a Markdown code block if text follows the name of the language. The page does not show that
 * text. The first group contains the rest of the line.
 */
const infoRest = /^((?:[^\S\n]|>|[-*+][^\S\n]|\d+[.)][^\S\n])*(?:`{3,}|~{3,})[^\S\n]*[^\s`]+)[^\S\n][^`\n]*$/gm;

/**
 * Returns the messages that replace the summarized turns: one of the user and one of the assistant, because some models
 * require that the roles alternate. Parts of the summary that the page hides are removed, because no request must
 * contain text that the user can't see.
 */
export function summaryMessages(text: string): readonly TextMessage[] {
  const visible = withoutHiddenCharacters(text).replace(infoRest, '$1');
  return [
    { role: 'user', content: `Summary of our conversation so far:\n\n${visible}` },
    { role: 'assistant', content: 'I will continue from this summary.' },
  ];
}
