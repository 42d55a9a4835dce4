import type { ModelFacts } from '../models/modelFacts';
import { textOf, type ChatMessage } from '../request';

/**
 * The first UTF-16 code unit of East Asian scripts. This and every higher code unit is estimated as one token. An emoji
 * has two such code units and is estimated as two tokens.
 */
const firstWideCode = 0x2e80;

/**
 * Maximum number of blocks that are examined to estimate the tokens of a long text. Examining the complete text would
 * block the extension host, so only blocks at equal distances are examined.
 */
const maxBlocks = 20;
const blockChars = 1000;

/**
 * Estimates the number of tokens of a text: one for each Chinese, Japanese or Korean character, and a quarter for any
 * other character. The estimate is about a quarter too low for code (3 characters per token), and up to 70 % too high
 * for Chinese (1 to 1.7 characters per token).
 */
export function estimateTokens(text: string): number {
  return Math.ceil(estimateFraction(text));
}

/** Estimates the number of tokens of a text. The result is not rounded, so that many short texts can be added up. */
export function estimateFraction(text: string): number {
  const distance = Math.max(blockChars, text.length / maxBlocks);
  let wide = 0;
  let examined = 0;
  for (let start = 0; start < text.length; start += distance) {
    const from = Math.floor(start);
    const end = Math.min(text.length, from + blockChars);
    // A loop counts the characters. A regular expression would take twenty times as long for Chinese text.
    for (let index = from; index < end; index++) if (text.charCodeAt(index) >= firstWideCode) wide++;
    examined += end - from;
  }
  return text.length / 4 + 0.75 * wide * (text.length / Math.max(1, examined));
}

/**
 * Returns the context window in tokens if the messages are probably too long for it and the gateway silently omits
 * their beginning. Otherwise, returns undefined. The estimate does not include images and tools.
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
