import type { FaultAction, FaultKind } from '../events/kinds';
import { hostFaults } from './hostFaults';

/**
 * How the engine reacts to a fault.
 * - `transient`, `overload`: retries after a backoff, or after the retry-after that the gateway named. `limit` is the
 *   maximum number of retries. `charge` is the number of tokens charged to the origin's retry budget for a retry (default
 *   1). With `freeReplay`, the first retry of a turn is immediate and not charged.
 * - `hint`: waits for the retry-after that the gateway named. The turn ends if the gateway named none, or one that is
 *   longer than the settings allow.
 * - `offline`: waits until the network is back.
 * - `resume`: retries before the first text or tool call, and resumes the answer after it.
 * - `repair`: corrects the request and sends it at once. This is not charged to the retry budget.
 * - `never`: ends the turn and keeps the partial answer.
 * - `breaker`: waits until the circuit breaker lets an attempt through.
 */
export type Policy =
  | { readonly retry: 'transient'; readonly limit?: number; readonly charge?: 2; readonly freeReplay?: true }
  | { readonly retry: 'overload'; readonly fallback?: true }
  | { readonly retry: 'hint' | 'offline' | 'resume' | 'repair' | 'never' | 'breaker' };

interface Reaction {
  readonly kind: FaultKind;
  readonly policy: Policy;
  /** What the user can do, the best first: the failure card has buttons for the first two, and a menu for the others. */
  readonly actions: readonly FaultAction[];
  /**
   * For a limit: whether it resets within minutes, or only after hours. Only then does a field that is called `reset` name
   * a delay. With any other fault, it may mean anything.
   */
  readonly limit?: 'minutes' | 'hours';
  /** Whether the same request succeeds when the limit has reset, so that the user can schedule it. */
  readonly canSendLater?: true;
}

export interface FaultRow extends Reaction {
  /** English message, which is also the key of its translations. */
  readonly message: string;
  /** Used in place of `message` if the turn ends and the gateway said when the limit resets. */
  readonly messageWithTime?: string | undefined;
}

const transient: Policy = { retry: 'transient' };
const atMost = (limit: number): Policy => ({ retry: 'transient', limit });
const atDoubleCharge: Policy = { retry: 'transient', charge: 2 };
const never: Policy = { retry: 'never' };
const resume: Policy = { retry: 'resume' };
const hint: Policy = { retry: 'hint' };

const row = (kind: FaultKind, policy: Policy, ...actions: readonly FaultAction[]): Reaction => {
  return { kind, policy, actions };
};

const limited = (limit: Reaction['limit'] & string, reaction: Reaction): Reaction => ({ ...reaction, limit });
const sentLater = (reaction: Reaction): Reaction => ({ ...reaction, canSendLater: true });

/**
 * Faults on the way to a gateway, not of the gateway, the model or the request. Another gateway may therefore work, even
 * if waiting would not help.
 */
const gatewayReactions = {
  hostNotFound: row('dns', atMost(3), 'retryNow', 'checkUrl'),
  connectionRefused: row('connection', transient, 'retryNow', 'checkUrl'),
  connectTimeout: row('timeout', transient, 'retryNow'),
  connectionReset: row('connection', { retry: 'transient', freeReplay: true }, 'retryNow'),
  certificateUntrusted: row('tls', never, 'networkSettings', 'retryNow'),
  proxySignIn: row('proxy', never, 'networkSettings', 'retryNow'),
  proxyCannotConnect: row('proxy', transient, 'retryNow', 'networkSettings'),
  proxyUnreachable: row('proxy', atMost(3), 'networkSettings', 'retryNow'),
  proxyRefused: row('proxy', never, 'networkSettings', 'retryNow'),
  notHttp: row('not-a-stream', atMost(1), 'checkUrl', 'retryNow'),
  headersTimeout: row('timeout', atDoubleCharge, 'retryNow', 'switchModel'),
  webPage: row('not-a-stream', atMost(1), 'retryNow', 'checkUrl'),
};

