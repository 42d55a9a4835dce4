import type { ModelFacts } from '../models/modelFacts';
import { textOf, type ChatMessage } from '../request';

const wideCharacters =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/gu;

/**
 * Estimates the number of tokens of a text: one for each Chinese, Japanese or Korean character, and a quarter for each
 * other character. English prose has about 4 characters per token, code 3 and Chinese 1 to 1.7, so the estimate is off by
 * up to a third for code (too low) and by two thirds for Chinese (too high).
 */
export function estimateTokens(text: string): number {
  const wide = text.match(wideCharacters)?.length ?? 0;
  return Math.ceil(wide + (text.length - wide) / 4);
}

/**
 * Returns the context window, in tokens, if the messages are probably longer and the gateway silently leaves out their
 * beginning. Images and tools are not counted.
 */
export function exceededContext(messages: readonly ChatMessage[], facts: ModelFacts = {}): number | undefined {
  const { cutsLongPrompts, contextWindow = Infinity } = facts;
  if (!cutsLongPrompts) return undefined;
  const tokens = messages.reduce((sum, { content }) => sum + estimateTokens(textOf(content)), 0);
  return tokens > contextWindow ? contextWindow : undefined;
}
