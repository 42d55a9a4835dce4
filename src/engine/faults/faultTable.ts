import type { FaultAction, FaultKind } from '../events/kinds';
import { hostFaults } from './hostFaults';

/**
 * How the engine reacts to a fault.
 * - `transient`, `overload`: The turn retries after a backoff, or after the retry-after that the gateway named.
 * - `hint`: The turn waits for the retry-after that the gateway named. The turn ends if the gateway named none, or if the
 *   settings don't allow such a long wait.
 * - `offline`: The turn waits until the network is back.
 * - `resume`: The turn resumes the answer, or retries if no text or tool call has arrived yet.
 * - `repair`: The turn immediately sends a corrected request, which is not charged to the retry budget.
 * - `never`: The turn ends and keeps the partial answer.
 * - `breaker`: The turn waits until the circuit breaker lets an attempt through.
 */
type NoLimitPolicy =
  /**
   * `limit` is the maximum number of retries. `charge` is the number of tokens that each retry takes from the gateway's
   * retry budget (default 1). With `freeReplay`, the first retry of a turn is immediate and not charged.
   */
  | { readonly retry: 'transient'; readonly limit?: number; readonly charge?: 2; readonly freeReplay?: true }
  | { readonly retry: 'offline' | 'resume' | 'repair' | 'never' | 'breaker' };

/** How the engine reacts to a limit or an overload, after which all requests to the same model wait. */
type LimitPolicy = { readonly retry: 'overload'; readonly fallback?: true } | { readonly retry: 'hint' };

export type Policy = NoLimitPolicy | LimitPolicy;

/** Details of a fault that is a limit at the gateway. The gateway can name the time at which the limit resets. */
interface Limit {
  /**
   * Whether the same request can succeed after the limit has reset. If so, the user can schedule the prompt for that
   * time.
   */
  readonly canSendLater: boolean;
  /** Set if the limit does not reset within minutes. A retry-after of less than five minutes is then ignored. */
  readonly isSlow?: true;
  /**
   * Message that replaces `message` if the fault ends the turn and the gateway named the time at which the limit
   * resets.
   */
  readonly messageWithTime?: string;
  /**
   * Fault with which the turn ends if the limit resets too late to wait for it. By default, the turn ends with the
   * original fault.
   */
  readonly endsAs?: 'outOfCredit' | 'usageLimitReached';
}

export interface FaultRow {
  readonly kind: FaultKind;
  readonly policy: Policy;
  /**
   * Error message in English, which is also the key of its translations. Its placeholders are `{gateway}` for the
   * gateway's label, `{host}` for its host, `{proxy}`, `{model}`, `{status}`, `{detail}`, `{time}`, `{seconds}`,
   * `{minutes}`, and `{last}` for the message of the previous fault.
   */
  readonly message: string;
  /**
   * Actions that the user can take, best first. The failure card has buttons for the first two actions and a menu for
   * the others.
   */
  readonly actions: readonly FaultAction[];
  readonly limit?: Limit;
  /**
   * Set if something between this computer and the gateway failed. Another gateway might then work, even if waiting
   * would not help. Not set if the gateway, the model or the request is the cause.
   */
  readonly leavesGateway?: true;
  /** Set if the provider itself has failed. Several faults of this type in a row open the circuit breaker. */
  readonly isProviderFault?: true;
}

const transient: NoLimitPolicy = { retry: 'transient' };
const atMost = (limit: number): NoLimitPolicy => ({ retry: 'transient', limit });
const atDoubleCharge: NoLimitPolicy = { retry: 'transient', charge: 2 };
const never: NoLimitPolicy = { retry: 'never' };
const resume: NoLimitPolicy = { retry: 'resume' };
const hint: LimitPolicy = { retry: 'hint' };

const row = (kind: FaultKind, policy: NoLimitPolicy, message: string, ...actions: readonly FaultAction[]): FaultRow => {
  return { kind, policy, message, actions };
};
const limit = (
  kind: FaultKind,
  policy: Policy,
  details: Limit,
  message: string,
  ...actions: readonly FaultAction[]
): FaultRow => ({ kind, policy, message, actions, limit: details });
const toGateway = (fault: FaultRow): FaultRow => ({ ...fault, leavesGateway: true });
const ofProvider = (fault: FaultRow): FaultRow => ({ ...fault, isProviderFault: true });