const reactions = {
  ...gatewayReactions,
  offline: row('offline', { retry: 'offline' }, 'retryNow'),
  redirect: row('redirect', never, 'checkUrl'),
  browserChallenge: row('not-a-stream', never, 'checkUrl', 'retryNow'),

  // The gateway refuses the request.
  requestRejected: row('request', never, 'retryNow'),
  contextLength: row('context-length', never, 'summarize', 'newConversation', 'switchModel'),
  unsupportedParameter: row('request', { retry: 'repair' }, 'switchModel'),
  prefillRejected: row('request', never, 'retryNow'),
  promptFiltered: row('content-filter', never, 'switchModel'),
  modelNotFound: row('model', never, 'switchModel'),
  noChannel: row('model', never, 'switchModel'),
  modelUnpriced: row('model', never, 'switchModel'),
  keyRejected: row('auth', never, 'setApiKey', 'retryNow'),
  upstreamKeyRejected: row('gateway', never, 'switchModel', 'retryNow'),
  outOfCredit: limited('hours', row('credit', never, 'openBilling', 'switchModel', 'retryNow')),
  creditResets: limited('minutes', row('credit', hint, 'openBilling', 'switchModel', 'retryNow')),
  permissionDenied: limited('minutes', row('permission', never, 'setApiKey', 'switchModel')),
  pathNotFound: row('not-found', never, 'checkUrl'),
  requestTooLarge: row('too-large', never, 'newConversation'),
  parameterInvalid: row('request', never, 'retryNow'),
  rateLimited: limited('minutes', sentLater(row('rate-limit', hint, 'retryNow', 'switchModel'))),
  rateLimitedWithoutRetryAfter: sentLater(row('rate-limit', { retry: 'overload' }, 'retryNow', 'switchModel')),
  usageLimitReached: limited('hours', sentLater(row('rate-limit', never, 'switchModel', 'retryNow'))),

  // The gateway or the provider fails.
  requestTimeout: row('timeout', transient, 'retryNow'),
  conflict: row('server', atMost(2), 'retryNow'),
  serverError: row('server', transient, 'retryNow', 'switchModel'),
  badGateway: row('gateway', transient, 'retryNow', 'switchModel'),
  overloaded: limited(
    'minutes',
    sentLater(row('overloaded', { retry: 'overload', fallback: true }, 'retryNow', 'switchModel')),
  ),
  gatewayTimeout: row('timeout', { retry: 'transient', limit: 2, charge: 2 }, 'retryNow', 'switchModel'),
  gatewayCertificate: row('gateway', never, 'retryNow', 'checkUrl'),
  unexpectedStatus: row('server', never, 'retryNow', 'checkUrl'),

  // The body of the response is not an answer, or not a complete one.
  noBody: row('empty', atMost(2), 'retryNow', 'switchModel'),
  noText: row('empty', atMost(1), 'retryNow', 'switchModel'),
  limitBeforeText: row('empty', never, 'moreRoom', 'switchModel'),
  garbledBody: row('malformed', atMost(2), 'retryNow', 'switchModel'),
  firstTokenTimeout: row('timeout', atDoubleCharge, 'retryNow', 'switchModel'),
  streamStalled: row('stalled', resume, 'retryNow', 'switchModel', 'restart'),
  streamSilent: row('stalled', resume, 'retryNow', 'switchModel', 'restart'),
  connectionLost: row('connection', resume, 'retryNow', 'restart'),
  slept: row('connection', resume, 'retryNow', 'restart'),
  streamTruncated: row('truncated', resume, 'retryNow', 'restart'),
  finishReasonMissing: row('truncated', resume, 'retryNow', 'restart'),
  resumesWithoutText: row('truncated', never, 'restart', 'continue', 'switchModel'),
  errorInStream: row('server', resume, 'retryNow', 'switchModel'),
  finishedWithError: row('server', resume, 'retryNow', 'switchModel'),
  answerFiltered: row('content-filter', never, 'switchModel'),
  garbledStream: row('malformed', resume, 'retryNow', 'switchModel'),
  endlessEvent: row('malformed', never, 'retryNow', 'switchModel'),
  answerTooLong: row('too-large', never, 'restart', 'switchModel'),

  // The engine itself sends no request, or fails.
  noKey: row('auth', never, 'setApiKey', 'retryNow'),
  budget: row('budget', never, 'retryNow', 'switchModel'),
  deadline: row('budget', never, 'retryNow', 'switchModel'),
  breakerOpen: row('breaker', { retry: 'breaker' }, 'retryNow', 'tryAnyway', 'switchModel'),
  keyringUnreadable: row(hostFaults.keyring.kind, never, ...hostFaults.keyring.actions),
  spendingLimit: row(hostFaults.spendingLimit.kind, never, ...hostFaults.spendingLimit.actions),
  internalError: row(hostFaults.internal.kind, never, ...hostFaults.internal.actions),
};

