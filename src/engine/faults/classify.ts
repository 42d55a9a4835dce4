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

/** The timeouts of an attempt, by the faults to which they lead. */
export type StalledClock = 'connectTimeout' | 'headersTimeout' | 'firstTokenTimeout' | 'streamStalled' | 'streamSilent';

/** The observations about a failed attempt, or the name of its fault if no observation has to be classified. */
export type Evidence =
  | FaultName
  | { readonly type: 'error'; readonly error: unknown; readonly streaming: boolean; readonly baseUrl: string }
  | { readonly type: 'status'; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly type: 'timeout'; readonly clock: StalledClock; readonly afterMs: number }
  /** An error inside a response with status 200, as JSON. `streamed`: part of the answer arrived before it. */
  | { readonly type: 'inband'; readonly body: string; readonly streamed: boolean }
  /** A response with status 200 whose body is a short text instead of JSON. */
  | { readonly type: 'plainText'; readonly text: string };

/** A classified failure: a row of the fault table with the details of this occurrence. */
export interface Fault extends FaultRow {
  /** The name of the row. */
  readonly row: FaultName;
  readonly retryAfter?: RetryAfter | undefined;
  /** The parameter that the gateway refused, if a corrected request can leave it out or rename it. */
  readonly unsupportedParameter?: CorrectableParameter | undefined;
  readonly detail: string;
  /** Host and port of the proxy that can't be reached. */
  readonly proxy?: string | undefined;
  readonly seconds?: number | undefined;
  /** The context window that the gateway named, in tokens. */
  readonly contextTokens?: number | undefined;
}

/**
 * Returns the fault of a failed attempt. Missing credit is never retried unless the gateway named a retry-after.
 * @param now epoch milliseconds
 */
export function classify(evidence: Evidence, now: number): Fault {
  if (typeof evidence === 'string') return faultOfRow(evidence);
  switch (evidence.type) {
    case 'error': {
      // While the body is read, every error means a lost connection.
      if (evidence.streaming) return faultOfRow('connectionLost');
      const { row, proxy } = transportFault(evidence.error, evidence.baseUrl);
      return { ...faultOfRow(row), proxy };
    }
    case 'status': {
      const { status, headers, body } = evidence;
      if (isBrowserChallenge(headers, body)) return faultOfRow('browserChallenge');
      const matcher = createMatcher(body, now, headers);
      const fault = faultFromError(statusRow(status, matcher), matcher, headers);
      // A status of Cloudflare without a more specific body comes from Cloudflare itself, which can't reach the gateway.
      const isSentByEdge = isEdgeStatus(status) && fault.row === defaultRow(status);
      return isSentByEdge ? { ...fault, leavesGateway: true } : fault;
    }
    case 'timeout':
      return { ...faultOfRow(evidence.clock), seconds: Math.round(evidence.afterMs / 1000) };
    case 'inband': {
      const { body, streamed } = evidence;
      const matcher = createMatcher(body, now);
      return faultFromError(inbandRow(matcher, streamed), matcher);
    }
    case 'plainText': {
      const matcher = createMatcher(evidence.text, now);
      const row = inbandRow(matcher, false);
      // Without known words, the text could mean anything, so the response counts as malformed. The user sees the text.
      return faultFromError(row === 'errorInStream' ? 'garbledBody' : row, matcher);
    }
  }
}

export function faultOfRow(row: FaultName): Fault {
  return { ...faultTable[row], row, detail: '' };
}

/** Milliseconds. A shorter retry-after of a slow limit is ignored. */
const minSlowResetMs = 300_000;

/** A field that is only called `reset` names a delay if there is a limit. With any other fault, it may mean anything. */
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
  // If the turn ends, no countdown is displayed, so the message says when the limit resets.
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

/** Only a browser can pass such a page. Its status varies. */
function isBrowserChallenge(headers: Headers, body: string): boolean {
  if (headers.get('cf-mitigated') === 'challenge') return true;
  if (/_cf_chl_opt|\/cdn-cgi\/challenge-platform\//.test(body)) return true;
  return /cloudflare/i.test(headers.get('server') ?? '') && /<title>(?:Just a moment|Attention Required)/i.test(body);
}

/**
 * Returns whether the provider rejected the gateway's key: LiteLLM quotes the provider's exception, or new-api or one-api
 * has added a request ID, unless the type or the message shows that new-api or one-api itself rejected the user's key.
 */
function refusesUpstreamKey({ searchText, wrapperMessage, codes }: ProviderError, headers = new Headers()): boolean {
  const message = wrapperMessage || searchText;
  if (/litellm\.AuthenticationError/i.test(message)) return true;
  const isPassedOn = headers.has('x-oneapi-request-id') || /\(request id: \w{14,}\)\s*$/.test(message);
  // Forks of one-api and new-api use their own names, for instance `one_hub_error` and `shell_api_error`.
  const isOwnError =
    codes.some((code) => /_(?:api|hub)_error$/.test(code)) || /令牌|^invalid token\b/i.test(searchText);
  return isPassedOn && !isOwnError;
}

export interface FaultContext {
  readonly baseUrl: string;
  readonly model: string;
  readonly status: number | undefined;
  /** Epoch milliseconds. */
  readonly resetsAt?: number | undefined;
  /** Message of the fault that preceded this one. */
  readonly last?: string | undefined;
  readonly minutes?: number | undefined;
}

/** Maximum length of a host name with its port, in characters (RFC 1035, 2.3.4). */
const maxHostChars = 260;

/** Returns the message for the user, and the provider's message. Both are without keys. */
export function describeFault(
  fault: Fault,
  { baseUrl, model, status, resetsAt, last, minutes }: FaultContext,
  { localize, formatTime, keys }: EngineEnvironment & { readonly keys: KeyRedactor },
) {
  const detail = keys.redact(fault.detail);
  const message = localize(fault.message, {
    host: hostOf(baseUrl),
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
