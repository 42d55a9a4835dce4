import { meaningsOfCodes, type Meaning } from './providerCodes';
import type { ProviderError } from './providerError';
import { providerWords } from './providerWords';
import { refusedParameter } from './refusedParameter';
import type { RowId } from './table';

type Words = keyof typeof providerWords;

/** Both questions that can be put to an error: the exact one first. */
interface Reading {
  readonly coded: (meaning: Meaning) => boolean;
  readonly says: (words: Words) => boolean;
}

/**
 * The row of an HTTP status with what the body says. Total over every status.
 * @param hinted whether the response names a time to come back
 */
export function statusRow(status: number, error: ProviderError, hinted: boolean): RowId {
  if (status >= 300 && status < 400) return 9;
  if (status === 402) return hinted ? 23 : 22;
  if (status === 407) return 7;
  if (status < 400 || status >= 600) return 38;
  const reading = readingOf(error);
  if (isCredit(reading, hinted)) return 22;
  return spokenRow(status, error, reading, hinted) ?? plainStatus[status] ?? 38;
}

/** The row of an error that came inside a stream or a 200: its own status or code decides, else the provider failed. */
export function inbandRow(error: ProviderError, hinted: boolean): RowId {
  const { status } = error;
  const reading = readingOf(error);
  const { coded, says } = reading;
  if (status !== undefined && status < 500) {
    const row = statusRow(status, error, hinted);
    // These speak of an address or a status, which was fine.
    return row === 25 || row === 38 ? 15 : row;
  }
  if (isCredit(reading, hinted)) return 22;
  if (coded('auth')) return 21;
  if (coded('permission')) return 24;
  if (coded('limit')) return limitRow(reading, hinted);
  if (status === 503 || coded('overload') || says('overload')) return 35;
  return (
    codedRow(reading) ??
    (status === undefined ? requestRow(400, error, reading) : undefined) ??
    (coded('request') ? 15 : 45)
  );
}

function readingOf(error: ProviderError): Reading {
  const meanings = meaningsOfCodes(error);
  return { coded: (meaning) => meanings.has(meaning), says: (words) => providerWords[words].test(error.words) };
}

/** Money is named by a code or in words; "current quota" with a time to come back is a rate limit in disguise. */
function isCredit({ coded, says }: Reading, hinted: boolean): boolean {
  if (coded('credit') || says('credit')) return true;
  return says('quota') && !hinted && !coded('limit');
}

function spokenRow(status: number, error: ProviderError, reading: Reading, hinted: boolean): RowId | undefined {
  if (status === 401) return undefined;
  if (status === 429) return limitRow(reading, hinted);
  const coded = codedRow(reading);
  if (coded !== undefined) return coded;
  if (status >= 500) return reading.coded('overload') || reading.says('overload') ? 35 : undefined;
  return requestRow(status, error, reading);
}

function limitRow({ coded, says }: Reading, hinted: boolean): RowId {
  if (says('tooLarge')) return 28;
  // Google sends half a minute as the hint of a quota that returns tomorrow.
  if (coded('daily')) return 32;
  if (coded('overload') || says('overload')) return 35;
  if (hinted) return 30;
  return says('daily') ? 32 : 31;
}

function codedRow({ coded, says }: Reading): RowId | undefined {
  if (coded('model') || says('channel')) return 20;
  if (coded('context')) return 16;
  return coded('filter') ? 19 : undefined;
}

/** Words of a 4xx, each only where its meaning is possible. */
function requestRow(status: number, error: ProviderError, { coded, says }: Reading): RowId | undefined {
  switch (status) {
    case 400:
    case 422:
      if (coded('auth') || says('auth')) return 21;
      if (says('context') && !says('tokenLimit')) return 16;
      if (says('filter')) return 19;
      if (refusedParameter(error)) return 17;
      if (says('prefill')) return 18;
      return says('model') ? 20 : undefined;
    case 403:
      if (coded('auth') || says('auth')) return 21;
      return says('filter') ? 19 : undefined;
    case 404:
      // Anthropic says no more than `model: claude-x`.
      return says('model') || /^models?[:/]/i.test(error.words) ? 20 : undefined;
    case 413:
      return says('context') ? 16 : undefined;
    default:
      return undefined;
  }
}

const plainStatus: Readonly<Record<number, RowId>> = {
  400: 15,
  401: 21,
  403: 24,
  404: 25,
  408: 26,
  409: 27,
  413: 28,
  422: 29,
  425: 27,
  500: 33,
  502: 34,
  503: 35,
  504: 36,
  520: 34,
  521: 34,
  522: 34,
  523: 34,
  524: 36,
  525: 37,
  526: 37,
  529: 35,
};
