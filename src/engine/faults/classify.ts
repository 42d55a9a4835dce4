import type { FaultAction, FaultKind } from '../events';
import { parseRetryAfter, parseInbandRetryAfter } from './retryAfter';
import type { RetryAfter } from './retryAfterDurations';
import {
  faultRowIds,
  faultTable,
  localFaults,
  possibleEdgeFaults,
  routeFaults,
  type FaultRow,
  type Policy,
  type RowId,
} from './faultTable';
import {
  readJsonError,
  readProviderError,
  findRefusedParameter,
  type ProviderError,
  type CorrectableParameter,
} from './providerError';
import { inbandRow, isEdgeStatus, statusRow } from './statusFault';
import { transportFault } from './transportError';

/**
 * Which timeout of an attempt expired: the one for the headers, for the first token, for further bytes of any kind, or
 * for further text.
 */
export type StalledClock = 'headers' | 'first' | 'idle' | 'silent';

/** The observations about a failed attempt, before they are classified. */
export type Evidence =
  | { readonly type: 'error'; readonly error: unknown; readonly streaming: boolean; readonly baseUrl: string }
  | { readonly type: 'status'; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly type: 'timeout'; readonly clock: StalledClock; readonly afterMs: number }
  | { readonly type: 'web-page' | 'no-body' | 'eof' | 'no-text' | 'endless-event' | 'finish-error' | 'slept' }
  /** The answer exceeds the size limits of a turn. */
  | { readonly type: 'too-long' }
  /** The stream ended with `[DONE]`, and every chunk had an empty `finish_reason`. */
  | { readonly type: 'finish-reason-missing' }
  | { readonly type: 'filtered' }
  /** The answer reached the token limit before any text. */
  | { readonly type: 'limit-before-text' }
  | { readonly type: 'garbled'; readonly format: 'events' | 'json' }
  /**
   * An error object in a stream or in a response with status 200. `streamed`: part of the answer arrived before the
   * error.
   */
  | { readonly type: 'inband'; readonly error: unknown; readonly streamed: boolean }
  | { readonly type: 'no-key' };

/** A classified failure: an entry of the fault table with the details of this occurrence. */
export interface Fault {
  /** Number of the fault in the fault table, or 0 for a fault that is not in the table. */
  readonly row: RowId | 0;
  readonly kind: FaultKind;
  readonly policy: Policy;
  readonly message: string;
  readonly actions: readonly FaultAction[];
  readonly retryAfter?: RetryAfter | undefined;
  /** The parameter that the gateway refused, if a corrected request can leave it out or rename it. */
  readonly unsupportedParameter?: CorrectableParameter | undefined;
  /** The provider's error message, or an empty string. */
  readonly detail: string;
  /** Host and port of the proxy that can't be reached. */
  readonly proxy?: string | undefined;
  /** Length of the timeout that expired, in seconds. */
  readonly seconds?: number | undefined;
  /** Whether the way to the gateway failed, so that another route may work. */
  readonly isRouteFault?: true | undefined;
}

/**
 * Returns the fault of a failed attempt. Missing credit is never retried unless the gateway named a retry-after.
 *
 * @param now epoch milliseconds
 */
export function classify(evidence: Evidence, now: number): Fault {
  switch (evidence.type) {
    case 'error': {
      // Uses the connection's error only if it occurred before the headers, because only then does it tell why the
      // connection failed. While the body is read, every error means a lost connection.
      if (evidence.streaming) return faultOfRow(faultRowIds.connectionLost);
      const { row, proxy } = transportFault(evidence.error, evidence.baseUrl);
      return { ...faultOfRow(row), proxy };
    }
    case 'status': {
      const { status, headers, body } = evidence;
      if (isBrowserChallenge(headers, body)) return faultOfRow(faultRowIds.browserChallenge);
      const retryAfter = parseRetryAfter(headers, body, now);
      const error = readProviderError(body);
      const row = separateUpstreamKey(statusRow(status, error, retryAfter), error, headers);
      const isRouteFault = isEdgeStatus(status) && possibleEdgeFaults.has(row);
      return { ...faultFromError(row, error, retryAfter), ...(isRouteFault && { isRouteFault }) };
    }
    case 'timeout':
      return { ...faultOfRow(timeoutRows[evidence.clock]), seconds: Math.round(evidence.afterMs / 1000) };
    case 'inband': {
      const error = readJsonError(evidence.error);
      const retryAfter = parseInbandRetryAfter(evidence.error, now);
      return faultFromError(
        separateUpstreamKey(inbandRow(error, retryAfter, evidence.streamed), error),
        error,
        retryAfter,
      );
    }
    case 'garbled':
      return faultOfRow(evidence.format === 'events' ? faultRowIds.garbledStream : faultRowIds.garbledBody);
    case 'no-key':
      return localFault(localFaults.noKey);
    default:
      return faultOfRow(rowsByEvidence[evidence.type]);
  }
}

