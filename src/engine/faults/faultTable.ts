import type { FaultAction, FaultKind } from '../events';
import { hostFaults } from './hostFaults';

/**
 * What the engine does about a fault.
 * - `transient`, `overload`: try again after a backoff, or after the server's hint where it gave one;
 *   `limit`: at most so many times; `cost`: tokens of the origin's retry budget (default 1);
 *   `freeFirst`: the first replay of a turn is immediate and not charged.
 * - `hint`: wait exactly for what the server named; without a hint, or with one beyond the setting, `never`.
 * - `resume`: before any text a transient retry, after it a resumed answer.
 * - `repair`: change the request and send it at once, not charged.
 * - `never`: no automatic retry, whatever was shown is kept.
 * - `success`, `engine`: no fault at all, or one that the engine's own states handle.
 */
export type Policy =
  | { readonly retry: 'transient'; readonly limit?: number; readonly cost?: 2; readonly freeFirst?: true }
  | { readonly retry: 'overload'; readonly fallback?: true }
  | { readonly retry: 'hint' | 'offline' | 'resume' | 'repair' | 'never' | 'success' | 'engine' };

export interface FaultRow {
  readonly kind: FaultKind | undefined;
  readonly policy: Policy;
  /** English sentence and key of its translations; `{host}`, `{proxy}`, `{model}`, `{status}`, `{detail}`, `{time}`, `{seconds}`. */
  readonly message: string;
  readonly actions: readonly FaultAction[];
  /** Instead of `message` where the turn ends and the server said when to come back, at `{time}`. */
  readonly timed?: string;
}

const transient: Policy = { retry: 'transient' };
const never: Policy = { retry: 'never' };
const resume: Policy = { retry: 'resume' };
const overload: Policy = { retry: 'overload', fallback: true };

function row(
  kind: FaultKind | undefined,
  policy: Policy,
  message: string,
  actions: readonly FaultAction[] = ['retryNow'],
  timed?: string,
): FaultRow {
  return { kind, policy, message, actions, ...(timed === undefined ? {} : { timed }) };
}

/** The numbers of the fault table by name. They are stable: the journal, logs and documentation refer to them. */
export const faultRows = {
  hostNotFound: 1,
  offline: 2,
  connectionRefused: 3,
  connectTimeout: 4,
  connectionReset: 5,
  certificateUntrusted: 6,
  proxySignIn: 7,
  notHttp: 8,
  redirect: 9,
  headersTimeout: 10,
  webPage: 11,
  errorInSuccess: 12,
  wholeCompletion: 13,
  noBody: 14,
  requestRejected: 15,
  contextLength: 16,
  unsupportedParameter: 17,
  prefillRejected: 18,
  promptFiltered: 19,
  modelNotFound: 20,
  keyRejected: 21,
  outOfCredit: 22,
  creditResets: 23,
  permissionDenied: 24,
  pathNotFound: 25,
  requestTimeout: 26,
  conflict: 27,
  requestTooLarge: 28,
  parameterInvalid: 29,
  rateLimited: 30,
  rateLimitedWithoutHint: 31,
  usageLimitReached: 32,
  serverError: 33,
  badGateway: 34,
  overloaded: 35,
  gatewayTimeout: 36,
  gatewayCertificate: 37,
  unexpectedStatus: 38,
  firstTokenTimeout: 39,
  streamStalled: 40,
  streamSilent: 41,
  connectionLost: 42,
  streamTruncated: 43,
  resetAfterFinish: 44,
  errorInStream: 45,
  finalErrorInStream: 46,
  finishedWithError: 47,
  lengthLimit: 48,
  answerFiltered: 49,
  noText: 50,
  garbledStream: 51,
  endlessEvent: 52,
  cutToolCall: 53,
  cutReasoning: 54,
  restartedAnswer: 55,
  resumesWithoutText: 56,
  stopped: 57,
  slept: 58,
  connectionChanged: 59,
  hintInPast: 60,
  breakerOpen: 61,
  windowClosed: 62,
  garbledBody: 63,
  proxyCannotConnect: 64,
  proxyUnreachable: 65,
  proxyRefused: 66,
  noChannel: 67,
  upstreamKeyRejected: 68,
  browserChallenge: 69,
  modelUnpriced: 70,
  keyringUnreadable: 71,
  internalError: 72,
  answerTooLong: 73,
} as const;

