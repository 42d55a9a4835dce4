import type { ChatRequest } from '../../../engine/request';

/**
 * The estimated tokens of a text, by script: tokenizers nearly agree on Latin letters, digits and punctuation, but differ
 * by a factor of up to two on other scripts.
 */
export interface TokenEstimate {
  readonly latin: number;
  readonly eastAsian: number;
  /** Other alphabets, symbols and emoji. */
  readonly other: number;
}

type Script = keyof TokenEstimate;

const scripts: readonly Script[] = ['latin', 'eastAsian', 'other'];

/** The kinds of characters, ordered by script. */
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
/** Half of an emoji or of a rare character. */
const surrogate = 11;
/** Two bytes in UTF-8, e.g. Greek or Arabic. */
const otherAlphabet = 12;
/** Three bytes in UTF-8, e.g. Thai, an arrow, a dash, or the part that joins two emoji. */
const otherSymbol = 13;

/**
 * Tokens of a character by its kind: of the first in a run of the kind, and of each later one. All costs were fitted to
 * prose, code and data, so that an estimate is about the highest count among the tokenizers of GPT-4, GPT-4o, Claude and
 * DeepSeek.
 */
const firstCosts = [0, 0, 1.05, 1, 0, 1, 1.5, 1.1, 0.9, 1.2, 0.5, 1.5, 1, 1.6];
const laterCosts = [0, 0.35, 0.34, 0.3, 0.05, 0.1, 1.5, 1.1, 0.9, 1.2, 0.5, 1.5, 1, 1.6];
const wordCost = 0.95;
/** A word that begins with a capital within an identifier, e.g. `Name` in `fileName`. */
const innerWordCost = 2;
/** Each lower-case letter of a word after the first `commonWordLength` letters. */
const longWordCost = 0.6;
const commonWordLength = 7;

/** Estimates the tokens of a text by its characters, without any vocabulary. The time is linear in its length. */
export function estimateTokens(text: string): TokenEstimate {
  let latin = 0;
  let eastAsian = 0;
  let other = 0;
  let before: number = space;
  let wordLength = 0;
  for (let at = 0; at < text.length; at++) {
    const kind = kindOf(text.charCodeAt(at));
    const cost = (kind === before ? laterCosts : firstCosts)[kind] ?? 0;
    if (kind < han) latin += cost;
    else if (kind < cyrillic) eastAsian += cost;
    else other += cost;
    if (!isLetter(kind)) wordLength = 0;
    else if (wordLength === 0 || (kind === upper && before !== upper)) {
      latin += wordLength === 0 ? wordCost : innerWordCost;
      wordLength = 1;
    } else if (++wordLength > commonWordLength && kind !== upper) latin += longWordCost;
    before = kind;
  }
  return { latin, eastAsian, other };
}

function isLetter(kind: number): boolean {
  return kind <= upper || kind === accented;
}

/** @param code a UTF-16 code unit */
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

/** Tokens that frame a message: OpenAI Cookbook, "How to count tokens with tiktoken", three and the role. */
export const tokensPerMessage = 4;

/**
 * Estimates the prompt of a request. Returns undefined if the request contains images, whose tokens can't be told apart
 * from those of its texts.
 */
export function estimatePrompt({ messages, tools = [] }: ChatRequest): TokenEstimate | undefined {
  // Gateways describe tools to the model in a shorter form than JSON, so the JSON syntax is not counted.
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

/** Returns the text of a tool call as models are sent it. */
export function toolCallText({ name, arguments: json }: { readonly name: string; readonly arguments: string }): string {
  return `{"name":${JSON.stringify(name)},"arguments":${json}}`;
}

/** Prompts below this are ignored: a fixed overhead of the gateway would be a large part of them. */
const minCalibrationTokens = 500;

/** A factor outside of these limits can't come from a tokenizer. */
const minFactors: TokenEstimate = { latin: 0.75, eastAsian: 0.5, other: 0.4 };
const maxFactors: TokenEstimate = { latin: 2, eastAsian: 2, other: 2 };

/** How much tokenizers differ in a script, relative to Latin: an error is attributed to the scripts in proportion. */
const spread: TokenEstimate = { latin: 1, eastAsian: 16, other: 16 };

/** For texts that have more tokens per character than those that were observed. */
const margin = 1.15;

/** Corrects the estimates for one model by the prompt tokens that the gateway reports. */
export class TokenCalibration {
  private factors: TokenEstimate = { latin: 1, eastAsian: 1, other: 1 };

  /** Returns whole tokens, rather too many than too few. */
  tokens(estimate: TokenEstimate): number {
    return Math.ceil(margin * weightedSum(estimate, this.factors));
  }

  /**
   * Too low an estimate is corrected at once, too high an estimate only by half: texts of a kind that has fewer tokens
   * per character must not spoil the estimate of the others.
   *
   * @param estimate of the whole prompt
   * @param promptTokens as the gateway reports them
   */
  observe(estimate: TokenEstimate, promptTokens: number): void {
    if (promptTokens < minCalibrationTokens || weightedSum(estimate, this.factors) < minCalibrationTokens) return;
    // Some gateways leave out tokens that were read from a cache, and some add a system prompt of their own.
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
