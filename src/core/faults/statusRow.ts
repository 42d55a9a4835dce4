import { meaningsOfCodes, type Meaning } from './providerCodes';
import type { ProviderError } from './providerError';
import { providerWords } from './providerWords';
import { refusedParameter } from './refusedParameter';
import type { RowId } from './table';

type Words = keyof typeof providerWords;

/** An error with two ways to match it: by the provider's exact code, then by its words. */
interface Reading {
  readonly error: ProviderError;
  readonly coded: (meaning: Meaning) => boolean;
  readonly says: (words: Words) => boolean;
  /** Whether the response names a time for the next attempt. */
  readonly hinted: boolean;
}

/**
 * The row of an HTTP status with what the body says. Total over every status.
 * @param hinted whether the response names a time to come back
 */
export function statusRow(status: number, error: ProviderError, hinted: boolean): RowId {
  if (status >= 300 && status < 400) return 9;
  if (status === 407) return 7;
  if (status < 400 || status >= 600) return 38;
  const reading = readingOf(error, hinted);
  if (status === 402) return reading.says('saturated') ? 35 : hinted ? 23 : 22;
  return causeRow(reading) ?? rowWithin(status, reading) ?? plainStatus[status] ?? 38;
}

/**
 * The row of an error that came inside a stream or a 200: its own status or code decides, else the provider failed.
 * @param streamed a part of the answer has come before, so the request was right; only a named cause says otherwise
 */
export function inbandRow(error: ProviderError, hinted: boolean, streamed: boolean): RowId {
  const reading = readingOf(error, hinted);
  const row = causeRow(reading) ?? rowInside(error.status, reading);
  return streamed && requestRows.has(row) ? 45 : row;
}

/** Rows that blame the request itself. The gateway had accepted it if part of the answer has arrived. */
const requestRows: ReadonlySet<RowId> = new Set<RowId>([15, 17, 18, 29]);

function readingOf(error: ProviderError, hinted: boolean): Reading {
  const meanings = meaningsOfCodes(error);
  return {
    error,
    coded: (meaning) => meanings.has(meaning),
    says: (words) => providerWords[words].test(error.words),
    hinted,
  };
}

/** Causes that take precedence over the status, because gateways send each of them with several statuses. */
function causeRow(reading: Reading): RowId | undefined {
  const { coded, says } = reading;
  if (says('saturated')) return 35;
  if (coded('filter')) return 19;
  if (isCredit(reading)) return 22;
  if (coded('unpriced')) return 70;
  if (says('channel')) return 67;
  return undefined;
}

/**
 * Returns whether the account needs money. It does not for a quota of requests or tokens in a short time, for Google's
 * quota with a time to come back, or for the message of a filter that mentions credits.
 */
function isCredit({ coded, says, hinted }: Reading): boolean {
  if (says('credit')) return coded('credit') || !says('filter');
  if (says('shortLimit')) return false;
  if (coded('credit')) return true;
  if (says('limit')) return false;
  return says('quota') || (says('currentQuota') && !hinted && !coded('limit'));
}

function rowWithin(status: number, reading: Reading): RowId | undefined {
  const { coded, says } = reading;
  if (status === 401) return coded('permission') ? 24 : undefined;
  if (status === 429) return limitRow(reading);
  if (coded('channel-lookup') || says('channelLookup')) return undefined;
  if (coded('limit')) return limitRow(reading);
  const row = codedRow(reading);
  if (row !== undefined) return row;
  return status < 500 ? requestRow(status, reading) : upstreamRow(reading);
}

/** A gateway may send a 5xx for any error of its provider. */
function upstreamRow(reading: Reading): RowId | undefined {
  const { error, coded, says } = reading;
  if (coded('auth')) return 21;
  if (coded('permission')) return 24;
  if (coded('overload') || says('overload')) return 35;
  const limited = says('reached') && (says('shortLimit') || says('longLimit'));
  if (coded('long-limit') || says('limit') || limited) return limitRow(reading);
  if (says('filter') && !/unavailable|time(?:d )?out/i.test(error.words)) return 19;
  if (says('context')) return 16;
  return coded('request') && !coded('server') ? 15 : undefined;
}

function rowInside(status: number | undefined, reading: Reading): RowId {
  const { error, coded, hinted } = reading;
  if (status !== undefined && status < 500) {
    const row = statusRow(status, error, hinted);
    // These speak of an address or a status, which was fine.
    return row === 25 || row === 38 ? 15 : row;
  }
  if (coded('limit')) return limitRow(reading);
  return (
    codedRow(reading) ??
    upstreamRow(reading) ??
    (status === 503 ? 35 : undefined) ??
    (status === undefined ? requestRow(400, reading) : undefined) ??
    45
  );
}

function limitRow({ coded, says, hinted }: Reading): RowId {
  if (says('tooLarge')) return 28;
  // Google sends half a minute as the hint of a quota that returns tomorrow.
  if (coded('long-limit')) return 32;
  if (coded('permission') || says('permission')) return 24;
  if (coded('overload') || says('overload')) return 35;
  if (hinted) return 30;
  return says('longLimit') && !says('shortLimit') ? 32 : 31;
}

function codedRow({ coded }: Reading): RowId | undefined {
  if (coded('model')) return 20;
  return coded('context') ? 16 : undefined;
}

/** Words of a 4xx, each only where its meaning is possible. */
function requestRow(status: number, reading: Reading): RowId | undefined {
  const { error, coded, says } = reading;
  switch (status) {
    case 403:
      if (coded('auth') || says('auth')) return 21;
      return says('filter') ? 19 : undefined;
    case 404:
      // Anthropic says no more than `model: claude-x`.
      return says('model') || /^models?[:/]/i.test(error.words) ? 20 : undefined;
    case 413:
      return says('context') ? 16 : undefined;
    case 405:
    case 408:
    case 409:
    case 425:
      return undefined;
    // 400, 422 and statuses that gateways invent.
    default:
      if (coded('auth') || says('auth')) return 21;
      if (coded('permission') || says('permission')) return 24;
      if (says('limit')) return limitRow(reading);
      if (says('context') && !says('tokenLimit')) return 16;
      if (says('filter')) return 19;
      if (refusedParameter(error)) return 17;
      if (says('prefill')) return 18;
      return says('model') ? 20 : undefined;
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
  530: 34,
};
