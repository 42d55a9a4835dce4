import { faultRows, type RowId } from './faultTable';
import { findRefusedParameter, type ProviderError } from './providerError';
import { meaningsOfCodes, providerPhrases, type Meaning } from './providerMessages';

type PhraseSet = keyof typeof providerPhrases;

/** An error with two ways to match it: by the provider's error codes, and by phrases in its message. */
interface ErrorMatcher {
  readonly error: ProviderError;
  readonly hasCode: (meaning: Meaning) => boolean;
  readonly mentions: (phrases: PhraseSet) => boolean;
  /** Whether the response names a retry-after. */
  readonly hasRetryAfter: boolean;
}

/**
 * Returns the number of the fault for an HTTP status and the error in the body. Every status has a fault.
 *
 * @param hasRetryAfter whether the response names a retry-after
 */
export function statusRow(status: number, error: ProviderError, hasRetryAfter: boolean): RowId {
  if (status >= 300 && status < 400) return faultRows.redirect;
  if (status === 407) return faultRows.proxySignIn;
  if (status < 400 || status >= 600) return faultRows.unexpectedStatus;
  const matcher = createMatcher(error, hasRetryAfter);
  if (status === 402)
    return matcher.mentions('saturated')
      ? faultRows.overloaded
      : hasRetryAfter
        ? faultRows.creditResets
        : faultRows.outOfCredit;
  return rowForCause(matcher) ?? rowForStatus(status, matcher) ?? defaultRows[status] ?? faultRows.unexpectedStatus;
}

/**
 * Returns the number of the fault for an error inside a stream or a response with status 200. The status or the code in
 * the error decides. Without them, the result is a failure of the provider.
 *
 * @param streamed whether part of the answer arrived before the error, so that the request itself was accepted
 */
export function inbandRow(error: ProviderError, hasRetryAfter: boolean, streamed: boolean): RowId {
  const matcher = createMatcher(error, hasRetryAfter);
  const row = rowForCause(matcher) ?? rowForInbandError(error.status, matcher);
  return streamed && requestRows.has(row) ? faultRows.errorInStream : row;
}

/** Faults that blame the request itself. They are impossible once part of the answer has arrived. */
const requestRows: ReadonlySet<RowId> = new Set<RowId>([
  faultRows.requestRejected,
  faultRows.unsupportedParameter,
  faultRows.prefillRejected,
  faultRows.parameterInvalid,
]);

function createMatcher(error: ProviderError, hasRetryAfter: boolean): ErrorMatcher {
  const meanings = meaningsOfCodes(error.codes);
  return {
    error,
    hasCode: (meaning) => meanings.has(meaning),
    mentions: (phrases) => providerPhrases[phrases].test(error.searchText),
    hasRetryAfter,
  };
}

/**
 * Returns the fault for a cause that takes precedence over the status, because gateways send it with several statuses.
 */
function rowForCause(matcher: ErrorMatcher): RowId | undefined {
  const { hasCode, mentions } = matcher;
  if (mentions('saturated')) return faultRows.overloaded;
  if (hasCode('filter')) return faultRows.promptFiltered;
  if (isCredit(matcher)) return faultRows.outOfCredit;
  if (hasCode('unpriced')) return faultRows.modelUnpriced;
  if (mentions('channel')) return faultRows.noChannel;
  return undefined;
}

/**
 * Returns whether the account lacks credit. Three similar errors do not count: a quota of requests or tokens per
 * minute, Google's quota with a retry-after, and a message of a content filter that mentions credits.
 */
function isCredit({ hasCode, mentions, hasRetryAfter }: ErrorMatcher): boolean {
  if (mentions('credit')) return hasCode('credit') || !mentions('filter');
  if (mentions('shortLimit')) return false;
  if (hasCode('credit')) return true;
  if (mentions('limit')) return false;
  return mentions('quota') || (mentions('currentQuota') && !hasRetryAfter && !hasCode('limit'));
}

function rowForStatus(status: number, matcher: ErrorMatcher): RowId | undefined {
  const { hasCode, mentions } = matcher;
  if (status === 401) return hasCode('permission') ? faultRows.permissionDenied : undefined;
  if (status === 429) return rowForLimit(matcher);
  if (hasCode('channel-lookup') || mentions('channelLookup')) return undefined;
  if (hasCode('limit')) return rowForLimit(matcher);
  const row = rowForCode(matcher);
  if (row !== undefined) return row;
  return status < 500 ? rowForClientError(status, matcher) : rowForServerError(matcher);
}

