import type { ModelFacts } from '../models/modelFacts';
import { textOf, type ChatMessage } from '../request';

/**
 * The first UTF-16 code unit of East Asian scripts. Each code unit with this value or a higher value is estimated as
 * one token. An emoji is estimated as two tokens, because both of its code units are higher.
 */
const firstWideCode = 0x2e80;

/**
 * Maximum number of blocks of a text that are examined. In a long text, the examined blocks are at equal distances,
 * because examining the complete text would block the extension host.
 */
const maxBlocks = 20;
const blockChars = 1000;

/**
 * Estimates the number of tokens of a text: one token for each Chinese, Japanese or Korean character, and a quarter of
 * a token for each other character. In reality, a token has about 4 characters in English prose, 3 in code, and 1 to
 * 1.7 in Chinese. The estimate is therefore about a quarter too low for code and up to 70 % too high for Chinese.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(estimateFraction(text));
}

/**
 * Estimates the number of tokens of a text without rounding, so that the estimates of many short texts can be added.
 */
export function estimateFraction(text: string): number {
  const distance = Math.max(blockChars, text.length / maxBlocks);
  let wide = 0;
  let examined = 0;
  for (let start = 0; start < text.length; start += distance) {
    const from = Math.floor(start);
    const end = Math.min(text.length, from + blockChars);
    // The characters are counted in a loop, because a regular expression would take twenty times as long for Chinese
    // text.
    for (let index = from; index < end; index++) if (text.charCodeAt(index) >= firstWideCode) wide++;
    examined += end - from;
  }
  return text.length / 4 + 0.75 * wide * (text.length / Math.max(1, examined));
}

/**
 * If the messages probably exceed the context window and the gateway silently omits their beginning, returns the size
 * of the context window in tokens. Otherwise, returns undefined. Images and tools are not included in the estimate.
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
