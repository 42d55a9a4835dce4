import type { FaultAction, FaultKind } from '../events';
import { hostFaults } from './hostFaults';

/**
 * How the engine reacts to a fault.
 * - `transient`, `overload`: retries after a backoff, or after the retry-after that the gateway named. `limit` is the
 *   maximum number of retries. `cost` is the number of tokens charged to the origin's retry budget for a retry (default
 *   1). With `freeReplay`, the first retry of a turn is immediate and not charged.
 * - `hint`: waits for the retry-after that the gateway named. The turn ends if the gateway named none, or one that is
 *   longer than the settings allow.
 * - `offline`: waits until the network is back.
 * - `resume`: retries before the first text, and resumes the answer after it.
 * - `repair`: corrects the request and sends it at once. This is not charged to the retry budget.
 * - `never`: ends the turn and keeps the partial answer.
 * - `success`: is not a fault.
 * - `engine`: is handled by the states of the engine.
 */
export type Policy =
  | { readonly retry: 'transient'; readonly limit?: number; readonly cost?: 2; readonly freeReplay?: true }
  | { readonly retry: 'overload'; readonly fallback?: true }
  | { readonly retry: 'hint' | 'offline' | 'resume' | 'repair' | 'never' | 'success' | 'engine' };

export interface FaultRow {
  readonly kind: FaultKind | undefined;
  readonly policy: Policy;
  /**
   * English message, which is also the key of its translations. Placeholders: `{host}`, `{proxy}`, `{model}`,
   * `{status}`, `{detail}`, `{time}`, `{seconds}`.
   */
  readonly message: string;
  readonly actions: readonly FaultAction[];
  /**
   * Used in place of `message` if the turn ends and the gateway said when the limit resets. `{time}` stands for that
   * time.
   */
  readonly messageWithTime?: string;
}

const transient: Policy = { retry: 'transient' };
const never: Policy = { retry: 'never' };
const resume: Policy = { retry: 'resume' };
const overload: Policy = { retry: 'overload', fallback: true };

function faultRow(
  kind: FaultKind | undefined,
  policy: Policy,
  message: string,
  actions: readonly FaultAction[] = ['retryNow'],
  messageWithTime?: string,
): FaultRow {
  return { kind, policy, message, actions, ...(messageWithTime === undefined ? {} : { messageWithTime }) };
}

function row<const Id extends number>(id: Id, ...columns: Parameters<typeof faultRow>): FaultRow & { readonly id: Id } {
  return { id, ...faultRow(...columns) };
}

/**
 * The policy, message and actions of each fault. The numbers of the faults never change, because the journal, the logs
 * and the documentation refer to them.
 */
