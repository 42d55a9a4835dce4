import type * as vscode from 'vscode';
import { imagesIn, parseMessage, textOf } from './requestMessages';

/** Tokens that a message needs in addition to its text. Source: OpenAI Cookbook, "How to count tokens with tiktoken". */
const tokensPerMessage = 4;

/**
 * Estimated tokens of an image of 1024 × 1024 pixels, because the actual size is unknown. Source: OpenAI's vision
 * guide, 85 tokens per image and 170 tokens per tile of 512 × 512 pixels.
 */
const tokensPerImage = 85 + 4 * 170;

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

export function estimateMessageTokens(message: vscode.LanguageModelChatRequestMessage): number {
  const { content, calls } = parseMessage(message);
  const callTexts = calls.map(({ name, arguments: json }) => `${name}(${json})`);
  const tokens = estimateTokens([textOf(content), ...callTexts].join('\n'));
  return tokensPerMessage + tokens + tokensPerImage * imagesIn(content).length;
}
