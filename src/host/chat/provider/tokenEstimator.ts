import type { ChatRequest } from '../../../engine/request';

/**
 * Estimated token counts of a text, by script. Tokenizers give similar counts for Latin letters, digits and
 * punctuation, but differ by a factor of up to two for other scripts.
 */
export interface TokenEstimate {
  /** Estimated tokens for Latin letters, digits and punctuation. */
  readonly latin: number;
  /** Estimated tokens for Chinese, Japanese and Korean characters. */
  readonly eastAsian: number;
  /** Estimated tokens for the characters of other alphabets, symbols and emoji. */
  readonly other: number;
}

type Script = keyof TokenEstimate;

const scripts: readonly Script[] = ['latin', 'eastAsian', 'other'];

/* Kinds of characters, in an order that groups them by script. */
const lower = 0;
const upper = 1;
const digit = 2;
const punctuation = 3;
const space = 4;
const lineEnd = 5;
const accented = 6;
const han = 7;
const kana = 8;
const hangul = 9;
const cyrillic = 10;
/** One half of a surrogate pair, for example of an emoji. */
const surrogate = 11;
/** A character of another alphabet that has two bytes in UTF-8, for example Greek or Arabic. */
const otherAlphabet = 12;
/**
 * Any other character that has three bytes in UTF-8, for example a Thai letter, an arrow, a dash, or a joiner between
 * two emoji.
 */
const otherSymbol = 13;

/**
 * By kind of character, the estimated tokens for the first character in a sequence of this kind. All costs were fitted
 * to prose, code and data. An estimate is about the highest count among the tokenizers of GPT-4, GPT-4o, Claude and
 * DeepSeek.
 */
const firstCosts = [0, 0, 1.05, 1, 0, 1, 1.5, 1.1, 0.9, 1.2, 0.5, 1.5, 1, 1.6];
/** By kind of character, the estimated tokens for each further character in a sequence of this kind. */
const laterCosts = [0, 0.35, 0.34, 0.3, 0.05, 0.1, 1.5, 1.1, 0.9, 1.2, 0.5, 1.5, 1, 1.6];
/** Estimated tokens for a word, in addition to those of its characters. */
const wordCost = 0.95;
/**
 * Tokens for a word that starts with a capital letter within an identifier, for example `Name` in `fileName`. It
 * applies instead of `wordCost`.
 */
const innerWordCost = 2;
/** Additional tokens for each lower-case letter of a word beyond its first `commonWordLength` letters. */
const longWordCost = 0.6;
const commonWordLength = 7;

/**
 * Estimates the tokens of a text from its characters, without a vocabulary. The time is linear in the length of the
 * text.
 */
export function estimateTokens(text: string): TokenEstimate {
  let latin = 0;
  let eastAsian = 0;
  let other = 0;
  let previousKind: number = space;
  let wordLength = 0;
  for (let index = 0; index < text.length; index++) {
    const kind = kindOf(text.charCodeAt(index));
    const cost = (kind === previousKind ? laterCosts : firstCosts)[kind] ?? 0;
    if (kind < han) latin += cost;
    else if (kind < cyrillic) eastAsian += cost;
    else other += cost;
    if (!isLetter(kind)) wordLength = 0;
    else if (wordLength === 0 || (kind === upper && previousKind !== upper)) {
      latin += wordLength === 0 ? wordCost : innerWordCost;
      wordLength = 1;
    } else if (++wordLength > commonWordLength && kind !== upper) latin += longWordCost;
    previousKind = kind;
  }
  return { latin, eastAsian, other };
}

function isLetter(kind: number): boolean {
  return kind <= upper || kind === accented;
}

/**
 * Returns the kind of a character.
 * @param code a UTF-16 code unit
 */
function kindOf(code: number): number {
  if (code < 0x80) {
    if (code >= 0x61 && code <= 0x7a) return lower;
    if (code === 0x20 || code === 0x09) return space;
    if (code >= 0x41 && code <= 0x5a) return upper;
    if (code >= 0x30 && code <= 0x39) return digit;
    return code === 0x0a || code === 0x0d ? lineEnd : punctuation;
  }
  if (code < 0x250 || (code >= 0x1e00 && code <= 0x1eff)) return accented;
  if (code < 0x800) return code >= 0x400 && code <= 0x52f ? cyrillic : otherAlphabet;
  if (code >= 0x3040 && code <= 0x30ff) return kana;
  if ((code >= 0x2e80 && code <= 0x9fff) || code >= 0xff00) return han;
  if (code >= 0xac00 && code <= 0xd7af) return hangul;
  return code >= 0xd800 && code <= 0xdfff ? surrogate : otherSymbol;
}

