import { firstTokens } from '../models/listedFacts';

/**
 * Smallest context window that an error message can name, in tokens. A smaller number in the message is something else,
 * such as an error code.
 */
const minContextTokens = 256;

/**
 * Part of a regular expression: a number of tokens, with or without separators. A number with another unit doesn't
 * match.
 */
const number = String.raw`(?<!\d)(\d{1,3}(?:,\d{3}){1,2}|\d{3,9})(?![\d,.]*\d|[KM>]|\s*(?:characters|chars|bytes|字))`;

/** Words in front of numbers that are not the context window, such as the size of the request. */
const otherSubject = 'exceed|request|result|receiv|contain|got|given|by |char|byte|超|字符';

/**
 * Patterns for the context window in an error about a prompt that is too long, in the order in which they are tried.
 * The error message can also contain the number of tokens of the request, before or after the context window.
 */
const limitPatterns: readonly RegExp[] = [
  // Matches, for example, `208310 tokens > 200000 maximum`, `190000 + 20000 > 200000`, `n_keep: 5000>= n_ctx: 4096` and
  // `must be <= 4096`.
  String.raw`(?:[<>]=?|≤)\s*(?:n_ctx:\s*)?${number}`,
  // Matches, for example, `Range of input length should be [1, 30720]`.
  String.raw`range of input length should be \[\d+,\s*${number}`,
  // Matches, for example, `the available context size (4096 tokens)` and `context length of only 4096 tokens`.
  String.raw`\bcontext[ _](?:length|window|size)(?:(?!${otherSubject})[^\d.;/]){0,20}${number}(?! (?:tokens )?exceeds)`,
  // Matches, for example, `maximum context length is 8192 tokens`, `model token limit: 262144` and `maximum number of
  // tokens allowed (1048576)`.
  String.raw`(?:\bmax(?:imum)?(?!_(?:\w+_)?tokens\b)|\blimit|不(?:能|得|可)?超过|最大|最多|上限|限制)(?:(?!${otherSubject})[^\d.;。；/]){0,40}${number}(?! (?:tokens )?exceeds)`,
  // The next two patterns match, for example, `too large for model with 32768 maximum context length`, `cannot exceed
  // 128000` and `must have less than 4095 tokens`.
  String.raw`${number}(?: tokens?)? max(?:imum)?\b`,
  String.raw`(?:(?:cannot|can't|must not|may not) exceed|less than) ${number}`,
].map((source) => new RegExp(source, 'gi'));

/**
 * MiniMax's error code for a prompt that is too long. MiniMax appends the code to the message (`context window exceeds
 * limit (2013)`), so the number is not a context window.
 */
const errorCode = 2013;

/** Returns the context window that an error message names, in tokens, or undefined if the message names none. */
export function contextTokensIn(message: string): number | undefined {
  const numbers = limitPatterns.flatMap((pattern) => [...message.matchAll(pattern)].map(([, digits = '']) => digits));
  return numbers.map((digits) => Number(digits.replaceAll(',', ''))).find(isContextWindow);
}

/**
 * Returns whether `max_tokens` alone is too large, so that a shorter prompt would not help. vLLM sends the same message
 * if only the sum of the prompt and `max_tokens` exceeds the context window. In that case, returns false.
 */
export function reportsTooLargeTokenLimit(message: string): boolean {
  const match = /\bmax_(?:completion_)?tokens\b.{0,60}too large(?:: (\d+))?/i.exec(message);
  // If the message lacks one of the two numbers, `max_tokens` is assumed to be too large.
  return match !== null && !(Number(match[1]) < (contextTokensIn(message) ?? 0));
}

export function isContextWindow(tokens: unknown): tokens is number {
  return firstTokens(tokens) !== undefined && Number(tokens) >= minContextTokens && tokens !== errorCode;
}
