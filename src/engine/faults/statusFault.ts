import type { RetryAfter } from './retryAfterDurations';
import { faultRowIds, type RowId } from './faultTable';
import { findRefusedParameter, type ProviderError } from './providerError';
import { meaningsOfCodes, providerPhrases, type Meaning } from './providerMessages';

type PhraseSet = keyof typeof providerPhrases;

/** An error with two ways to match it: by the provider's error codes, and by phrases in its message. */
interface ErrorMatcher {
  readonly error: ProviderError;
  readonly hasErrorCode: (meaning: Meaning) => boolean;
  readonly mentions: (phrases: PhraseSet) => boolean;
  /** Whether the response names a retry-after. */
  readonly hasRetryAfter: boolean;
  /** Whether the body names the retry-after. A header may name one with any refusal, but a body only for a limit. */
  readonly namesReset: boolean;
}

/**
 * Returns the number of the fault for an HTTP status and the error in the body. Every status has a fault.
 *
 * @param retryAfter the retry-after that the response names
 */
export function statusRow(status: number, error: ProviderError, retryAfter?: RetryAfter): RowId {
  if (status >= 300 && status < 400) return faultRowIds.redirect;
  if (status === 407) return faultRowIds.proxySignIn;
  if (status < 400 || status >= 600) return faultRowIds.unexpectedStatus;
  const matcher = createMatcher(error, retryAfter);
  if (status === 402 && matcher.mentions('saturated')) return faultRowIds.overloaded;
  if (status === 402 || (status === 403 && isCredit(matcher)))
    return (status === 402 ? matcher.hasRetryAfter : matcher.namesReset)
      ? faultRowIds.creditResets
      : faultRowIds.outOfCredit;
  return rowForCause(matcher) ?? rowForStatus(status, matcher) ?? defaultRows[status] ?? faultRowIds.unexpectedStatus;
}

/**
 * Returns the number of the fault for an error inside a stream or a response with status 200. The status or the code in
 * the error decides. Without them, the result is a failure of the provider.
 *
 * @param streamed whether part of the answer arrived before the error, which means that the request itself was accepted
 */
export function inbandRow(error: ProviderError, retryAfter: RetryAfter | undefined, streamed: boolean): RowId {
  const matcher = createMatcher(error, retryAfter);
  const row = rowForCause(matcher) ?? rowForInbandError(error.status, matcher, retryAfter);
  return streamed && requestRows.has(row) ? faultRowIds.errorInStream : row;
}

/** Faults that blame the request itself. They are impossible once part of the answer has arrived. */
const requestRows: ReadonlySet<RowId> = new Set<RowId>([
  faultRowIds.requestRejected,
  faultRowIds.unsupportedParameter,
  faultRowIds.prefillRejected,
  faultRowIds.parameterInvalid,
]);

function createMatcher(error: ProviderError, retryAfter: RetryAfter | undefined): ErrorMatcher {
  const meanings = meaningsOfCodes(error.codes);
  return {
    error,
    hasErrorCode: (meaning) => meanings.has(meaning),
    mentions: (phrases) => providerPhrases[phrases].test(error.searchText),
    hasRetryAfter: retryAfter !== undefined,
    namesReset: retryAfter?.isInBody === true,
  };
}

/**
 * Returns the fault for a cause that takes precedence over the status, because gateways send it with several statuses.
 */
function rowForCause(matcher: ErrorMatcher): RowId | undefined {
  const { hasErrorCode, mentions } = matcher;
  if (mentions('saturated')) return faultRowIds.overloaded;
  if (hasErrorCode('filter')) return faultRowIds.promptFiltered;
  if (isCredit(matcher)) return faultRowIds.outOfCredit;
  if (hasErrorCode('unpriced')) return faultRowIds.modelUnpriced;
  if (mentions('channel')) return faultRowIds.noChannel;
  return undefined;
}

/**
 * Returns whether the account lacks credit. Three similar errors do not count: a quota of requests or tokens per
 * minute, Google's quota with a retry-after, and a message of a content filter that mentions credits.
 */
function isCredit({ hasErrorCode, mentions, hasRetryAfter }: ErrorMatcher): boolean {
  if (mentions('credit')) return hasErrorCode('credit') || !mentions('filter');
  if (mentions('shortLimit')) return false;
  if (hasErrorCode('credit')) return true;
  if (mentions('limit')) return false;
  return mentions('quota') || (mentions('currentQuota') && !hasRetryAfter && !hasErrorCode('limit'));
}

