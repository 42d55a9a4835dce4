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

/** The fault table. Numbers are stable: logs, tests and documentation refer to them. */
export const faultTable = {
  1: row(
    'dns',
    { retry: 'transient', limit: 3 },
    "Can't find the host {host}. Check the base URL and your connection.",
    ['retryNow', 'checkUrl'],
  ),
  2: row('offline', { retry: 'offline' }, 'You appear to be offline.'),
  3: row('connection', transient, '{host} is not accepting connections.', ['retryNow', 'checkUrl']),
  4: row('timeout', transient, 'The connection to {host} timed out.'),
  5: row('connection', { retry: 'transient', freeFirst: true }, 'The connection to {host} was dropped.'),
  6: row('tls', never, 'The certificate of {host} is not trusted. Check the proxy and certificate settings.', [
    'networkSettings',
    'retryNow',
    'details',
  ]),
  7: row('proxy', never, 'The proxy wants a sign-in. Check the proxy settings.', ['networkSettings', 'retryNow']),
  8: row(
    'not-a-stream',
    { retry: 'transient', limit: 1 },
    '{host} does not speak HTTP at this address. Check the base URL.',
    ['checkUrl', 'retryNow'],
  ),
  9: row('redirect', never, 'The gateway has moved; the key does not follow a redirect. Check the base URL.', [
    'checkUrl',
    'details',
  ]),
  10: row('timeout', { retry: 'transient', cost: 2 }, 'No response from {host} in {seconds} s.', [
    'retryNow',
    'switchModel',
  ]),
  11: row(
    'not-a-stream',
    { retry: 'transient', limit: 1 },
    'Got a web page instead of an answer: a sign-in page of the network, or a wrong base URL.',
    ['retryNow', 'checkUrl', 'details'],
  ),
  12: row(undefined, { retry: 'engine' }, ''),
  13: row(undefined, { retry: 'success' }, ''),
  14: row('empty', { retry: 'transient', limit: 2 }, 'The reply was empty.', ['retryNow', 'switchModel']),
  15: row('request', never, 'The request was rejected: {detail}', ['details', 'retryNow']),
  16: row(
    'context-length',
    never,
    'The conversation is too long for {model}. Start a new one, or choose a model with a larger context.',
    ['newConversation', 'switchModel'],
  ),
  17: row('request', { retry: 'repair' }, 'The model does not take a parameter: {detail}', ['details', 'switchModel']),
  18: row('request', never, 'The request was rejected: {detail}', ['details', 'retryNow']),
  19: row(
    'content-filter',
    never,
    "Blocked by the provider's content filter. Rephrase the prompt, or switch the model.",
    ['switchModel', 'details'],
  ),
  20: row('model', never, 'Model not found: {model}. Choose another one.', ['switchModel', 'details']),
  21: row('auth', never, 'The key for {host} was rejected. Set a valid API key.', ['setApiKey', 'retryNow', 'details']),
  22: row(
    'credit',
    never,
    'Out of credit at {host}. Top up, or switch to a model within your balance.',
    ['openBilling', 'switchModel', 'retryNow', 'details'],
    'Out of credit at {host}. The budget resets at {time}.',
  ),
  23: row('credit', { retry: 'hint' }, 'Waiting for the budget at {host} to reset.', [
    'retryNow',
    'openBilling',
    'switchModel',
  ]),
  24: row(
    'permission',
    never,
    'Not allowed: {detail}',
    ['setApiKey', 'switchModel', 'details'],
    'Not allowed until {time}: {detail}',
  ),
  25: row('not-found', never, 'Nothing answers at this address of {host}. Check the base URL.', [
    'checkUrl',
    'details',
  ]),
  26: row('timeout', transient, 'The server timed out.'),
  27: row('server', { retry: 'transient', limit: 2 }, 'The server is busy with a conflicting request.'),
  28: row('too-large', never, 'The request is too large for {host}. Shorten the prompt or start a new conversation.', [
    'newConversation',
    'details',
  ]),
  29: row('request', never, 'A parameter is invalid: {detail}', ['details', 'retryNow']),
  30: row('rate-limit', { retry: 'hint' }, 'Rate limited by {host}.', ['retryNow', 'switchModel']),
  31: row('rate-limit', { retry: 'overload' }, 'Rate limited by {host}.', ['retryNow', 'switchModel']),
  32: row(
    'rate-limit',
    never,
    'The usage limit of {host} is reached. Switch the model, or retry after it resets.',
    ['switchModel', 'retryNow', 'details'],
    'The rate limit of {host} resets at {time}.',
  ),
  33: row('server', transient, 'The server failed with status {status}.', ['retryNow', 'switchModel', 'details']),
  34: row('gateway', transient, "The gateway can't reach the model (status {status}).", [
    'retryNow',
    'switchModel',
    'details',
  ]),
  35: row(
    'overloaded',
    overload,
    'The model is overloaded.',
    ['retryNow', 'switchModel'],
    'The model is overloaded; {host} asks to come back at {time}.',
  ),
  36: row('timeout', { retry: 'transient', limit: 2, cost: 2 }, 'The model took too long (status {status}).', [
    'retryNow',
    'switchModel',
  ]),
  37: row('gateway', never, 'The gateway has a certificate problem (status {status}).', [
    'retryNow',
    'checkUrl',
    'details',
  ]),
  38: row('server', never, 'Unexpected status {status} from {host}.', ['retryNow', 'checkUrl', 'details']),
  39: row('timeout', { retry: 'transient', cost: 2 }, 'No answer from {model} in {seconds} s.', [
    'retryNow',
    'switchModel',
  ]),
  40: row('stalled', resume, 'The stream stalled: nothing arrived for {seconds} s.', [
    'retryNow',
    'restart',
    'switchModel',
  ]),
  41: row('stalled', resume, 'The provider is alive but silent for {seconds} s.', [
    'retryNow',
    'restart',
    'switchModel',
  ]),
  42: row('connection', resume, 'The connection was lost.', ['retryNow', 'restart']),
  43: row('truncated', resume, 'The answer was cut off.', ['retryNow', 'restart']),
  44: row(undefined, { retry: 'success' }, ''),
  45: row('server', resume, 'The provider reported: {detail}', ['retryNow', 'switchModel', 'details']),
  46: row(undefined, { retry: 'engine' }, ''),
  47: row('server', resume, 'The provider failed in the middle of the answer.', ['retryNow', 'switchModel', 'details']),
  48: row(undefined, { retry: 'success' }, ''),
  49: row('content-filter', never, "The answer was stopped by the provider's content filter.", ['switchModel']),
  50: row('empty', { retry: 'transient', limit: 1 }, '{model} answered with nothing.', ['retryNow', 'switchModel']),
  51: row('malformed', resume, 'The stream is garbled.', ['retryNow', 'switchModel', 'details']),
  52: row('malformed', never, 'The stream is broken: one event has no end.', ['retryNow', 'switchModel', 'details']),
  53: row(undefined, { retry: 'engine' }, ''),
  54: row(undefined, { retry: 'engine' }, ''),
  55: row(undefined, { retry: 'engine' }, ''),
  56: row('truncated', never, "Couldn't continue the answer.", ['restart', 'continue', 'switchModel']),
  57: row(undefined, { retry: 'engine' }, ''),
  58: row('connection', resume, 'The connection did not survive the sleep.', ['retryNow', 'restart']),
  59: row(undefined, { retry: 'engine' }, ''),
  60: row(undefined, { retry: 'engine' }, ''),
  61: row('breaker', { retry: 'engine' }, '{model} at {host} keeps failing; pausing before the next try.', [
    'retryNow',
    'tryAnyway',
    'switchModel',
  ]),
  62: row(undefined, { retry: 'engine' }, ''),
  63: row('malformed', { retry: 'transient', limit: 2 }, 'The answer was garbled.', [
    'retryNow',
    'switchModel',
    'details',
  ]),
  64: row('proxy', transient, "The proxy can't reach {host}.", ['retryNow', 'networkSettings']),
  65: row(
    'proxy',
    { retry: 'transient', limit: 3 },
    "The proxy {proxy} can't be reached. Start it, or check the proxy settings.",
    ['networkSettings', 'retryNow'],
  ),
  66: row('proxy', never, 'The proxy refused the connection to {host}. Check the proxy settings.', [
    'networkSettings',
    'retryNow',
  ]),
  67: row('model', never, '{host} has no channel for {model}, or not for your group.', ['switchModel', 'details']),
  68: row('gateway', never, "The provider rejected {host}'s own key. Switch the model, or contact its support.", [
    'switchModel',
    'details',
    'retryNow',
  ]),
  69: row(
    'not-a-stream',
    never,
    'Cloudflare lets only browsers reach {host}. Check the base URL, or try another network.',
    ['checkUrl', 'retryNow', 'details'],
  ),
  70: row('model', never, "{host} can't serve {model}: {detail}", ['switchModel', 'details']),
  71: row(hostFaults.keyring.kind, never, hostFaults.keyring.message, hostFaults.keyring.actions),
  72: row(hostFaults.internal.kind, never, hostFaults.internal.message, hostFaults.internal.actions),
  73: row('too-large', never, 'The answer exceeded 32 MB or 128 tool calls and was ended. Ask for a shorter answer.', [
    'restart',
    'switchModel',
    'details',
  ]),
} as const satisfies Readonly<Record<number, FaultRow>>;

export type RowId = keyof typeof faultTable;

/** Rows that speak of a provider that fails, not of a limit or the request: what opens its breaker. */
export const providerFaults: ReadonlySet<number> = new Set<RowId>([3, 4, 10, 33, 34, 36, 39, 41, 45, 47]);

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