const rows = {
  hostNotFound: toGateway(
    row(
      'dns',
      atMost(3),
      "Can't find the host {host}. Check the base URL and your connection.",
      'retryNow',
      'checkUrl',
    ),
  ),
  connectionRefused: ofProvider(
    toGateway(row('connection', transient, '{gateway} is not accepting connections.', 'retryNow', 'checkUrl')),
  ),
  connectTimeout: ofProvider(
    toGateway(row('timeout', transient, 'The connection to {gateway} timed out.', 'retryNow')),
  ),
  connectionReset: toGateway(
    row('connection', { retry: 'transient', freeReplay: true }, 'The connection to {gateway} was dropped.', 'retryNow'),
  ),
  certificateUntrusted: toGateway(
    row(
      'tls',
      never,
      'The certificate of {gateway} is not trusted. Check the proxy and certificate settings.',
      'networkSettings',
      'retryNow',
    ),
  ),
  proxySignIn: toGateway(
    row('proxy', never, 'The proxy requires authentication. Check the proxy settings.', 'networkSettings', 'retryNow'),
  ),
  proxyCannotConnect: toGateway(
    row('proxy', transient, "The proxy can't reach {gateway}.", 'retryNow', 'networkSettings'),
  ),
  proxyUnreachable: toGateway(
    row(
      'proxy',
      atMost(3),
      "The proxy {proxy} can't be reached. Start it, or check the proxy settings.",
      'networkSettings',
      'retryNow',
    ),
  ),
  proxyRefused: toGateway(
    row(
      'proxy',
      never,
      'The proxy refused the connection to {gateway}. Check the proxy settings.',
      'networkSettings',
      'retryNow',
    ),
  ),
  notHttp: toGateway(
    row(
      'not-a-stream',
      atMost(1),
      "{gateway} doesn't use HTTP at this address. Check the base URL.",
      'checkUrl',
      'retryNow',
    ),
  ),
  headersTimeout: ofProvider(
    toGateway(row('timeout', atDoubleCharge, 'No response from {gateway} in {seconds} s.', 'retryNow', 'switchModel')),
  ),
  webPage: toGateway(
    row(
      'not-a-stream',
      atMost(1),
      'Received a web page instead of an answer. Sign in to your network or check the base URL.',
      'retryNow',
      'checkUrl',
    ),
  ),
  offline: row('offline', { retry: 'offline' }, 'You appear to be offline.', 'retryNow'),
  redirect: row(
    'redirect',
    never,
    "The gateway redirects to another address, but the API key isn't sent there. Check the base URL.",
    'checkUrl',
  ),
  browserChallenge: row(
    'not-a-stream',
    never,
    'Cloudflare blocks non-browser requests to {gateway}. Check the base URL or try another network.',
    'checkUrl',
    'retryNow',
  ),

  // Faults for requests that the gateway refuses.
  requestRejected: row('request', never, 'The request was rejected: {detail}', 'retryNow'),
  contextLength: row(
    'context-length',
    never,
    'The conversation is too long for {model}. Start a new one, or choose a model with a larger context window.',
    'summarize',
    'newConversation',
    'switchModel',
  ),
  unsupportedParameter: row(
    'request',
    { retry: 'repair' },
    "The model doesn't support a parameter: {detail}",
    'switchModel',
  ),
  prefillRejected: row('request', never, 'The request was rejected: {detail}', 'retryNow'),
  imagesRefused: row('request', never, "{model} can't process the images: {detail}", 'withoutImages', 'switchModel'),
  promptFiltered: row(
    'content-filter',
    never,
    "Blocked by the provider's content filter. Rephrase the prompt or switch models.",
    'switchModel',
  ),
  modelNotFound: row('model', never, 'Model not found: {model}. Choose another model.', 'switchModel'),
  noChannel: row(
    'model',
    never,
    '{gateway} has no channel for {model} in your group. Switch models, or contact its support.',
    'switchModel',
  ),
  modelUnpriced: row('model', never, "{gateway} can't serve {model}: {detail}", 'switchModel'),
  keyRejected: row('auth', never, 'The key for {gateway} was rejected. Set a valid API key.', 'setApiKey', 'retryNow'),
  upstreamKeyRejected: row(
    'gateway',
    never,
    "The provider rejected the gateway's key. Switch models, or contact the gateway's support.",
    'switchModel',
    'retryNow',
  ),
  outOfCredit: limit(
    'credit',
    never,
    { isSlow: true, canSendLater: false, messageWithTime: 'No credit left at {gateway} until {time}.' },
    'Out of credit at {gateway}. Top up, or switch to a model within your balance.',
    'openBilling',
    'switchModel',
    'retryNow',
  ),
  creditResets: limit(
    'credit',
    hint,
    { canSendLater: false, endsAs: 'outOfCredit' },
    'Waiting for the credit limit at {gateway} to reset.',
    'openBilling',
    'switchModel',
    'retryNow',
  ),
  permissionDenied: limit(
    'permission',
    never,
    { canSendLater: false, messageWithTime: 'Request not allowed until {time}: {detail}' },
    'Request not allowed: {detail}',
    'setApiKey',
    'switchModel',
  ),
  pathNotFound: row('not-found', never, 'No API found at this address on {gateway}. Check the base URL.', 'checkUrl'),
  requestTooLarge: row(
    'too-large',
    never,
    'The request is too large for {gateway}. Shorten the prompt or start a new conversation.',
    'newConversation',
  ),
  parameterInvalid: row('request', never, 'Invalid parameter: {detail}', 'retryNow'),
  rateLimited: limit(
    'rate-limit',
    hint,
    { canSendLater: true, endsAs: 'usageLimitReached' },
    'Rate limited by {gateway}.',
    'retryNow',
    'switchModel',
  ),
  rateLimitedWithoutRetryAfter: limit(
    'rate-limit',
    { retry: 'overload' },
    { canSendLater: true, endsAs: 'usageLimitReached' },
    'Rate limited by {gateway}.',
    'retryNow',
    'switchModel',
  ),
  usageLimitReached: limit(
    'rate-limit',
    never,
    { isSlow: true, canSendLater: true, messageWithTime: 'Rate limited by {gateway} until {time}.' },
    'The usage limit at {gateway} has been reached. Raise the limit there, or switch models.',
    'switchModel',
    'retryNow',
  ),

  // Faults of the gateway or the provider.
  requestTimeout: row('timeout', transient, 'The gateway timed out.', 'retryNow'),
  conflict: row('server', atMost(2), 'The gateway is busy with a conflicting request.', 'retryNow'),
  serverError: ofProvider(
    row('server', transient, 'The gateway returned an error (status {status}).', 'retryNow', 'switchModel'),
  ),
  badGateway: ofProvider(
    row('gateway', transient, "The gateway can't reach the model (status {status}).", 'retryNow', 'switchModel'),
  ),
  overloaded: limit(
    'overloaded',
    { retry: 'overload', fallback: true },
    { canSendLater: true, messageWithTime: 'The model at {gateway} is overloaded. Try again after {time}.' },
    'The model is overloaded.',
    'retryNow',
    'switchModel',
  ),
  gatewayTimeout: ofProvider(
    row(
      'timeout',
      { retry: 'transient', limit: 2, charge: 2 },
      'The model took too long (status {status}).',
      'retryNow',
      'switchModel',
    ),
  ),
  gatewayCertificate: row(
    'gateway',
    never,
    'The gateway has a certificate problem (status {status}).',
    'retryNow',
    'checkUrl',
  ),
  unexpectedStatus: row('server', never, 'Unexpected status {status} from {gateway}.', 'retryNow', 'checkUrl'),

  // Faults of a response whose body is not an answer, or not a complete answer.
  noBody: row('empty', atMost(2), 'The response was empty.', 'retryNow', 'switchModel'),
  noText: row('empty', atMost(1), '{model} returned an empty answer.', 'retryNow', 'switchModel'),
  limitBeforeText: row(
    'empty',
    never,
    '{model} reached the token limit before it wrote an answer. The limit includes its reasoning.',
    'moreRoom',
    'switchModel',
  ),
  garbledBody: row('malformed', atMost(2), 'The response was malformed.', 'retryNow', 'switchModel'),
  firstTokenTimeout: ofProvider(
    row('timeout', atDoubleCharge, 'No answer from {model} in {seconds} s.', 'retryNow', 'switchModel'),
  ),
  streamStalled: row(
    'stalled',
    resume,
    'The stream stalled: nothing arrived for {seconds} s.',
    'retryNow',
    'switchModel',
    'restart',
  ),
  streamSilent: ofProvider(
    row('stalled', resume, 'Connected, but no content for {seconds} s.', 'retryNow', 'switchModel', 'restart'),
  ),
  connectionLost: row('connection', resume, 'The connection was lost.', 'retryNow', 'restart'),
  slept: row('connection', resume, 'The connection was lost while the computer was asleep.', 'retryNow', 'restart'),
  streamTruncated: row('truncated', resume, 'The answer was cut off.', 'retryNow', 'restart'),
  finishReasonMissing: row('truncated', resume, 'The answer was cut off.', 'retryNow', 'restart'),
  resumesWithoutText: row(
    'truncated',
    never,
    "Couldn't continue the answer. Restart it or switch models.",
    'restart',
    'continue',
    'switchModel',
  ),
  errorInStream: ofProvider(row('server', resume, 'The provider reported: {detail}', 'retryNow', 'switchModel')),
  finishedWithError: ofProvider(
    row('server', resume, 'The provider failed in the middle of the answer.', 'retryNow', 'switchModel'),
  ),
  answerFiltered: row(
    'content-filter',
    never,
    "The answer was stopped by the provider's content filter.",
    'switchModel',
  ),
  garbledStream: row('malformed', resume, 'The stream is malformed.', 'retryNow', 'switchModel'),
  endlessEvent: row('malformed', never, 'The stream is malformed: an event is too large.', 'retryNow', 'switchModel'),
  answerTooLong: row(
    'too-large',
    never,
    'The answer exceeded 32 MB or 128 tool calls and was stopped. Ask for a shorter answer.',
    'restart',
    'switchModel',
  ),

  // Faults that the engine itself causes: it refuses to send a request, or it has an internal error.
  noKey: row('auth', never, 'No API key is set for {gateway}.', 'setApiKey', 'retryNow'),
  budget: row(
    'budget',
    never,
    '{last} {gateway} failed too often, so automatic retries are paused.',
    'retryNow',
    'switchModel',
  ),
  deadline: row('budget', never, '{last} No progress for {minutes} min.', 'retryNow', 'switchModel'),
  breakerOpen: row(
    'breaker',
    { retry: 'breaker' },
    '{model} at {gateway} keeps failing, so the next attempt is delayed.',
    'retryNow',
    'tryAnyway',
    'switchModel',
  ),
  keyringUnreadable: { ...hostFaults.keyring, policy: never },
  spendingLimit: { ...hostFaults.spendingLimit, policy: never },
  internalError: { ...hostFaults.internal, policy: never },
};

export type FaultName = keyof typeof rows;

export const faultNames = Object.keys(rows) as readonly FaultName[];

export const faultTable: Readonly<Record<FaultName, FaultRow>> = rows;

/** Returns whether all requests to the same model wait after a fault with the given policy. */
export function isLimitPolicy(policy: Policy): policy is LimitPolicy {
  return policy.retry === 'hint' || policy.retry === 'overload';
}

/**
 * Returns the first fault of the given kind that makes all requests to the same model wait. If the kind has no such
 * fault, returns the fault of a rate limit.
 */
export function limitOfKind(kind: FaultKind): FaultName {
  const isWaiting = (name: FaultName): boolean => rows[name].kind === kind && isLimitPolicy(rows[name].policy);
  return faultNames.find(isWaiting) ?? 'rateLimited';
}