const rows = {
  hostNotFound: row(
    1,
    'dns',
    { retry: 'transient', limit: 3 },
    "Can't find the host {host}. Check the base URL and your connection.",
    ['retryNow', 'checkUrl'],
  ),
  offline: row(2, 'offline', { retry: 'offline' }, 'You appear to be offline.'),
  connectionRefused: row(3, 'connection', transient, '{host} is not accepting connections.', ['retryNow', 'checkUrl']),
  connectTimeout: row(4, 'timeout', transient, 'The connection to {host} timed out.'),
  connectionReset: row(
    5,
    'connection',
    { retry: 'transient', freeReplay: true },
    'The connection to {host} was dropped.',
  ),
  certificateUntrusted: row(
    6,
    'tls',
    never,
    'The certificate of {host} is not trusted. Check the proxy and certificate settings.',
    ['networkSettings', 'retryNow', 'details'],
  ),
  proxySignIn: row(7, 'proxy', never, 'The proxy requires authentication. Check the proxy settings.', [
    'networkSettings',
    'retryNow',
  ]),
  notHttp: row(
    8,
    'not-a-stream',
    { retry: 'transient', limit: 1 },
    "{host} doesn't use HTTP at this address. Check the base URL.",
    ['checkUrl', 'retryNow'],
  ),
  redirect: row(
    9,
    'redirect',
    never,
    "The gateway redirects to another address, but the API key isn't sent there. Check the base URL.",
    ['checkUrl', 'details'],
  ),
  headersTimeout: row(10, 'timeout', { retry: 'transient', cost: 2 }, 'No response from {host} in {seconds} s.', [
    'retryNow',
    'switchModel',
  ]),
  webPage: row(
    11,
    'not-a-stream',
    { retry: 'transient', limit: 1 },
    'Received a web page instead of an answer. Sign in to your network or check the base URL.',
    ['retryNow', 'checkUrl', 'details'],
  ),
  errorInSuccess: row(12, undefined, { retry: 'engine' }, ''),
  jsonCompletion: row(13, undefined, { retry: 'success' }, ''),
  noBody: row(14, 'empty', { retry: 'transient', limit: 2 }, 'The response was empty.', ['retryNow', 'switchModel']),
  requestRejected: row(15, 'request', never, 'The request was rejected: {detail}', ['details', 'retryNow']),
  contextLength: row(
    16,
    'context-length',
    never,
    'The conversation is too long for {model}. Start a new one, or choose a model with a larger context window.',
    ['newConversation', 'switchModel'],
  ),
  unsupportedParameter: row(17, 'request', { retry: 'repair' }, "The model doesn't support a parameter: {detail}", [
    'details',
    'switchModel',
  ]),
  prefillRejected: row(18, 'request', never, 'The request was rejected: {detail}', ['details', 'retryNow']),
  promptFiltered: row(
    19,
    'content-filter',
    never,
    "Blocked by the provider's content filter. Rephrase the prompt or switch models.",
    ['switchModel', 'details'],
  ),
  modelNotFound: row(20, 'model', never, 'Model not found: {model}. Choose another model.', ['switchModel', 'details']),
  keyRejected: row(21, 'auth', never, 'The key for {host} was rejected. Set a valid API key.', [
    'setApiKey',
    'retryNow',
    'details',
  ]),
  outOfCredit: row(
    22,
    'credit',
    never,
    'Out of credit at {host}. Top up, or switch to a model within your balance.',
    ['openBilling', 'switchModel', 'retryNow', 'details'],
    'No credit left at {host} until {time}.',
  ),
  creditResets: row(23, 'credit', { retry: 'hint' }, 'Waiting for the credit limit at {host} to reset.', [
    'retryNow',
    'openBilling',
    'switchModel',
  ]),
  permissionDenied: row(
    24,
    'permission',
    never,
    'Request not allowed: {detail}',
    ['setApiKey', 'switchModel', 'details'],
    'Request not allowed until {time}: {detail}',
  ),
  pathNotFound: row(25, 'not-found', never, 'No API found at this address on {host}. Check the base URL.', [
    'checkUrl',
    'details',
  ]),
  requestTimeout: row(26, 'timeout', transient, 'The gateway timed out.'),
  conflict: row(27, 'server', { retry: 'transient', limit: 2 }, 'The gateway is busy with a conflicting request.'),
  requestTooLarge: row(
    28,
    'too-large',
    never,
    'The request is too large for {host}. Shorten the prompt or start a new conversation.',
    ['newConversation', 'details'],
  ),
  parameterInvalid: row(29, 'request', never, 'Invalid parameter: {detail}', ['details', 'retryNow']),
  rateLimited: row(30, 'rate-limit', { retry: 'hint' }, 'Rate limited by {host}.', ['retryNow', 'switchModel']),
  rateLimitedWithoutRetryAfter: row(31, 'rate-limit', { retry: 'overload' }, 'Rate limited by {host}.', [
    'retryNow',
    'switchModel',
  ]),
  usageLimitReached: row(
    32,
    'rate-limit',
    never,
    'The usage limit at {host} has been reached. Raise the limit there, or switch models.',
    ['switchModel', 'retryNow', 'details'],
    'Rate limited by {host} until {time}.',
  ),
  serverError: row(33, 'server', transient, 'The gateway returned an error (status {status}).', [
    'retryNow',
    'switchModel',
    'details',
  ]),
  badGateway: row(34, 'gateway', transient, "The gateway can't reach the model (status {status}).", [
    'retryNow',
    'switchModel',
    'details',
  ]),
  overloaded: row(
    35,
    'overloaded',
    overload,
    'The model is overloaded.',
    ['retryNow', 'switchModel'],
    'The model at {host} is overloaded. Try again after {time}.',
  ),
  gatewayTimeout: row(
    36,
    'timeout',
    { retry: 'transient', limit: 2, cost: 2 },
    'The model took too long (status {status}).',
    ['retryNow', 'switchModel'],
  ),
  gatewayCertificate: row(37, 'gateway', never, 'The gateway has a certificate problem (status {status}).', [
    'retryNow',
    'checkUrl',
    'details',
  ]),
  unexpectedStatus: row(38, 'server', never, 'Unexpected status {status} from {host}.', [
    'retryNow',
    'checkUrl',
    'details',
  ]),
  firstTokenTimeout: row(39, 'timeout', { retry: 'transient', cost: 2 }, 'No answer from {model} in {seconds} s.', [
    'retryNow',
    'switchModel',
  ]),
  streamStalled: row(40, 'stalled', resume, 'The stream stalled: nothing arrived for {seconds} s.', [
    'retryNow',
    'restart',
    'switchModel',
  ]),
  streamSilent: row(41, 'stalled', resume, 'Connected, but no content for {seconds} s.', [
    'retryNow',
    'restart',
    'switchModel',
  ]),
  connectionLost: row(42, 'connection', resume, 'The connection was lost.', ['retryNow', 'restart']),
  streamTruncated: row(43, 'truncated', resume, 'The answer was cut off.', ['retryNow', 'restart']),
  resetAfterFinish: row(44, undefined, { retry: 'success' }, ''),
  errorInStream: row(45, 'server', resume, 'The provider reported: {detail}', ['retryNow', 'switchModel', 'details']),
  finalErrorInStream: row(46, undefined, { retry: 'engine' }, ''),
  finishedWithError: row(47, 'server', resume, 'The provider failed in the middle of the answer.', [
    'retryNow',
    'switchModel',
    'details',
  ]),
  lengthLimit: row(48, undefined, { retry: 'success' }, ''),
  answerFiltered: row(49, 'content-filter', never, "The answer was stopped by the provider's content filter.", [
    'switchModel',
  ]),
  noText: row(50, 'empty', { retry: 'transient', limit: 1 }, '{model} returned an empty answer.', [
    'retryNow',
    'switchModel',
  ]),
  garbledStream: row(51, 'malformed', resume, 'The stream is malformed.', ['retryNow', 'switchModel', 'details']),
  endlessEvent: row(52, 'malformed', never, 'The stream is malformed: an event is too large.', [
    'retryNow',
    'switchModel',
    'details',
  ]),
  cutToolCall: row(53, undefined, { retry: 'engine' }, ''),
  cutReasoning: row(54, undefined, { retry: 'engine' }, ''),
  restartedAnswer: row(55, undefined, { retry: 'engine' }, ''),
  resumesWithoutText: row(56, 'truncated', never, "Couldn't continue the answer. Restart it or switch models.", [
    'restart',
    'continue',
    'switchModel',
  ]),
  stopped: row(57, undefined, { retry: 'engine' }, ''),
  slept: row(58, 'connection', resume, 'The connection was lost while the computer was asleep.', [
    'retryNow',
    'restart',
  ]),
  connectionChanged: row(59, undefined, { retry: 'engine' }, ''),
  retryAfterInPast: row(60, undefined, { retry: 'engine' }, ''),
  breakerOpen: row(
    61,
    'breaker',
    { retry: 'engine' },
    '{model} at {host} keeps failing, so the next attempt is delayed.',
    ['retryNow', 'tryAnyway', 'switchModel'],
  ),
  windowClosed: row(62, undefined, { retry: 'engine' }, ''),
  garbledBody: row(63, 'malformed', { retry: 'transient', limit: 2 }, 'The response was malformed.', [
    'retryNow',
    'switchModel',
    'details',
  ]),
  proxyCannotConnect: row(64, 'proxy', transient, "The proxy can't reach {host}.", ['retryNow', 'networkSettings']),
  proxyUnreachable: row(
    65,
    'proxy',
    { retry: 'transient', limit: 3 },
    "The proxy {proxy} can't be reached. Start it, or check the proxy settings.",
    ['networkSettings', 'retryNow'],
  ),
  proxyRefused: row(66, 'proxy', never, 'The proxy refused the connection to {host}. Check the proxy settings.', [
    'networkSettings',
    'retryNow',
  ]),
  noChannel: row(
    67,
    'model',
    never,
    '{host} has no channel for {model} in your group. Switch models, or contact its support.',
    ['switchModel', 'details'],
  ),
  upstreamKeyRejected: row(
    68,
    'gateway',
    never,
    "The provider rejected the gateway's key. Switch models, or contact the gateway's support.",
    ['switchModel', 'details', 'retryNow'],
  ),
  browserChallenge: row(
    69,
    'not-a-stream',
    never,
    'Cloudflare blocks non-browser requests to {host}. Check the base URL or try another network.',
    ['checkUrl', 'retryNow', 'details'],
  ),
  modelUnpriced: row(70, 'model', never, "{host} can't serve {model}: {detail}", ['switchModel', 'details']),
  keyringUnreadable: row(71, hostFaults.keyring.kind, never, hostFaults.keyring.message, hostFaults.keyring.actions),
  internalError: row(72, hostFaults.internal.kind, never, hostFaults.internal.message, hostFaults.internal.actions),
  answerTooLong: row(
    73,
    'too-large',
    never,
    'The answer exceeded 32 MB or 128 tool calls and was stopped. Ask for a shorter answer.',
    ['restart', 'switchModel', 'details'],
  ),
  limitBeforeText: row(
    74,
    'empty',
    never,
    '{model} reached the token limit before it wrote an answer. Its reasoning counts, too.',
    ['moreRoom', 'switchModel'],
  ),
};

