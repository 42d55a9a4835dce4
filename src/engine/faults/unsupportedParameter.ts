import type { ProviderError } from './providerError';

/** Parameters that some models refuse and that a request can do without, or can name differently. */
export const repairable = ['stream_options', 'max_tokens', 'temperature'] as const;
export type RepairableParameter = (typeof repairable)[number];

const refusedCodes = /^(?:unsupported_(?:parameter|value)|unknown_parameter|extra_forbidden)$/;
/** A value out of range is the user's to mend and is not among these. */
const refusedWords =
  /unsupported|not supported|unrecogni[sz]ed|unknown|not permitted|extra (?:inputs?|fields?)|unexpected|not allowed|does not support|deprecated|only (?:be set to )?[\d.]+ is allowed|may only be set to|use ['"`]?max_completion_tokens/i;

/** The parameter of ours that the error refuses, where it is one the request can do without. */
export function refusedParameter(error: ProviderError): RepairableParameter | undefined {
  const name = repairable.find((it) => it === error.param) ?? repairable.find((it) => namesParameter(error.words, it));
  // Ours alone: the user never asked for it, so nothing is lost without it.
  if (name === 'stream_options') return name;
  return refusedWords.test(error.words) || error.codes.some((code) => refusedCodes.test(code)) ? name : undefined;
}

function namesParameter(words: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(words);
}