export type FaultName = keyof typeof reactions;

/**
 * The messages of the faults. Placeholders: `{host}`, `{proxy}`, `{model}`, `{status}`, `{detail}`, `{time}`,
 * `{seconds}`, `{minutes}`, and `{last}` for the message of the previous fault.
 */
const messages: Readonly<Record<FaultName, string>> = {
  hostNotFound: "Can't find the host {host}. Check the base URL and your connection.",
  connectionRefused: '{host} is not accepting connections.',
  connectTimeout: 'The connection to {host} timed out.',
  connectionReset: 'The connection to {host} was dropped.',
  certificateUntrusted: 'The certificate of {host} is not trusted. Check the proxy and certificate settings.',
  proxySignIn: 'The proxy requires authentication. Check the proxy settings.',
  proxyCannotConnect: "The proxy can't reach {host}.",
  proxyUnreachable: "The proxy {proxy} can't be reached. Start it, or check the proxy settings.",
  proxyRefused: 'The proxy refused the connection to {host}. Check the proxy settings.',
  notHttp: "{host} doesn't use HTTP at this address. Check the base URL.",
  headersTimeout: 'No response from {host} in {seconds} s.',
  webPage: 'Received a web page instead of an answer. Sign in to your network or check the base URL.',
  offline: 'You appear to be offline.',
  redirect: "The gateway redirects to another address, but the API key isn't sent there. Check the base URL.",
  browserChallenge: 'Cloudflare blocks non-browser requests to {host}. Check the base URL or try another network.',
  requestRejected: 'The request was rejected: {detail}',
  contextLength:
    'The conversation is too long for {model}. Start a new one, or choose a model with a larger context window.',
  unsupportedParameter: "The model doesn't support a parameter: {detail}",
  prefillRejected: 'The request was rejected: {detail}',
  promptFiltered: "Blocked by the provider's content filter. Rephrase the prompt or switch models.",
  modelNotFound: 'Model not found: {model}. Choose another model.',
  noChannel: '{host} has no channel for {model} in your group. Switch models, or contact its support.',
  modelUnpriced: "{host} can't serve {model}: {detail}",
  keyRejected: 'The key for {host} was rejected. Set a valid API key.',
  upstreamKeyRejected: "The provider rejected the gateway's key. Switch models, or contact the gateway's support.",
  outOfCredit: 'Out of credit at {host}. Top up, or switch to a model within your balance.',
  creditResets: 'Waiting for the credit limit at {host} to reset.',
  permissionDenied: 'Request not allowed: {detail}',
  pathNotFound: 'No API found at this address on {host}. Check the base URL.',
  requestTooLarge: 'The request is too large for {host}. Shorten the prompt or start a new conversation.',
  parameterInvalid: 'Invalid parameter: {detail}',
  rateLimited: 'Rate limited by {host}.',
  rateLimitedWithoutRetryAfter: 'Rate limited by {host}.',
  usageLimitReached: 'The usage limit at {host} has been reached. Raise the limit there, or switch models.',
  requestTimeout: 'The gateway timed out.',
  conflict: 'The gateway is busy with a conflicting request.',
  serverError: 'The gateway returned an error (status {status}).',
  badGateway: "The gateway can't reach the model (status {status}).",
  overloaded: 'The model is overloaded.',
  gatewayTimeout: 'The model took too long (status {status}).',
  gatewayCertificate: 'The gateway has a certificate problem (status {status}).',
  unexpectedStatus: 'Unexpected status {status} from {host}.',
  noBody: 'The response was empty.',
  noText: '{model} returned an empty answer.',
  limitBeforeText: '{model} reached the token limit before it wrote an answer. Its reasoning counts, too.',
  garbledBody: 'The response was malformed.',
  firstTokenTimeout: 'No answer from {model} in {seconds} s.',
  streamStalled: 'The stream stalled: nothing arrived for {seconds} s.',
  streamSilent: 'Connected, but no content for {seconds} s.',
  connectionLost: 'The connection was lost.',
  slept: 'The connection was lost while the computer was asleep.',
  streamTruncated: 'The answer was cut off.',
  finishReasonMissing: 'The answer was cut off.',
  resumesWithoutText: "Couldn't continue the answer. Restart it or switch models.",
  errorInStream: 'The provider reported: {detail}',
  finishedWithError: 'The provider failed in the middle of the answer.',
  answerFiltered: "The answer was stopped by the provider's content filter.",
  garbledStream: 'The stream is malformed.',
  endlessEvent: 'The stream is malformed: an event is too large.',
  answerTooLong: 'The answer exceeded 32 MB or 128 tool calls and was stopped. Ask for a shorter answer.',
  noKey: 'No API key is set for {host}.',
  budget: '{last} {host} failed too often, so automatic retries are paused.',
  deadline: '{last} No progress for {minutes} min.',
  breakerOpen: '{model} at {host} keeps failing, so the next attempt is delayed.',
  keyringUnreadable: hostFaults.keyring.message,
  spendingLimit: hostFaults.spendingLimit.message,
  internalError: hostFaults.internal.message,
};

