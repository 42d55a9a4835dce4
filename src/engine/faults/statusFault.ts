import { faultRows, type RowId } from './faultTable';
import { refusedParameter, type ProviderError } from './providerError';
import { meaningsOfCodes, providerWords, type Meaning } from './providerMessages';

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
  if (status >= 300 && status < 400) return faultRows.redirect;
  if (status === 407) return faultRows.proxySignIn;
  if (status < 400 || status >= 600) return faultRows.unexpectedStatus;
  const reading = readingOf(error, hinted);
  if (status === 402)
    return reading.says('saturated') ? faultRows.overloaded : hinted ? faultRows.creditResets : faultRows.outOfCredit;
  return causeRow(reading) ?? rowWithin(status, reading) ?? plainStatus[status] ?? faultRows.unexpectedStatus;
}

/**
 * The row of an error that came inside a stream or a 200: its own status or code decides, else the provider failed.
 * @param streamed a part of the answer has come before, so the request was right; only a named cause says otherwise
 */
export function inbandRow(error: ProviderError, hinted: boolean, streamed: boolean): RowId {
  const reading = readingOf(error, hinted);
  const row = causeRow(reading) ?? rowInside(error.status, reading);
  return streamed && requestRows.has(row) ? faultRows.errorInStream : row;
}

/** Rows that blame the request itself. The gateway had accepted it if part of the answer has arrived. */
const requestRows: ReadonlySet<RowId> = new Set<RowId>([
  faultRows.requestRejected,
  faultRows.unsupportedParameter,
  faultRows.prefillRejected,
  faultRows.parameterInvalid,
]);

function readingOf(error: ProviderError, hinted: boolean): Reading {
  const meanings = meaningsOfCodes(error.codes);
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
  if (says('saturated')) return faultRows.overloaded;
  if (coded('filter')) return faultRows.promptFiltered;
  if (isCredit(reading)) return faultRows.outOfCredit;
  if (coded('unpriced')) return faultRows.modelUnpriced;
  if (says('channel')) return faultRows.noChannel;
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
  if (status === 401) return coded('permission') ? faultRows.permissionDenied : undefined;
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
  if (coded('auth')) return faultRows.keyRejected;
  if (coded('permission')) return faultRows.permissionDenied;
  if (coded('overload') || says('overload')) return faultRows.overloaded;
  const limited = says('reached') && (says('shortLimit') || says('longLimit'));
  if (coded('long-limit') || says('limit') || limited) return limitRow(reading);
  if (says('filter') && !/unavailable|time(?:d )?out/i.test(error.words)) return faultRows.promptFiltered;
  if (says('context')) return faultRows.contextLength;
  return coded('request') && !coded('server') ? faultRows.requestRejected : undefined;
}

function rowInside(status: number | undefined, reading: Reading): RowId {
  const { error, coded, hinted } = reading;
  if (status !== undefined && status < 500) {
    const row = statusRow(status, error, hinted);
    // These speak of an address or a status, which was fine.
    return row === faultRows.pathNotFound || row === faultRows.unexpectedStatus ? faultRows.requestRejected : row;
  }
  if (coded('limit')) return limitRow(reading);
  return (
    codedRow(reading) ??
    upstreamRow(reading) ??
    (status === 503 ? faultRows.overloaded : undefined) ??
    (status === undefined ? requestRow(400, reading) : undefined) ??
    faultRows.errorInStream
  );
}

function limitRow({ coded, says, hinted }: Reading): RowId {
  if (says('tooLarge')) return faultRows.requestTooLarge;
  // Google sends half a minute as the hint of a quota that returns tomorrow.
  if (coded('long-limit')) return faultRows.usageLimitReached;
  if (coded('permission') || says('permission')) return faultRows.permissionDenied;
  if (coded('overload') || says('overload')) return faultRows.overloaded;
  if (hinted) return faultRows.rateLimited;
  return says('longLimit') && !says('shortLimit') ? faultRows.usageLimitReached : faultRows.rateLimitedWithoutHint;
}

function codedRow({ coded }: Reading): RowId | undefined {
  if (coded('model')) return faultRows.modelNotFound;
  return coded('context') ? faultRows.contextLength : undefined;
}

/** Words of a 4xx, each only where its meaning is possible. */
function requestRow(status: number, reading: Reading): RowId | undefined {
  const { error, coded, says } = reading;
  switch (status) {
    case 403:
      if (coded('auth') || says('auth')) return faultRows.keyRejected;
      return says('filter') ? faultRows.promptFiltered : undefined;
    case 404:
      // Anthropic says no more than `model: claude-x`.
      return says('model') || /^models?[:/]/i.test(error.words) ? faultRows.modelNotFound : undefined;
    case 413:
      return says('context') ? faultRows.contextLength : undefined;
    case 405:
    case 408:
    case 409:
    case 425:
      return undefined;
    // 400, 422 and statuses that gateways invent.
    default:
      if (coded('auth') || says('auth')) return faultRows.keyRejected;
      if (coded('permission') || says('permission')) return faultRows.permissionDenied;
      if (says('limit')) return limitRow(reading);
      if (says('context') && !says('tokenLimit')) return faultRows.contextLength;
      if (says('filter')) return faultRows.promptFiltered;
      if (refusedParameter(error)) return faultRows.unsupportedParameter;
      if (says('prefill')) return faultRows.prefillRejected;
      return says('model') ? faultRows.modelNotFound : undefined;
  }
}

const plainStatus: Readonly<Record<number, RowId>> = {
  400: faultRows.requestRejected,
  401: faultRows.keyRejected,
  403: faultRows.permissionDenied,
  404: faultRows.pathNotFound,
  408: faultRows.requestTimeout,
  409: faultRows.conflict,
  413: faultRows.requestTooLarge,
  422: faultRows.parameterInvalid,
  425: faultRows.conflict,
  500: faultRows.serverError,
  502: faultRows.badGateway,
  503: faultRows.overloaded,
  504: faultRows.gatewayTimeout,
  520: faultRows.badGateway,
  521: faultRows.badGateway,
  522: faultRows.badGateway,
  523: faultRows.badGateway,
  524: faultRows.gatewayTimeout,
  525: faultRows.gatewayCertificate,
  526: faultRows.gatewayCertificate,
  529: faultRows.overloaded,
  530: faultRows.badGateway,
};
