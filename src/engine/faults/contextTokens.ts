import { firstTokens } from '../models/listedFacts';

/** A smaller number in such a message is something else, such as a code. No model has so small a context. */
const minContextTokens = 256;

/** A number with or without separators, but no other unit than tokens. */
const number = String.raw`(?<!\d)(\d{1,3}(?:,\d{3}){1,2}|\d{3,9})(?![\d,.]*\d|[KM>]|\s*(?:characters|chars|bytes|字))`;

/** A number after one of these words is the size of the request, or counts something other than tokens. */
const otherSubject = 'exceed|request|result|receiv|contain|got|given|by |char|byte|超|字符';

/**
 * Patterns for the limit in the message of a provider that rejects a long prompt, in the order in which they are tried.
 * Such a message may also name the tokens of the request, in any order.
 */
const limitPatterns: readonly RegExp[] = [
  // `208310 tokens > 200000 maximum`, `190000 + 20000 > 200000`, `n_keep: 5000>= n_ctx: 4096`, `must be <= 4096`
  String.raw`(?:[<>]=?|≤)\s*(?:n_ctx:\s*)?${number}`,
  // `Range of input length should be [1, 30720]`
  String.raw`range of input length should be \[\d+,\s*${number}`,
  // `the available context size (4096 tokens)`, `context length of only 4096 tokens`
  String.raw`\bcontext[ _](?:length|window|size)(?:(?!${otherSubject})[^\d.;/]){0,20}${number}(?! (?:tokens )?exceeds)`,
  // `maximum context length is 8192 tokens`, `model token limit: 262144`, `maximum number of tokens allowed (1048576)`
  String.raw`(?:\bmax(?:imum)?(?!_(?:\w+_)?tokens\b)|\blimit|不(?:能|得|可)?超过|最大|最多|上限|限制)(?:(?!${otherSubject})[^\d.;。；/]){0,40}${number}(?! (?:tokens )?exceeds)`,
  // `too large for model with 32768 maximum context length`, `cannot exceed 128000`, `must have less than 4095 tokens`
  String.raw`${number}(?: tokens?)? max(?:imum)?\b`,
  String.raw`(?:(?:cannot|can't|must not|may not) exceed|less than) ${number}`,
].map((source) => new RegExp(source, 'gi'));

/** MiniMax appends its code: `context window exceeds limit (2013)`. */
const errorCode = 2013;

/** Returns the context window that a message names, in tokens. */
export function contextTokensIn(message: string): number | undefined {
  const numbers = limitPatterns.flatMap((pattern) => [...message.matchAll(pattern)].map(([, digits = '']) => digits));
  return numbers.map((digits) => Number(digits.replaceAll(',', ''))).find(isContextWindow);
}

/**
 * Returns whether the provider rejects `max_tokens` and a shorter prompt would not help. vLLM sends the same message if
 * only the sum of the prompt and `max_tokens` exceeds the context window.
 */
export function reportsTooLargeTokenLimit(message: string): boolean {
  const match = /\bmax_(?:completion_)?tokens\b.{0,60}too large(?:: (\d+))?/i.exec(message);
  // True as well if the message contains no numbers.
  return match !== null && !(Number(match[1]) < (contextTokensIn(message) ?? 0));
}

export function isContextWindow(tokens: unknown): tokens is number {
  return firstTokens(tokens) !== undefined && Number(tokens) >= minContextTokens && tokens !== errorCode;
}