/** The number of a fault in the fault table. */
export type RowId = (typeof rows)[keyof typeof rows]['id'];

/** The numbers of the faults in the fault table, by name. */
export const faultRowIds = Object.fromEntries(Object.entries(rows).map(([name, { id }]) => [name, id])) as {
  readonly [Name in keyof typeof rows]: (typeof rows)[Name]['id'];
};

/** The entries of the fault table, by number. */
export const faultTable = Object.fromEntries<FaultRow>(
  Object.values(rows).map((entry) => [entry.id, entry]),
) as Readonly<Record<RowId, FaultRow>>;

/**
 * Faults caused by the provider itself, not by a rate limit or the request. Several of them in a row open the circuit
 * breaker.
 */
export const providerFaults: ReadonlySet<number> = new Set<RowId>([
  faultRowIds.connectionRefused,
  faultRowIds.connectTimeout,
  faultRowIds.headersTimeout,
  faultRowIds.serverError,
  faultRowIds.badGateway,
  faultRowIds.gatewayTimeout,
  faultRowIds.firstTokenTimeout,
  faultRowIds.streamSilent,
  faultRowIds.errorInStream,
  faultRowIds.finishedWithError,
]);

/**
 * Faults of the way to a gateway, not of the gateway, the model or the request. Another route may therefore work, also
 * if waiting would not help.
 */