function rowForStatus(status: number, matcher: ErrorMatcher): RowId | undefined {
  const { hasErrorCode, mentions } = matcher;
  if (status === 401) {
    if (hasErrorCode('permission')) return faultRowIds.permissionDenied;
    const blamesKey = hasErrorCode('auth') || mentions('auth');
    return hasLimitCode(matcher) && !blamesKey ? rowForLimit(matcher) : undefined;
  }
  if (status === 429) return rowForLimit(matcher);
  if (hasErrorCode('channel-lookup') || mentions('channelLookup')) return undefined;
  if (hasLimitCode(matcher) && status !== 403) return rowForLimit(matcher);
  const row = rowForCode(matcher);
  if (row !== undefined) return row;
  return status < 500 ? rowForClientError(status, matcher) : rowForServerError(matcher);
}

function hasLimitCode({ hasErrorCode }: ErrorMatcher): boolean {
  return hasErrorCode('limit') || hasErrorCode('usage-limit') || hasErrorCode('long-limit');
}

/** Returns whether the message says that a limit of requests, tokens or costs has been reached. */
function mentionsLimit({ mentions }: ErrorMatcher): boolean {
  return mentions('limit') || (mentions('reached') && (mentions('shortLimit') || mentions('longLimit')));
}

/** Returns the fault for a 5xx status, which a gateway may send for any error of its provider. */
function rowForServerError(matcher: ErrorMatcher): RowId | undefined {
  const { error, hasErrorCode, mentions } = matcher;
  if (hasErrorCode('auth')) return faultRowIds.keyRejected;
  if (hasErrorCode('permission')) return faultRowIds.permissionDenied;
  if (hasErrorCode('overload') || mentions('overload')) return faultRowIds.overloaded;
  if (mentionsLimit(matcher)) return rowForLimit(matcher);
  if (mentions('filter') && !/unavailable|time(?:d )?out/i.test(error.searchText)) return faultRowIds.promptFiltered;
  if (mentions('context')) return faultRowIds.contextLength;
  const isTransient = hasErrorCode('server') || hasErrorCode('transient') || mentions('transient');
  return hasErrorCode('request') && !isTransient ? faultRowIds.requestRejected : undefined;
}

function rowForInbandError(
  status: number | undefined,
  matcher: ErrorMatcher,
  retryAfter: RetryAfter | undefined,
): RowId {
  if (status !== undefined && status < 500) {
    const row = statusRow(status, matcher.error, retryAfter);
    // The response had the status 200, so the URL is right. A 404 or an unknown 4xx status in its body therefore means
    // that the content of the request was rejected.
    return row === faultRowIds.pathNotFound || row === faultRowIds.unexpectedStatus ? faultRowIds.requestRejected : row;
  }
  if (hasLimitCode(matcher)) return rowForLimit(matcher);
  return (
    rowForCode(matcher) ??
    rowForServerError(matcher) ??
    (status === 503 ? faultRowIds.overloaded : undefined) ??
    (status === undefined ? rowForClientError(400, matcher) : undefined) ??
    faultRowIds.errorInStream
  );
}

function rowForLimit({ hasErrorCode, mentions, hasRetryAfter }: ErrorMatcher): RowId {
  if (mentions('tooLarge')) return faultRowIds.requestTooLarge;
  // Checks Google's code first, because Google names a retry-after of half a minute even for a quota that resets
  // tomorrow.
  if (hasErrorCode('long-limit')) return faultRowIds.usageLimitReached;
  if (hasErrorCode('permission') || mentions('permission')) return faultRowIds.permissionDenied;
  if (hasErrorCode('overload') || mentions('overload')) return faultRowIds.overloaded;
  if (hasRetryAfter) return faultRowIds.rateLimited;
  if (hasErrorCode('auth') || mentions('disabledKey')) return faultRowIds.keyRejected;
  return hasErrorCode('usage-limit') || (mentions('longLimit') && !mentions('shortLimit'))
    ? faultRowIds.usageLimitReached
    : faultRowIds.rateLimitedWithoutRetryAfter;
}

