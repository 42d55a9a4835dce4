import type { EngineEnvironment } from '../environment';
import { hostOf } from '../gateway/baseUrl';
import type { KeyRedactor } from '../gateway/keyRedactor';
import { visibleText } from '../gateway/visibleText';
import { contextTokensIn } from './contextTokens';
import { faultTable, type FaultName, type FaultRow } from './faultTable';
import { findRefusedParameter, type CorrectableParameter, type ProviderError } from './providerError';
import type { RetryAfter } from './retryAfter';
import { createMatcher, defaultRow, inbandRow, isEdgeStatus, statusRow, type ErrorMatcher } from './statusFault';
import { transportFault } from './transportError';

/** Names of the timeouts of an attempt. Each name is also the name of the fault that the timeout causes. */
export type TimeoutName = 'connectTimeout' | 'headersTimeout' | 'firstTokenTimeout' | 'streamStalled' | 'streamSilent';

/**
 * What was observed about a failed attempt, such as an HTTP status or a network error. It can also be the name of the
 * fault, if the caller already knows the fault.
 */
export type Evidence =
  | FaultName
  | { readonly type: 'error'; readonly error: unknown; readonly streaming: boolean; readonly baseUrl: string }
  | { readonly type: 'status'; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly type: 'timeout'; readonly clock: TimeoutName; readonly afterMs: number }
  /** A JSON error inside a response with status 200. `streamed`: whether part of the answer arrived before the error. */
  | { readonly type: 'inband'; readonly body: string; readonly streamed: boolean }
  /** A response with status 200 whose body is a short text instead of JSON. */
  | { readonly type: 'plainText'; readonly text: string };

/** The fault of a failed attempt: a row of the fault table, with the details of this failure. */
export interface Fault extends FaultRow {
  /** Name of the fault's row in the fault table. */
  readonly row: FaultName;
  readonly retryAfter?: RetryAfter | undefined;
  /**
   * Request parameter that the gateway refused. Set only if a corrected request can leave out or rename the parameter.
   */
  readonly unsupportedParameter?: CorrectableParameter | undefined;
  readonly detail: string;
  /** Host and port of the proxy, if the fault is that the proxy can't be reached. */
  readonly proxy?: string | undefined;
  readonly seconds?: number | undefined;
  /** Context window of the model in tokens, if the gateway's error message names it. */
  readonly contextTokens?: number | undefined;
}

/**
 * Returns the fault of a failed attempt. After a fault for missing credit, a retry is possible only if the gateway
 * named a retry-after.
 * @param now the current time in epoch milliseconds
 * @param hasImages whether the request contained images
 */
export function classify(evidence: Evidence, now: number, hasImages = false): Fault {
  if (typeof evidence === 'string') return faultOfRow(evidence);
  switch (evidence.type) {
    case 'error': {
      // Once the response body is being read, every network error means that the connection was lost.
      if (evidence.streaming) return faultOfRow('connectionLost');
      const { row, proxy } = transportFault(evidence.error, evidence.baseUrl);
      return { ...faultOfRow(row), proxy };
    }
    case 'status': {
      const { status, headers, body } = evidence;
      if (isBrowserChallenge(headers, body)) return faultOfRow('browserChallenge');
      const matcher = createMatcher(body, now, hasImages, headers);
      const fault = faultFromError(statusRow(status, matcher), matcher, headers);
      // With statuses such as 522, Cloudflare reports that it can't reach the gateway. If the body contains a more
      // specific error, the response comes from the gateway instead.
      const isSentByEdge = isEdgeStatus(status) && fault.row === defaultRow(status);
      return isSentByEdge ? { ...fault, leavesGateway: true } : fault;
    }
    case 'timeout':
      return { ...faultOfRow(evidence.clock), seconds: Math.round(evidence.afterMs / 1000) };
    case 'inband': {
      const { body, streamed } = evidence;
      const matcher = createMatcher(body, now, hasImages);
      return faultFromError(inbandRow(matcher, streamed), matcher);
    }
    case 'plainText': {
      const matcher = createMatcher(evidence.text, now, hasImages);
      const row = inbandRow(matcher, false);
      // An error text without any known phrase could have any cause, so the response is classified as malformed. The
      // text is shown to the user.
      return faultFromError(row === 'errorInStream' ? 'garbledBody' : row, matcher);
    }
  }
}

export function faultOfRow(row: FaultName): Fault {
  return { ...faultTable[row], row, detail: '' };
}

