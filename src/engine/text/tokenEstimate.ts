import type { ModelFacts } from '../models/modelFacts';
import { textOf, type ChatMessage } from '../request';

/** The first code unit of the scripts of East Asia. Those of emoji follow them, and count like their characters. */
const firstWideCode = 0x2e80;

/**
 * Estimates the number of tokens of a text: one for each Chinese, Japanese or Korean character, and a quarter for each
 * other character. English prose has about 4 characters per token, code 3 and Chinese 1 to 1.7, so the estimate is off by
 * up to a third for code (too low) and by two thirds for Chinese (too high).
 */
export function estimateTokens(text: string): number {
  let wide = 0;
  // A regular expression takes twenty times as long for Chinese, and a conversation may have a million characters.
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) >= firstWideCode) wide++;
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