const messagesWithTime: Readonly<Partial<Record<FaultName, string>>> = {
  outOfCredit: 'No credit left at {host} until {time}.',
  permissionDenied: 'Request not allowed until {time}: {detail}',
  usageLimitReached: 'Rate limited by {host} until {time}.',
  overloaded: 'The model at {host} is overloaded. Try again after {time}.',
};

export const faultNames = Object.keys(reactions) as readonly FaultName[];

export const faultTable = Object.fromEntries(
  faultNames.map((name) => [
    name,
    { ...reactions[name], message: messages[name], messageWithTime: messagesWithTime[name] },
  ]),
) as Readonly<Record<FaultName, FaultRow>>;

/** Returns the row that explains why other requests wait after a fault of a kind. */
export function rowOfLimit(kind: FaultKind): FaultName {
  const isLimit = (name: FaultName): boolean => ['hint', 'overload'].includes(reactions[name].policy.retry);
  return faultNames.find((name) => reactions[name].kind === kind && isLimit(name)) ?? 'rateLimited';
}

export const leavesGateway = (name: FaultName): boolean => name in gatewayReactions;

/**
 * Faults caused by the provider itself, not by a rate limit or the request. Several of them in a row open the circuit
 * breaker.
 */
export const providerFaults: ReadonlySet<FaultName> = new Set<FaultName>([
  'connectionRefused',
  'connectTimeout',
  'headersTimeout',
  'firstTokenTimeout',
  'streamSilent',
  'serverError',
  'badGateway',
  'gatewayTimeout',
  'errorInStream',
  'finishedWithError',
]);