/**
 * Tokens that each message needs in addition to its text: three for its delimiters and one for its role. Source: OpenAI
 * Cookbook, "How to count tokens with tiktoken".
 */
export const tokensPerMessage = 4;

/**
 * Estimates the tokens of a request's prompt. Returns undefined if the request contains images, because the gateway's
 * token count does not distinguish images from text.
 */
export function estimatePrompt({ messages, tools = [] }: ChatRequest): TokenEstimate | undefined {
  // Does not count the JSON syntax of the tools, because gateways describe tools to the model in a shorter form.
  const texts = [JSON.stringify(tools).replace(/["{}[\]:,]+/g, ' ')];
  for (const message of messages) {
    if ('toolCalls' in message) texts.push(...message.toolCalls.map(toolCallText));
    if (typeof message.content === 'string') texts.push(message.content);
    else {
      for (const part of message.content) {
        if (part.type === 'image') return undefined;
        texts.push(part.text);
      }
    }
  }
  const { latin, eastAsian, other } = estimateTokens(texts.join('\n'));
  return { latin: latin + messages.length * tokensPerMessage, eastAsian, other };
}

/** Returns the text of a tool call in the form that models receive. */
export function toolCallText({ name, arguments: json }: { readonly name: string; readonly arguments: string }): string {
  return `{"name":${JSON.stringify(name)},"arguments":${json}}`;
}

/**
 * Prompts with fewer tokens are not used for calibration, because the fixed overhead of the gateway would be too large
 * a part of their token count.
 */
const minCalibrationTokens = 500;

/** For each script, the lowest factor that a calibration can reach. No tokenizer needs a lower factor. */
const minFactors: TokenEstimate = { latin: 0.75, eastAsian: 0.5, other: 0.4 };
/** For each script, the highest factor that a calibration can reach. No tokenizer needs a higher factor. */
const maxFactors: TokenEstimate = { latin: 2, eastAsian: 2, other: 2 };

/**
 * How much the token counts of different tokenizers vary for a script, relative to Latin. An estimation error is
 * attributed mainly to the scripts that vary most.
 */
const spread: TokenEstimate = { latin: 1, eastAsian: 16, other: 16 };

/**
 * Factor by which every estimate is multiplied, because a text may have more tokens per character than the prompts used
 * for calibration.
 */
const margin = 1.15;

/** Corrects the token estimates for a model by the token counts that the gateway reported for previous prompts. */
export class TokenCalibration {
  /** The factor by which the estimated number of tokens is multiplied, for each writing system. */
  private factors: TokenEstimate = { latin: 1, eastAsian: 1, other: 1 };

  /** Returns the corrected estimate with the margin, rounded up. */
  tokens(estimate: TokenEstimate): number {
    return Math.ceil(margin * weightedSum(estimate, this.factors));
  }

  /**
   * Adjusts the factors to the token count that the gateway reported. An estimate that was too low is corrected
   * completely. An estimate that was too high is corrected only by half, so that a text with few tokens per character
   * does not make later estimates too low.
   * @param estimate the estimate of the complete prompt
   * @param promptTokens the number of prompt tokens that the gateway reported
   */
  observe(estimate: TokenEstimate, promptTokens: number): void {
    if (promptTokens < minCalibrationTokens || weightedSum(estimate, this.factors) < minCalibrationTokens) return;
    // Ignores an implausible token count of the gateway, because some gateways don't count cached tokens and others add
    // a system prompt.
    if (promptTokens < weightedSum(estimate, minFactors) || promptTokens > weightedSum(estimate, maxFactors)) return;
    const error = promptTokens - weightedSum(estimate, this.factors);
    const correction = error > 0 ? error : error / 2;
    const total = scripts.reduce((sum, script) => sum + spread[script] * estimate[script] ** 2, 0);
    const corrected = (script: Script): number => {
      const factor = this.factors[script] + (correction * spread[script] * estimate[script]) / total;
      return Math.min(Math.max(factor, minFactors[script]), maxFactors[script]);
    };
    this.factors = { latin: corrected('latin'), eastAsian: corrected('eastAsian'), other: corrected('other') };
  }
}

function weightedSum(estimate: TokenEstimate, factors: TokenEstimate): number {
  return scripts.reduce((sum, script) => sum + estimate[script] * factors[script], 0);
}
