import type { TokenCounter } from './tokenCounter';

export type CountedPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' }
  /** @property arguments JSON */
  | { readonly type: 'tool-call'; readonly name: string; readonly arguments: string }
  | { readonly type: 'tool-result'; readonly text: string };

export interface CountedMessage {
  readonly role: string;
  readonly parts: readonly CountedPart[];
}

/** `num_tokens_from_messages` of the OpenAI Cookbook, "How to count tokens with tiktoken", for what frames a message. */
const tokensPerMessage = 3;
/** OpenAI's vision guide: 85, and 170 for each tile of 512 pixels; here of 1024 × 1024 pixels, for the size is unknown. */
const tokensPerImage = 85 + 4 * 170;

/** Tokens of one message: its frame, its role and its parts. */
export function messageTokens({ role, parts }: CountedMessage, counter: TokenCounter): number {
  return parts.reduce((sum, part) => sum + partTokens(part, counter), tokensPerMessage + counter.count(role));
}

function partTokens(part: CountedPart, counter: TokenCounter): number {
  switch (part.type) {
    case 'text':
      return counter.count(part.text);
    case 'image':
      return tokensPerImage;
    case 'tool-call':
      return counter.count(`{"name":${JSON.stringify(part.name)},"arguments":${part.arguments}}`);
    case 'tool-result':
      // In a request it is a message of its own.
      return tokensPerMessage + counter.count(part.text);
  }
}