const timeoutRows = {
  headers: faultRowIds.headersTimeout,
  first: faultRowIds.firstTokenTimeout,
  idle: faultRowIds.streamStalled,
  silent: faultRowIds.streamSilent,
} as const satisfies Record<StalledClock, RowId>;
const rowsByEvidence = {
  'web-page': faultRowIds.webPage,
  'no-body': faultRowIds.noBody,
  eof: faultRowIds.streamTruncated,
  'finish-reason-missing': faultRowIds.streamTruncated,
  'no-text': faultRowIds.noText,
  'endless-event': faultRowIds.endlessEvent,
  'finish-error': faultRowIds.finishedWithError,
  slept: faultRowIds.slept,
  filtered: faultRowIds.answerFiltered,
  'limit-before-text': faultRowIds.limitBeforeText,
  'too-long': faultRowIds.answerTooLong,
} as const satisfies Record<string, RowId>;

/** Returns a fault of the fault table by its number, without details from a gateway. */
export function faultOfRow(row: RowId): Fault {
  return { ...localFault(faultTable[row]), row, ...(routeFaults.has(row) && { isRouteFault: true }) };
}

/** Faults for limits that do not reset within minutes. A shorter retry-after (see `minSlowResetMs`) is ignored. */
const slowResetRows: ReadonlySet<RowId> = new Set<RowId>([faultRowIds.outOfCredit, faultRowIds.usageLimitReached]);
const minSlowResetMs = 300_000;

/** Faults for which a field that is only called `reset` names a delay. With any other fault, it may mean anything. */
const limitRows: ReadonlySet<RowId> = new Set<RowId>([
  ...slowResetRows,
  faultRowIds.creditResets,
  faultRowIds.permissionDenied,
  faultRowIds.rateLimited,
  faultRowIds.overloaded,
]);

/** Returns the retry-after that the gateway named, or undefined if it does not make sense for the fault. */
function usableRetryAfter(row: RowId, retryAfter: RetryAfter | undefined): RetryAfter | undefined {
  if (!retryAfter) return undefined;
  const isTooShort = slowResetRows.has(row) && retryAfter.delayMs < minSlowResetMs;
  return isTooShort || (retryAfter.field === 'reset' && !limitRows.has(row)) ? undefined : retryAfter;
}

/** Replaces the fault for a rejected user key if the provider rejected the gateway's key instead. */
function separateUpstreamKey(row: RowId, error: ProviderError, headers?: Headers): RowId {
  return row === faultRowIds.keyRejected && refusesUpstreamKey(error, headers) ? faultRowIds.upstreamKeyRejected : row;
}

function faultFromError(row: RowId, error: ProviderError, namedRetryAfter: RetryAfter | undefined): Fault {
  const retryAfter = usableRetryAfter(row, namedRetryAfter);
  const entry: FaultRow = faultTable[row];
  // If the turn ends, no countdown is displayed, so the message says when the limit resets.
  const messageWithTime = retryAfter && entry.policy.retry === 'never' ? entry.messageWithTime : undefined;
  const { message } = error;
  const refused = row === faultRowIds.unsupportedParameter ? findRefusedParameter(error) : undefined;
  return {
    ...localFault(entry, message),
    row,
    ...(routeFaults.has(row) && { isRouteFault: true }),
    retryAfter,
    unsupportedParameter: refused,
    message: messageWithTime ?? entry.message,
  };
}

/** Returns a fault that is not in the fault table. */
export function localFault({ kind, policy, message, actions }: FaultRow, detail = ''): Fault {
  // The default kind only satisfies the compiler: entries without a kind are states of the engine, which `classify`
  // never returns.
  return { row: 0, kind: kind ?? 'server', policy, message, actions, detail };
}

/**
 * Returns whether the response is a challenge page of Cloudflare, which only a browser can pass. The status of such a
 * page varies.
 */
function isBrowserChallenge(headers: Headers, body: string): boolean {
  if (headers.get('cf-mitigated') === 'challenge') return true;
  if (/_cf_chl_opt|\/cdn-cgi\/challenge-platform\//.test(body)) return true;
  return /cloudflare/i.test(headers.get('server') ?? '') && /<title>(?:Just a moment|Attention Required)/i.test(body);
}

/**
 * Returns true if the provider rejected the gateway's key, and false if the gateway rejected the user's key. The error
 * is the provider's if LiteLLM quotes the provider's exception. It is also the provider's if new-api or one-api has
 * added a request ID, unless the type or the message of the error shows that new-api or one-api caused it.
 */
function refusesUpstreamKey({ searchText, wrapperMessage, codes }: ProviderError, headers = new Headers()): boolean {
  const message = wrapperMessage || searchText;
  if (/litellm\.AuthenticationError/i.test(message)) return true;
  const isPassedOn = headers.has('x-oneapi-request-id') || /\(request id: \w{14,}\)\s*$/.test(message);
  // Matches any error type that ends in `_api_error` or `_hub_error`, because forks of one-api and new-api use their
  // own names, e.g. `one_hub_error` and `shell_api_error`.
  const isOwnError =
    codes.some((code) => /_(?:api|hub)_error$/.test(code)) || /令牌|^invalid token\b/i.test(searchText);
  return isPassedOn && !isOwnError;
}
