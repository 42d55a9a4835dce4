import { reportsTooLargeTokenLimit } from './contextTokens';
import type { FaultName } from './faultTable';
import { findRefusedParameter, readProviderError } from './providerError';
import { meaningsOfCodes, providerPhrases, type Meaning } from './providerMessages';
import { parseRetryAfter } from './retryAfter';

type PhraseSet = keyof typeof providerPhrases;

export type ErrorMatcher = ReturnType<typeof createMatcher>;

/** Returns the fault for an HTTP status and the error in the response body. Every HTTP status leads to a fault. */
export function statusRow(status: number, matcher: ErrorMatcher): FaultName {
  if (status >= 300 && status < 400) return 'redirect';
  if (status === 407) return 'proxySignIn';
  if (status < 400 || status >= 600) return 'unexpectedStatus';
  // The message is checked first, because gateways report an overloaded provider even with a status that otherwise
  // means missing credit.
  if (matcher.mentionsPhrase('saturated')) return 'overloaded';
  if (status === 402 || (status === 403 && isCredit(matcher)))
    return (status === 402 ? matcher.retryAfter : matcher.namesReset) ? 'creditResets' : 'outOfCredit';
  return rowForCause(matcher) ?? rowForStatus(status, matcher) ?? defaultRow(status);
}

/**
 * Returns the fault for an error inside a stream or a response with status 200. The status or the code inside the error
 * determines the fault. Without them, the fault is a failure of the provider.
 * @param streamed whether part of the answer arrived before the error
 */
export function inbandRow(matcher: ErrorMatcher, streamed: boolean): FaultName {
  const row = rowForCause(matcher) ?? rowForInbandError(matcher);
  return streamed && requestRows.has(row) ? 'errorInStream' : row;
}

/**
 * Faults that blame the request itself. They are impossible after part of the answer has arrived, because the gateway
 * has then accepted the request.
 */
const requestRows: ReadonlySet<FaultName> = new Set([
  'requestRejected',
  'unsupportedParameter',
  'prefillRejected',
  'parameterInvalid',
  'imagesRefused',
]);

/**
 * Returns the error in a response body, its retry-after, and functions that search the error's codes and message for a
 * cause.
 * @param hasImages whether the request contained images
 * @param headers the response headers. They are left out for a response with status 200, whose headers say nothing
 * about the error
 */
export function createMatcher(body: string, now: number, hasImages: boolean, headers?: Headers) {
  const error = readProviderError(body);
  const retryAfter = parseRetryAfter(headers, body, now);
  const meanings = meaningsOfCodes(error.codes);
  const mentionsPhrase = (phrases: PhraseSet): boolean => providerPhrases[phrases].test(error.searchText);
  return {
    error,
    hasErrorCode: (meaning: Meaning): boolean => meanings.has(meaning),
    mentionsPhrase,
    /** Returns whether the error code or the error message is about a topic, such as an overload. */
    says: (topic: Meaning & PhraseSet): boolean => meanings.has(topic) || mentionsPhrase(topic),
    /**
     * Whether the gateway refuses the images of the request. If the request has none, the same words mean something
     * else, for example the name of a model that creates images.
     */
    refusesImages: hasImages && mentionsPhrase('images'),
    retryAfter,
    /**
     * Whether the body contains the retry-after. A retry-after in a header can accompany any refusal, but a retry-after
     * in the body means that the refusal is a limit.
     */
    namesReset: retryAfter?.isInBody === true,
  };
}

/**
 * Returns the fault for an error whose cause takes precedence over the HTTP status, because gateways report this cause
 * with different statuses.
 */
function rowForCause(matcher: ErrorMatcher): FaultName | undefined {
  const { hasErrorCode, mentionsPhrase, refusesImages } = matcher;
  if (mentionsPhrase('saturated')) return 'overloaded';
  if (hasErrorCode('filter')) return 'promptFiltered';
  if (refusesImages) return 'imagesRefused';
  if (isCredit(matcher)) return 'outOfCredit';
  if (hasErrorCode('unpriced')) return 'modelUnpriced';
  return mentionsPhrase('channel') ? 'noChannel' : undefined;
}

/**
 * Returns whether the error is a lack of credit. Returns false for three similar errors: a quota of requests or tokens
 * per minute, Google's quota with a retry-after, and a message of a content filter that mentions credits.
 */
function isCredit({ hasErrorCode, mentionsPhrase, retryAfter }: ErrorMatcher): boolean {
  if (mentionsPhrase('credit')) return hasErrorCode('credit') || !mentionsPhrase('filter');
  if (mentionsPhrase('costLimit') && !mentionsPhrase('parameter')) return true;
  if (mentionsPhrase('shortLimit')) return false;
  if (hasErrorCode('credit')) return true;
  if (mentionsPhrase('limit')) return false;
  return mentionsPhrase('quota') || (mentionsPhrase('currentQuota') && !retryAfter && !hasErrorCode('limit'));
}