/** What the engine does about each fault, and what it tells the user. */
export const faultTable = {
  [faultRows.hostNotFound]: row(
    'dns',
    { retry: 'transient', limit: 3 },
    "Can't find the host {host}. Check the base URL and your connection.",
    ['retryNow', 'checkUrl'],
  ),
  [faultRows.offline]: row('offline', { retry: 'offline' }, 'You appear to be offline.'),
  [faultRows.connectionRefused]: row('connection', transient, '{host} is not accepting connections.', [
    'retryNow',
    'checkUrl',
  ]),
  [faultRows.connectTimeout]: row('timeout', transient, 'The connection to {host} timed out.'),
  [faultRows.connectionReset]: row(
    'connection',
    { retry: 'transient', freeFirst: true },
    'The connection to {host} was dropped.',
  ),
  [faultRows.certificateUntrusted]: row(
    'tls',
    never,
    'The certificate of {host} is not trusted. Check the proxy and certificate settings.',
    ['networkSettings', 'retryNow', 'details'],
  ),
  [faultRows.proxySignIn]: row('proxy', never, 'The proxy wants a sign-in. Check the proxy settings.', [
    'networkSettings',
    'retryNow',
  ]),
  [faultRows.notHttp]: row(
    'not-a-stream',
    { retry: 'transient', limit: 1 },
    '{host} does not speak HTTP at this address. Check the base URL.',
    ['checkUrl', 'retryNow'],
  ),
  [faultRows.redirect]: row(
    'redirect',
    never,
    'The gateway has moved; the key does not follow a redirect. Check the base URL.',
    ['checkUrl', 'details'],
  ),
  [faultRows.headersTimeout]: row(
    'timeout',
    { retry: 'transient', cost: 2 },
    'No response from {host} in {seconds} s.',
    ['retryNow', 'switchModel'],
  ),
  [faultRows.webPage]: row(
    'not-a-stream',
    { retry: 'transient', limit: 1 },
    'Got a web page instead of an answer: a sign-in page of the network, or a wrong base URL.',
    ['retryNow', 'checkUrl', 'details'],
  ),
  [faultRows.errorInSuccess]: row(undefined, { retry: 'engine' }, ''),
  [faultRows.wholeCompletion]: row(undefined, { retry: 'success' }, ''),
  [faultRows.noBody]: row('empty', { retry: 'transient', limit: 2 }, 'The reply was empty.', [
    'retryNow',
    'switchModel',
  ]),
  [faultRows.requestRejected]: row('request', never, 'The request was rejected: {detail}', ['details', 'retryNow']),
  [faultRows.contextLength]: row(
    'context-length',
    never,
    'The conversation is too long for {model}. Start a new one, or choose a model with a larger context.',
    ['newConversation', 'switchModel'],
  ),
  [faultRows.unsupportedParameter]: row(
    'request',
    { retry: 'repair' },
    'The model does not take a parameter: {detail}',
    ['details', 'switchModel'],
  ),
  [faultRows.prefillRejected]: row('request', never, 'The request was rejected: {detail}', ['details', 'retryNow']),
  [faultRows.promptFiltered]: row(
    'content-filter',
    never,
    "Blocked by the provider's content filter. Rephrase the prompt, or switch the model.",
    ['switchModel', 'details'],
  ),
  [faultRows.modelNotFound]: row('model', never, 'Model not found: {model}. Choose another one.', [
    'switchModel',
    'details',
  ]),
  [faultRows.keyRejected]: row('auth', never, 'The key for {host} was rejected. Set a valid API key.', [
    'setApiKey',
    'retryNow',
    'details',
  ]),
  [faultRows.outOfCredit]: row(
    'credit',
    never,
    'Out of credit at {host}. Top up, or switch to a model within your balance.',
    ['openBilling', 'switchModel', 'retryNow', 'details'],
    'Out of credit at {host}. The budget resets at {time}.',
  ),
  [faultRows.creditResets]: row('credit', { retry: 'hint' }, 'Waiting for the budget at {host} to reset.', [
    'retryNow',
    'openBilling',
    'switchModel',
  ]),
  [faultRows.permissionDenied]: row(
    'permission',
    never,
    'Not allowed: {detail}',
    ['setApiKey', 'switchModel', 'details'],
    'Not allowed until {time}: {detail}',
  ),
  [faultRows.pathNotFound]: row('not-found', never, 'Nothing answers at this address of {host}. Check the base URL.', [
    'checkUrl',
    'details',
  ]),
  [faultRows.requestTimeout]: row('timeout', transient, 'The server timed out.'),
  [faultRows.conflict]: row(
    'server',
    { retry: 'transient', limit: 2 },
    'The server is busy with a conflicting request.',
  ),
  [faultRows.requestTooLarge]: row(
    'too-large',
    never,
    'The request is too large for {host}. Shorten the prompt or start a new conversation.',
    ['newConversation', 'details'],
  ),
  [faultRows.parameterInvalid]: row('request', never, 'A parameter is invalid: {detail}', ['details', 'retryNow']),
  [faultRows.rateLimited]: row('rate-limit', { retry: 'hint' }, 'Rate limited by {host}.', ['retryNow', 'switchModel']),
  [faultRows.rateLimitedWithoutHint]: row('rate-limit', { retry: 'overload' }, 'Rate limited by {host}.', [
    'retryNow',
    'switchModel',
  ]),
  [faultRows.usageLimitReached]: row(
    'rate-limit',
    never,
    'The usage limit of {host} is reached. Switch the model, or retry after it resets.',
    ['switchModel', 'retryNow', 'details'],
    'The rate limit of {host} resets at {time}.',
  ),
  [faultRows.serverError]: row('server', transient, 'The server failed with status {status}.', [
    'retryNow',
    'switchModel',
    'details',
  ]),
  [faultRows.badGateway]: row('gateway', transient, "The gateway can't reach the model (status {status}).", [
    'retryNow',
    'switchModel',
    'details',
  ]),
  [faultRows.overloaded]: row(
    'overloaded',
    overload,
    'The model is overloaded.',
    ['retryNow', 'switchModel'],
    'The model is overloaded; {host} asks to come back at {time}.',
  ),
  [faultRows.gatewayTimeout]: row(
    'timeout',
    { retry: 'transient', limit: 2, cost: 2 },
    'The model took too long (status {status}).',
    ['retryNow', 'switchModel'],
  ),
  [faultRows.gatewayCertificate]: row('gateway', never, 'The gateway has a certificate problem (status {status}).', [
    'retryNow',
    'checkUrl',
    'details',
  ]),
  [faultRows.unexpectedStatus]: row('server', never, 'Unexpected status {status} from {host}.', [
    'retryNow',
    'checkUrl',
    'details',
  ]),
  [faultRows.firstTokenTimeout]: row(
    'timeout',
    { retry: 'transient', cost: 2 },
    'No answer from {model} in {seconds} s.',
    ['retryNow', 'switchModel'],
  ),
  [faultRows.streamStalled]: row('stalled', resume, 'The stream stalled: nothing arrived for {seconds} s.', [
    'retryNow',
    'restart',
    'switchModel',
  ]),
  [faultRows.streamSilent]: row('stalled', resume, 'The provider is alive but silent for {seconds} s.', [
    'retryNow',
    'restart',
    'switchModel',
  ]),
  [faultRows.connectionLost]: row('connection', resume, 'The connection was lost.', ['retryNow', 'restart']),
  [faultRows.streamTruncated]: row('truncated', resume, 'The answer was cut off.', ['retryNow', 'restart']),
  [faultRows.resetAfterFinish]: row(undefined, { retry: 'success' }, ''),
  [faultRows.errorInStream]: row('server', resume, 'The provider reported: {detail}', [
    'retryNow',
    'switchModel',
    'details',
  ]),
  [faultRows.finalErrorInStream]: row(undefined, { retry: 'engine' }, ''),
  [faultRows.finishedWithError]: row('server', resume, 'The provider failed in the middle of the answer.', [
    'retryNow',
    'switchModel',
    'details',
  ]),
  [faultRows.lengthLimit]: row(undefined, { retry: 'success' }, ''),
  [faultRows.answerFiltered]: row('content-filter', never, "The answer was stopped by the provider's content filter.", [
    'switchModel',
  ]),
  [faultRows.noText]: row('empty', { retry: 'transient', limit: 1 }, '{model} answered with nothing.', [
    'retryNow',
    'switchModel',
  ]),
  [faultRows.garbledStream]: row('malformed', resume, 'The stream is garbled.', ['retryNow', 'switchModel', 'details']),
  [faultRows.endlessEvent]: row('malformed', never, 'The stream is broken: one event has no end.', [
    'retryNow',
    'switchModel',
    'details',
  ]),
  [faultRows.cutToolCall]: row(undefined, { retry: 'engine' }, ''),
  [faultRows.cutReasoning]: row(undefined, { retry: 'engine' }, ''),
  [faultRows.restartedAnswer]: row(undefined, { retry: 'engine' }, ''),
  [faultRows.resumesWithoutText]: row('truncated', never, "Couldn't continue the answer.", [
    'restart',
    'continue',
    'switchModel',
  ]),
  [faultRows.stopped]: row(undefined, { retry: 'engine' }, ''),
  [faultRows.slept]: row('connection', resume, 'The connection did not survive the sleep.', ['retryNow', 'restart']),
  [faultRows.connectionChanged]: row(undefined, { retry: 'engine' }, ''),
  [faultRows.hintInPast]: row(undefined, { retry: 'engine' }, ''),
  [faultRows.breakerOpen]: row(
    'breaker',
    { retry: 'engine' },
    '{model} at {host} keeps failing; pausing before the next try.',
    ['retryNow', 'tryAnyway', 'switchModel'],
  ),
  [faultRows.windowClosed]: row(undefined, { retry: 'engine' }, ''),
  [faultRows.garbledBody]: row('malformed', { retry: 'transient', limit: 2 }, 'The answer was garbled.', [
    'retryNow',
    'switchModel',
    'details',
  ]),
  [faultRows.proxyCannotConnect]: row('proxy', transient, "The proxy can't reach {host}.", [
    'retryNow',
    'networkSettings',
  ]),
  [faultRows.proxyUnreachable]: row(
    'proxy',
    { retry: 'transient', limit: 3 },
    "The proxy {proxy} can't be reached. Start it, or check the proxy settings.",
    ['networkSettings', 'retryNow'],
  ),
  [faultRows.proxyRefused]: row(
    'proxy',
    never,
    'The proxy refused the connection to {host}. Check the proxy settings.',
    ['networkSettings', 'retryNow'],
  ),
  [faultRows.noChannel]: row('model', never, '{host} has no channel for {model}, or not for your group.', [
    'switchModel',
    'details',
  ]),
  [faultRows.upstreamKeyRejected]: row(
    'gateway',
    never,
    "The provider rejected {host}'s own key. Switch the model, or contact its support.",
    ['switchModel', 'details', 'retryNow'],
  ),
  [faultRows.browserChallenge]: row(
    'not-a-stream',
    never,
    'Cloudflare lets only browsers reach {host}. Check the base URL, or try another network.',
    ['checkUrl', 'retryNow', 'details'],
  ),
  [faultRows.modelUnpriced]: row('model', never, "{host} can't serve {model}: {detail}", ['switchModel', 'details']),
  [faultRows.keyringUnreadable]: row(
    hostFaults.keyring.kind,
    never,
    hostFaults.keyring.message,
    hostFaults.keyring.actions,
  ),
  [faultRows.internalError]: row(
    hostFaults.internal.kind,
    never,
    hostFaults.internal.message,
    hostFaults.internal.actions,
  ),
  [faultRows.answerTooLong]: row(
    'too-large',
    never,
    'The answer exceeded 32 MB or 128 tool calls and was ended. Ask for a shorter answer.',
    ['restart', 'switchModel', 'details'],
  ),
} as const satisfies Readonly<Record<number, FaultRow>>;

