import type { ModelFacts } from '../models/modelFacts';
import { textOf, type ChatMessage } from '../request';

/**
 * The first code unit of East Asian scripts. From it on, each code unit is estimated as one token, as are both halves
 * of an emoji.
 */
const firstWideCode = 0x2e80;

/**
 * Maximum number of blocks that are examined. In a longer text, these blocks are at equal distances, so that the
 * estimate does not block the extension host.
 */
const maxBlocks = 20;
const blockChars = 1000;

/**
 * Estimates the number of tokens of a text: one for each Chinese, Japanese or Korean character, and a quarter for each
 * other character. English prose has about 4 characters per token, code 3 and Chinese 1 to 1.7, so the estimate is off by
 * up to a third for code (too low) and by two thirds for Chinese (too high).
 */
export function estimateTokens(text: string): number {
  return Math.ceil(estimateFraction(text));
}

/** Like {@link estimateTokens}, but not rounded, so that the estimates of many short texts can be added. */
export function estimateFraction(text: string): number {
  const distance = Math.max(blockChars, text.length / maxBlocks);
  let wide = 0;
  let examined = 0;
  for (let start = 0; start < text.length; start += distance) {
    const from = Math.floor(start);
    const end = Math.min(text.length, from + blockChars);
    // A regular expression would take twenty times as long for Chinese text.
    for (let index = from; index < end; index++) if (text.charCodeAt(index) >= firstWideCode) wide++;
    examined += end - from;
  }
  return text.length / 4 + 0.75 * wide * (text.length / Math.max(1, examined));
}

/**
 * Returns the context window, in tokens, if the messages are probably longer and the gateway silently leaves out their
 * beginning. Images and tools are not counted.
 */
export function exceededContext(messages: readonly ChatMessage[], facts: ModelFacts = {}): number | undefined {
  const { cutsLongPrompts, contextWindow = Infinity } = facts;
  if (!cutsLongPrompts) return undefined;
  return estimateMessages(messages) > contextWindow ? contextWindow : undefined;
}

/** Estimates the number of tokens in the texts of messages. */
export function estimateMessages(messages: readonly ChatMessage[]): number {
  return estimateTokens(messages.map(({ content }) => textOf(content)).join(''));
}