function rowForStatus(status: number, matcher: ErrorMatcher): FaultName | undefined {
  const { hasErrorCode, mentionsPhrase } = matcher;
  if (status === 401) {
    if (hasErrorCode('permission') || mentionsPhrase('restriction')) return 'permissionDenied';
    return isAbout('auth', matcher) ? undefined : rowForRefusedLimit(matcher);
  }
  if (status === 429) return rowForLimit(matcher);
  if (hasErrorCode('channel-lookup') || mentionsPhrase('channelLookup')) return undefined;
  if (hasLimitCode(matcher) && status !== 403) return rowForLimit(matcher);
  return rowForNamedCause(matcher) ?? (status < 500 ? rowForClientError(status, matcher) : rowForServerError(matcher));
}

function hasLimitCode({ hasErrorCode }: ErrorMatcher): boolean {
  return hasErrorCode('limit') || hasErrorCode('usage-limit') || hasErrorCode('long-limit');
}

function mentionsLimit({ mentionsPhrase }: ErrorMatcher): boolean {
  return (
    mentionsPhrase('limit') ||
    (mentionsPhrase('reached') && (mentionsPhrase('shortLimit') || mentionsPhrase('longLimit')))
  );
}

/**
 * Returns whether the error is about an invalid API key or a missing permission. An error code alone does not show
 * that, because some gateways send the same code with every 401 or 403, even if the message is about a limit.
 */
function isAbout(topic: 'auth' | 'permission', matcher: ErrorMatcher): boolean {
  const isLimitByMessage = isLimit(matcher) && !hasLimitCode(matcher);
  return matcher.mentionsPhrase(topic) || (matcher.hasErrorCode(topic) && !isLimitByMessage);
}

/**
 * Returns whether an error with status 401 or 403 reports a limit. A retry-after alone does not show that, because any
 * refusal can have a retry-after.
 */
function isLimit(matcher: ErrorMatcher): boolean {
  const { mentionsPhrase, retryAfter } = matcher;
  return hasLimitCode(matcher) || mentionsLimit(matcher) || (retryAfter !== undefined && mentionsPhrase('reached'));
}

/**
 * Returns the fault of an error with status 401 or 403 that reports a limit, or undefined for any other error. Gateways
 * send limits with these statuses so that clients don't retry. A limit without a retry-after is assumed not to reset
 * soon.
 */
function rowForRefusedLimit(matcher: ErrorMatcher): FaultName | undefined {
  if (!isLimit(matcher)) return undefined;
  return matcher.retryAfter ? 'rateLimited' : 'usageLimitReached';
}

/**
 * Returns the fault for a 5xx status. The error's code and message determine the fault, because gateways send a 5xx
 * status for any error of the provider.
 */
function rowForServerError(matcher: ErrorMatcher): FaultName | undefined {
  const { error, hasErrorCode, mentionsPhrase, says } = matcher;
  if (hasErrorCode('auth')) return 'keyRejected';
  if (hasErrorCode('permission') || mentionsPhrase('restriction')) return 'permissionDenied';
  if (says('overload')) return 'overloaded';
  if (mentionsLimit(matcher)) return rowForLimit(matcher);
  if (mentionsPhrase('filter') && !/unavailable|time(?:d )?out/i.test(error.searchText)) return 'promptFiltered';
  if (mentionsPhrase('context')) return 'contextLength';
  const isTransient = hasErrorCode('server') || says('transient');
  return hasErrorCode('request') && !isTransient ? 'requestRejected' : undefined;
}

function rowForInbandError(matcher: ErrorMatcher): FaultName {
  const { status } = matcher.error;
  if (status !== undefined && status < 500) {
    const row = statusRow(status, matcher);
    // If the response itself has the status 200, the base URL is right, even if the error in the body contains the
    // status 404. The gateway has then rejected the content of the request.
    return row === 'pathNotFound' || row === 'unexpectedStatus' ? 'requestRejected' : row;
  }
  if (hasLimitCode(matcher)) return rowForLimit(matcher);
  return (
    rowForNamedCause(matcher) ??
    rowForServerError(matcher) ??
    (status === 503 ? 'overloaded' : undefined) ??
    (status === undefined ? rowForClientError(400, matcher) : undefined) ??
    'errorInStream'
  );
}

