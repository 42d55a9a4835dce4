import { withoutHiddenCharacters } from '../../engine/gateway/visibleText';
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

/** Matches a fence with the first word of its info string, and the rest of that string, which the page does not show. */
const infoRest = /^((?:[^\S\n]|>|[-*+][^\S\n]|\d+[.)][^\S\n])*(?:`{3,}|~{3,})[^\S\n]*[^\s`]+)[^\S\n][^`\n]*$/gm;

/**
 * Returns the messages that replace the summarized turns: two, because some models require alternating roles. The
 * summary outlives the turns that it summarizes, so it contains no text that the user can't see.
 */
export function summaryMessages(text: string): readonly TextMessage[] {
  const visible = withoutHiddenCharacters(text).replace(infoRest, '$1');
  return [
    { role: 'user', content: `Summary of our conversation so far:\n\n${visible}` },
    { role: 'assistant', content: 'I will continue from this summary.' },
  ];
}