/** Returns the fault for a 5xx, which a gateway may send for any error of its provider. */
function rowForServerError(matcher: ErrorMatcher): RowId | undefined {
  const { error, hasCode, mentions } = matcher;
  if (hasCode('auth')) return faultRows.keyRejected;
  if (hasCode('permission')) return faultRows.permissionDenied;
  if (hasCode('overload') || mentions('overload')) return faultRows.overloaded;
  const limited = mentions('reached') && (mentions('shortLimit') || mentions('longLimit'));
  if (hasCode('long-limit') || mentions('limit') || limited) return rowForLimit(matcher);
  if (mentions('filter') && !/unavailable|time(?:d )?out/i.test(error.searchText)) return faultRows.promptFiltered;
  if (mentions('context')) return faultRows.contextLength;
  return hasCode('request') && !hasCode('server') ? faultRows.requestRejected : undefined;
}

function rowForInbandError(status: number | undefined, matcher: ErrorMatcher): RowId {
  const { error, hasCode, hasRetryAfter } = matcher;
  if (status !== undefined && status < 500) {
    const row = statusRow(status, error, hasRetryAfter);
    // Blames the content of the request, because the response had the status 200, so neither the path nor the status
    // can be the cause.
    return row === faultRows.pathNotFound || row === faultRows.unexpectedStatus ? faultRows.requestRejected : row;
  }
  if (hasCode('limit')) return rowForLimit(matcher);
  return (
    rowForCode(matcher) ??
    rowForServerError(matcher) ??
    (status === 503 ? faultRows.overloaded : undefined) ??
    (status === undefined ? rowForClientError(400, matcher) : undefined) ??
    faultRows.errorInStream
  );
}

function rowForLimit({ hasCode, mentions, hasRetryAfter }: ErrorMatcher): RowId {
  if (mentions('tooLarge')) return faultRows.requestTooLarge;
  // Checks Google's code first, because Google names a retry-after of half a minute even for a quota that resets
  // tomorrow.
  if (hasCode('long-limit')) return faultRows.usageLimitReached;
  if (hasCode('permission') || mentions('permission')) return faultRows.permissionDenied;
  if (hasCode('overload') || mentions('overload')) return faultRows.overloaded;
  if (hasRetryAfter) return faultRows.rateLimited;
  return mentions('longLimit') && !mentions('shortLimit')
    ? faultRows.usageLimitReached
    : faultRows.rateLimitedWithoutRetryAfter;
}

function rowForCode({ hasCode }: ErrorMatcher): RowId | undefined {
  if (hasCode('model')) return faultRows.modelNotFound;
  return hasCode('context') ? faultRows.contextLength : undefined;
}

/** Returns the fault for the message of a 4xx. Searches only for the phrases that make sense for the status. */
function rowForClientError(status: number, matcher: ErrorMatcher): RowId | undefined {
  const { error, hasCode, mentions } = matcher;
  switch (status) {
    case 403:
      if (hasCode('auth') || mentions('auth')) return faultRows.keyRejected;
      return mentions('filter') ? faultRows.promptFiltered : undefined;
    case 404:
      // Matches Anthropic's message for a missing model, which consists only of `model: claude-x`.
      return mentions('model') || /^models?[:/]/i.test(error.searchText) ? faultRows.modelNotFound : undefined;
    case 413:
      return mentions('context') ? faultRows.contextLength : undefined;
    case 405:
    case 408:
    case 409:
    case 425:
      return undefined;
    // This case handles 400, 422 and statuses that only gateways use.
    default:
      if (hasCode('auth') || mentions('auth')) return faultRows.keyRejected;
      if (hasCode('permission') || mentions('permission')) return faultRows.permissionDenied;
      if (mentions('limit')) return rowForLimit(matcher);
      if (mentions('context') && !mentions('tokenLimit')) return faultRows.contextLength;
      if (mentions('filter')) return faultRows.promptFiltered;
      if (findRefusedParameter(error)) return faultRows.unsupportedParameter;
      if (mentions('prefill')) return faultRows.prefillRejected;
      return mentions('model') ? faultRows.modelNotFound : undefined;
  }
}

/** Faults for statuses whose response body says nothing more specific. */
const defaultRows: Readonly<Record<number, RowId>> = {
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