export const routeFaults: ReadonlySet<number> = new Set<RowId>([
  faultRowIds.hostNotFound,
  faultRowIds.connectionRefused,
  faultRowIds.connectTimeout,
  faultRowIds.connectionReset,
  faultRowIds.certificateUntrusted,
  faultRowIds.proxySignIn,
  faultRowIds.notHttp,
  faultRowIds.headersTimeout,
  faultRowIds.webPage,
  faultRowIds.proxyCannotConnect,
  faultRowIds.proxyUnreachable,
  faultRowIds.proxyRefused,
]);

/** Faults that are route faults if Cloudflare has reported them by its own status codes. */
export const possibleEdgeFaults: ReadonlySet<number> = new Set<RowId>([
  faultRowIds.badGateway,
  faultRowIds.gatewayTimeout,
  faultRowIds.gatewayCertificate,
  faultRowIds.serverError,
  faultRowIds.unexpectedStatus,
]);

/** Faults that the engine itself raises instead of sending a request. `{last}` is the message of the previous fault. */
export const localFaults = {
  noKey: faultRow('auth', never, 'No API key is set for {host}.', ['setApiKey', 'retryNow']),
  budget: faultRow('budget', never, '{last} {host} failed too often, so automatic retries are paused.', [
    'retryNow',
    'switchModel',
  ]),
  deadline: faultRow('budget', never, '{last} No progress for {minutes} min.', ['retryNow', 'switchModel']),
} as const satisfies Readonly<Record<string, FaultRow>>;