function rowForLimit(matcher: ErrorMatcher): FaultName {
  const { hasErrorCode, mentionsPhrase, says, retryAfter } = matcher;
  if (mentionsPhrase('tooLarge')) return 'requestTooLarge';
  // Google names a retry-after of half a minute even for a quota that resets tomorrow, so this retry-after is ignored.
  if (hasErrorCode('long-limit')) return 'usageLimitReached';
  if (says('permission') || (mentionsPhrase('restriction') && !retryAfter)) return 'permissionDenied';
  if (says('overload')) return 'overloaded';
  if (retryAfter) return 'rateLimited';
  if (hasErrorCode('auth') || mentionsPhrase('disabledKey')) return 'keyRejected';
  return hasErrorCode('usage-limit') || (mentionsPhrase('longLimit') && !mentionsPhrase('shortLimit'))
    ? 'usageLimitReached'
    : 'rateLimitedWithoutRetryAfter';
}

/** Returns the fault for an error whose code or parameter names the cause, whatever the status. */
function rowForNamedCause({ error, hasErrorCode }: ErrorMatcher): FaultName | undefined {
  if (hasErrorCode('model')) return 'modelNotFound';
  if (hasErrorCode('context')) return 'contextLength';
  // Bedrock refuses cache marks with messages that deny access or blame the model, such as "You invoked an unsupported
  // model or your request did not allow prompt caching".
  return findRefusedParameter(error) === 'cache_control' ? 'unsupportedParameter' : undefined;
}

/**
 * Returns the fault for a 4xx status. The error message is searched only for phrases that make sense for the status.
 */
function rowForClientError(status: number, matcher: ErrorMatcher): FaultName | undefined {
  const { error, mentionsPhrase, says, hasErrorCode, namesReset } = matcher;
  switch (status) {
    case 403:
      if (isAbout('auth', matcher)) return 'keyRejected';
      if (isAbout('permission', matcher) || mentionsPhrase('restriction')) return 'permissionDenied';
      if (mentionsPhrase('filter')) return 'promptFiltered';
      return rowForRefusedLimit(matcher) ?? (namesReset ? 'rateLimited' : undefined);
    case 404:
    case 410:
      // Anthropic's message for a missing model consists only of `model: claude-x`, which contains none of the known
      // phrases.
      return mentionsPhrase('model') || /^models?[:/]/i.test(error.searchText) ? 'modelNotFound' : undefined;
    case 413:
      return mentionsPhrase('context') ? 'contextLength' : undefined;
    case 405:
    case 408:
    case 409:
    case 425:
      return undefined;
    // The remaining statuses are 400, 422 and non-standard statuses.
    default:
      if (says('auth')) return 'keyRejected';
      if (says('permission') || mentionsPhrase('restriction')) return 'permissionDenied';
      if (says('overload')) return 'overloaded';
      if (mentionsPhrase('limit') || (mentionsLimit(matcher) && !mentionsPhrase('parameter')))
        return rowForLimit(matcher);
      if (mentionsPhrase('context') && !reportsTooLargeTokenLimit(error.searchText)) return 'contextLength';
      if (mentionsPhrase('filter')) return 'promptFiltered';
      if (findRefusedParameter(error)) return 'unsupportedParameter';
      if (mentionsPhrase('prefill')) return 'prefillRejected';
      if (mentionsPhrase('model')) return 'modelNotFound';
      if (error.param !== '') return undefined;
      return hasErrorCode('transient') || mentionsPhrase('upstreamFailure') ? 'errorInStream' : undefined;
  }
}

/**
 * Returns whether Cloudflare sends this HTTP status when it can't reach the server behind it (see Cloudflare's "5xx
 * errors"). The status 529 is excluded, because providers use it for an overload.
 */
export function isEdgeStatus(status: number): boolean {
  return (status >= 520 && status <= 527) || status === 530;
}

/**
 * Faults by HTTP status, for responses whose body says nothing more specific. Text Generation Inference sends 424 when
 * the model fails, Groq 498 when its flex capacity is exceeded, and nginx 499 when a request was canceled.
 */
const defaultRows: Readonly<Partial<Record<number, FaultName>>> = {
  400: 'requestRejected',
  401: 'keyRejected',
  403: 'permissionDenied',
  404: 'pathNotFound',
  408: 'requestTimeout',
  409: 'conflict',
  410: 'pathNotFound',
  413: 'requestTooLarge',
  422: 'parameterInvalid',
  424: 'badGateway',
  425: 'conflict',
  498: 'overloaded',
  499: 'requestTimeout',
  500: 'serverError',
  502: 'badGateway',
  503: 'overloaded',
  504: 'gatewayTimeout',
  520: 'badGateway',
  521: 'badGateway',
  522: 'badGateway',
  523: 'badGateway',
  524: 'gatewayTimeout',
  525: 'gatewayCertificate',
  526: 'gatewayCertificate',
  529: 'overloaded',
  530: 'badGateway',
};

/** Returns the fault for the HTTP status of a response whose body says nothing more specific. */
export function defaultRow(status: number): FaultName {
  return defaultRows[status] ?? 'unexpectedStatus';
}
