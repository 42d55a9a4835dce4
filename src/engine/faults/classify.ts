import type { FaultAction, FaultKind } from '../events';
import { parseRetryAfter, parseInbandRetryAfter } from '../retry/retryAfter';
import type { RetryAfter } from '../retry/retryAfterDurations';
import { faultRows, faultTable, localFaults, type FaultRow, type Policy, type RowId } from './faultTable';
import {
  readJsonError,
  readProviderError,
  findRefusedParameter,
  type ProviderError,
  type RepairableParameter,
} from './providerError';
import { inbandRow, statusRow } from './statusFault';
import { transportFault } from './transportError';

export type StalledClock = 'headers' | 'first' | 'idle' | 'silent';

/** What was seen of a failed attempt, before anyone judges it. */
export type Evidence =
  | { readonly type: 'error'; readonly error: unknown; readonly streaming: boolean; readonly baseUrl: string }
  | { readonly type: 'status'; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly type: 'timeout'; readonly clock: StalledClock; readonly afterMs: number }
  | { readonly type: 'web-page' | 'no-body' | 'eof' | 'no-text' | 'endless-event' | 'finish-error' | 'slept' }
  /** The answer exceeds the limits of a turn. */
  | { readonly type: 'too-long' }
  /** The stream ended with `[DONE]`, and every chunk had an empty `finish_reason`. */
  | { readonly type: 'finish-reason-missing' }
  | { readonly type: 'filtered' }
  | { readonly type: 'garbled'; readonly what: 'events' | 'json' }
  /** `streamed`: part of the answer arrived before the error. */
  | { readonly type: 'inband'; readonly error: unknown; readonly streamed: boolean }
  | { readonly type: 'no-key' };

/** A judged failure: a row of the table with what this case filled in. */
export interface Fault {
  readonly row: RowId | 0;
  readonly kind: FaultKind;
  readonly policy: Policy;
  readonly message: string;
  readonly actions: readonly FaultAction[];
  readonly retryAfter?: RetryAfter | undefined;
  readonly refused?: RepairableParameter | undefined;
  /** The provider's own words. */
  readonly detail: string;
  /** The one that can't be reached. */
  readonly proxy?: string | undefined;
  /** Seconds of the clock that ran out. */
  readonly seconds?: number | undefined;
}

/** Total: every evidence has a row, and money is never retried without a hint. */
export function classify(evidence: Evidence, now: number): Fault {
  switch (evidence.type) {
    case 'error': {
      // Before headers a broken socket is a failed connection; in a body it is a cut, whatever broke it.
      if (evidence.streaming) return faultOfRow(faultRows.connectionLost);
      const { row, proxy } = transportFault(evidence.error, evidence.baseUrl);
      return { ...faultOfRow(row), proxy };
    }
    case 'status': {
      const { status, headers, body } = evidence;
      if (isBrowserChallenge(headers, body)) return faultOfRow(faultRows.browserChallenge);
      const retryAfter = parseRetryAfter(headers, body, now);
      const error = readProviderError(body);
      return faultFromError(
        separateUpstreamKey(statusRow(status, error, retryAfter !== undefined), error, headers),
        error,
        retryAfter,
      );
    }
    case 'timeout':
      return { ...faultOfRow(timeoutRows[evidence.clock]), seconds: Math.round(evidence.afterMs / 1000) };
    case 'inband': {
      const error = readJsonError(evidence.error);
      const hint = parseInbandRetryAfter(evidence.error, now);
      return faultFromError(
        separateUpstreamKey(inbandRow(error, hint !== undefined, evidence.streamed), error),
        error,
        hint,
      );
    }
    case 'garbled':
      return faultOfRow(evidence.what === 'events' ? faultRows.garbledStream : faultRows.garbledBody);
    case 'no-key':
      return localFault(localFaults.noKey);
    default:
      return faultOfRow(rowsByEvidence[evidence.type]);
  }
}

