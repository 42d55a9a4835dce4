/** Tokens that a message needs in addition to its text. Source: OpenAI Cookbook, "How to count tokens with tiktoken". */
export const tokensPerMessage = 4;

/** Average for prose and code in the tokenizers of current models. */
const asciiCharsPerToken = 3.5;

/**
 * Estimates the tokens of a text from its length: an ASCII character is a fraction of a token, any other UTF-16 code
 * unit one token, as a Chinese character is in most vocabularies.
 */
export function estimateTokens(text: string): number {
  let otherUnits = 0;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) otherUnits++;
  return Math.ceil((text.length - otherUnits) / asciiCharsPerToken) + otherUnits;
}