/** Minimum retry-after for a slow limit, such as a daily limit, in milliseconds. A shorter retry-after is ignored. */
const minSlowResetMs = 300_000;

/**
 * Returns the retry-after if it can be trusted. A body field named just `reset` is trusted only if the fault is a
 * limit. With other faults, the field could mean anything.
 */
function usableRetryAfter({ limit }: Fault, retryAfter: RetryAfter | undefined): RetryAfter | undefined {
  if (!retryAfter || (retryAfter.field === 'reset' && !limit)) return undefined;
  return limit?.isSlow && retryAfter.delayMs < minSlowResetMs ? undefined : retryAfter;
}

function faultFromError(
  blamedRow: FaultName,
  { error, retryAfter: namedRetryAfter }: ErrorMatcher,
  headers?: Headers,
): Fault {
  const isUpstreamKey = blamedRow === 'keyRejected' && refusesUpstreamKey(error, headers);
  const row = isUpstreamKey ? 'upstreamKeyRejected' : blamedRow;
  const fault = faultOfRow(row);
  const retryAfter = usableRetryAfter(fault, namedRetryAfter);
  // If the fault ends the turn, no countdown is shown, so the message itself says when the limit resets.
  const messageWithTime = retryAfter && fault.policy.retry === 'never' ? fault.limit?.messageWithTime : undefined;
  return {
    ...fault,
    retryAfter,
    unsupportedParameter: row === 'unsupportedParameter' ? findRefusedParameter(error) : undefined,
    message: messageWithTime ?? fault.message,
    detail: error.message,
    ...(row === 'contextLength' && { contextTokens: error.contextTokens ?? contextTokensIn(error.searchText) }),
  };
}

/**
 * Returns whether the response is Cloudflare's bot check, a page that only a browser can pass. The HTTP status of this
 * page varies.
 */
function isBrowserChallenge(headers: Headers, body: string): boolean {
  if (headers.get('cf-mitigated') === 'challenge') return true;
  if (/_cf_chl_opt|\/cdn-cgi\/challenge-platform\//.test(body)) return true;
  return /cloudflare/i.test(headers.get('server') ?? '') && /<title>(?:Just a moment|Attention Required)/i.test(body);
}

/**
 * Returns whether the provider rejected the API key that the gateway sent. The user's key is then not at fault. LiteLLM
 * quotes the provider's exception in such an error. new-api and one-api add a request ID to errors of the provider.
 */
function refusesUpstreamKey({ searchText, wrapperMessage, codes }: ProviderError, headers = new Headers()): boolean {
  const message = wrapperMessage || searchText;
  if (/litellm\.AuthenticationError/i.test(message)) return true;
  const isPassedOn = headers.has('x-oneapi-request-id') || /\(request id: \w{14,}\)\s*$/.test(message);
  // Forks of one-api and new-api use other codes for their own errors, for instance `one_hub_error` and
  // `shell_api_error`.
  const isOwnError =
    codes.some((code) => /_(?:api|hub)_error$/.test(code)) || /令牌|^invalid token\b/i.test(searchText);
  return isPassedOn && !isOwnError;
}

export interface FaultContext {
  readonly baseUrl: string;
  /** The gateway's label in messages. By default, the host of the base URL. */
  readonly label?: string;
  readonly model: string;
  readonly status: number | undefined;
  /** Time at which the limit resets, in epoch milliseconds. */
  readonly resetsAt?: number | undefined;
  /** Message of the turn's previous fault. Some error messages begin with this message. */
  readonly last?: string | undefined;
  readonly minutes?: number | undefined;
}

/** Maximum length of a host name with its port, in characters (RFC 1035, 2.3.4). */
const maxHostChars = 260;

/** Returns the error message for the user, and the provider's own message. API keys are removed from both. */
export function describeFault(
  fault: Fault,
  { baseUrl, label, model, status, resetsAt, last, minutes }: FaultContext,
  { localize, formatTime, keys }: EngineEnvironment & { readonly keys: KeyRedactor },
) {
  const detail = keys.redact(fault.detail);
  const message = localize(fault.message, {
    host: hostOf(baseUrl),
    gateway: label ?? hostOf(baseUrl),
    proxy: visibleText(keys.redact(fault.proxy ?? ''), maxHostChars),
    model,
    status: status ?? '',
    detail: detail || (status === undefined ? '' : `HTTP ${status}`),
    seconds: fault.seconds ?? '',
    last: last ?? '',
    minutes: minutes ?? '',
    time: resetsAt === undefined ? '' : formatTime(resetsAt),
  });
  return { message, detail };
}