const timeoutRows = {
  headers: faultRows.headersTimeout,
  first: faultRows.firstTokenTimeout,
  idle: faultRows.streamStalled,
  silent: faultRows.streamSilent,
} as const satisfies Record<StalledClock, RowId>;
const rowsByEvidence = {
  'web-page': faultRows.webPage,
  'no-body': faultRows.noBody,
  eof: faultRows.streamTruncated,
  'finish-reason-missing': faultRows.streamTruncated,
  'no-text': faultRows.noText,
  'endless-event': faultRows.endlessEvent,
  'finish-error': faultRows.finishedWithError,
  slept: faultRows.slept,
  filtered: faultRows.answerFiltered,
  'too-long': faultRows.answerTooLong,
} as const satisfies Record<string, RowId>;

/** The fault of a row of the table that nobody but the engine itself has seen. */
export function faultOfRow(row: RowId): Fault {
  return { ...localFault(faultTable[row]), row };
}

/** Neither a quota of a day nor money returns within minutes, whatever the provider's generic hint says. */
const slowResetRows: ReadonlySet<RowId> = new Set<RowId>([faultRows.outOfCredit, faultRows.usageLimitReached]);
const minSlowResetMs = 300_000;

/** Distinguishes a rejection of the gateway's own key from a rejection of the user's key. */
function separateUpstreamKey(row: RowId, error: ProviderError, headers?: Headers): RowId {
  return row === faultRows.keyRejected && refusesUpstreamKey(error, headers) ? faultRows.upstreamKeyRejected : row;
}

function faultFromError(row: RowId, error: ProviderError, retryAfterGiven: RetryAfter | undefined): Fault {
  const retryAfter =
    slowResetRows.has(row) && retryAfterGiven && retryAfterGiven.delayMs < minSlowResetMs ? undefined : retryAfterGiven;
  const entry: FaultRow = faultTable[row];
  // Nothing waits for a row that is never retried, so only here does its sentence have to name the time.
  const messageWithTime = retryAfter && entry.policy.retry === 'never' ? entry.messageWithTime : undefined;
  const { message } = error;
  const refused = row === faultRows.unsupportedParameter ? findRefusedParameter(error) : undefined;
  return { ...localFault(entry, message), row, retryAfter, refused, message: messageWithTime ?? entry.message };
}

/** The fault of a row that is not in the table. */
export function localFault({ kind, policy, message, actions }: FaultRow, detail = ''): Fault {
  // Rows without a kind are states of the engine and are never the outcome of a judgement.
  return { row: 0, kind: kind ?? 'server', policy, message, actions, detail };
}

/** Cloudflare asks for a browser: a page instead of an answer, whatever the status, and no key gets past it. */
function isBrowserChallenge(headers: Headers, body: string): boolean {
  if (headers.get('cf-mitigated') === 'challenge') return true;
  if (/_cf_chl_opt|\/cdn-cgi\/challenge-platform\//.test(body)) return true;
  return /cloudflare/i.test(headers.get('server') ?? '') && /<title>(?:Just a moment|Attention Required)/i.test(body);
}

/**
 * Whether a refused key is the gateway's own at the provider behind it. new-api and one-api add their request id to
 * what they pass on, and name themselves as the type of their own errors; LiteLLM names the exception of the provider.
 */
function refusesUpstreamKey({ searchText, wrapperMessage, codes }: ProviderError, headers = new Headers()): boolean {
  const message = wrapperMessage || searchText;
  if (/litellm\.AuthenticationError/i.test(message)) return true;
  const isPassedOn = headers.has('x-oneapi-request-id') || /\(request id: \w{14,}\)\s*$/.test(message);
  // The names of its forks: `one_hub_error`, `shell_api_error`.
  const isOwnError =
    codes.some((code) => /_(?:api|hub)_error$/.test(code)) || /令牌|^invalid token\b/i.test(searchText);
  return isPassedOn && !isOwnError;
}