function rowForCode({ hasErrorCode }: ErrorMatcher): RowId | undefined {
  if (hasErrorCode('model')) return faultRowIds.modelNotFound;
  return hasErrorCode('context') ? faultRowIds.contextLength : undefined;
}

/**
 * Returns the fault for the message of a 4xx response. Searches only for the phrases that make sense for the status.
 */
function rowForClientError(status: number, matcher: ErrorMatcher): RowId | undefined {
  const { error, hasErrorCode, mentions, hasRetryAfter, namesReset } = matcher;
  switch (status) {
    case 403:
      if (hasErrorCode('auth') || mentions('auth')) return faultRowIds.keyRejected;
      if (hasErrorCode('permission') || mentions('permission')) return faultRowIds.permissionDenied;
      if (mentions('filter')) return faultRowIds.promptFiltered;
      // Gateways send a limit as a 403 so that clients don't retry. Without a time, it does not reset soon.
      if (hasLimitCode(matcher) || mentionsLimit(matcher))
        return hasRetryAfter ? faultRowIds.rateLimited : faultRowIds.usageLimitReached;
      return namesReset ? faultRowIds.rateLimited : undefined;
    case 404:
    case 410:
      // Matches Anthropic's message for a missing model, which consists only of `model: claude-x`.
      return mentions('model') || /^models?[:/]/i.test(error.searchText) ? faultRowIds.modelNotFound : undefined;
    case 413:
      return mentions('context') ? faultRowIds.contextLength : undefined;
    case 405:
    case 408:
    case 409:
    case 425:
      return undefined;
    // This case handles 400, 422 and statuses that only gateways use.
    default:
      if (hasErrorCode('auth') || mentions('auth')) return faultRowIds.keyRejected;
      if (hasErrorCode('permission') || mentions('permission')) return faultRowIds.permissionDenied;
      if (hasErrorCode('overload') || mentions('overload')) return faultRowIds.overloaded;
      if (mentions('limit')) return rowForLimit(matcher);
      if (mentions('context') && !mentions('tokenLimit')) return faultRowIds.contextLength;
      if (mentions('filter')) return faultRowIds.promptFiltered;
      if (findRefusedParameter(error)) return faultRowIds.unsupportedParameter;
      if (mentions('prefill')) return faultRowIds.prefillRejected;
      if (mentions('model')) return faultRowIds.modelNotFound;
      if (error.param !== '') return undefined;
      return hasErrorCode('transient') || mentions('upstreamFailure') ? faultRowIds.errorInStream : undefined;
  }
}

/**
 * Returns whether Cloudflare uses the status to report that it can't reach the server behind it. Source:
 * developers.cloudflare.com, "Cloudflare 5xx errors". Status 529 is not one of them: providers use it for an overload.
 */
export function isEdgeStatus(status: number): boolean {
  return (status >= 520 && status <= 527) || status === 530;
}

/**
 * Faults by HTTP status. They are used if the response body says nothing more specific. Text Generation Inference sends
 * 424 when the model fails, Groq 498 when its flex capacity is exceeded, and nginx 499 when a request was canceled.
 */
const defaultRows: Readonly<Record<number, RowId>> = {
  400: faultRowIds.requestRejected,
  401: faultRowIds.keyRejected,
  403: faultRowIds.permissionDenied,
  404: faultRowIds.pathNotFound,
  408: faultRowIds.requestTimeout,
  409: faultRowIds.conflict,
  410: faultRowIds.pathNotFound,
  413: faultRowIds.requestTooLarge,
  422: faultRowIds.parameterInvalid,
  424: faultRowIds.badGateway,
  425: faultRowIds.conflict,
  498: faultRowIds.overloaded,
  499: faultRowIds.requestTimeout,
  500: faultRowIds.serverError,
  502: faultRowIds.badGateway,
  503: faultRowIds.overloaded,
  504: faultRowIds.gatewayTimeout,
  520: faultRowIds.badGateway,
  521: faultRowIds.badGateway,
  522: faultRowIds.badGateway,
  523: faultRowIds.badGateway,
  524: faultRowIds.gatewayTimeout,
  525: faultRowIds.gatewayCertificate,
  526: faultRowIds.gatewayCertificate,
  529: faultRowIds.overloaded,
  530: faultRowIds.badGateway,
};