export type RowId = keyof typeof faultTable;

/** Rows that speak of a provider that fails, not of a limit or the request: what opens its breaker. */
export const providerFaults: ReadonlySet<number> = new Set<RowId>([
  faultRows.connectionRefused,
  faultRows.connectTimeout,
  faultRows.headersTimeout,
  faultRows.serverError,
  faultRows.badGateway,
  faultRows.gatewayTimeout,
  faultRows.firstTokenTimeout,
  faultRows.streamSilent,
  faultRows.errorInStream,
  faultRows.finishedWithError,
]);

/** Not on the wire: the request never left, or none will. `{last}`: what the last attempt came to. */
export const localFaults = {
  noKey: row('auth', never, 'No API key is set for {host}.', ['setApiKey', 'retryNow']),
  budget: row('budget', never, '{last} {host} has failed so often that automatic retries pause for a while.', [
    'retryNow',
    'switchModel',
  ]),
  deadline: row('budget', never, '{last} There was no progress for {minutes} minutes.', ['retryNow', 'switchModel']),
} as const satisfies Readonly<Record<string, FaultRow>>;

/** Every sentence there is a translation for. */
export const faultSentences: readonly string[] = Object.values({ ...faultTable, ...localFaults }).flatMap(
  ({ message, timed }) => (timed === undefined ? [message] : [message, timed]),
);
