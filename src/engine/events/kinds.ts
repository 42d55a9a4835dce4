/** The kinds of faults, in the user's terms. Several rows of the fault table may have the same kind. */
export const faultKinds = [
  'auth',
  'credit',
  'rate-limit',
  'model',
  'context-length',
  'content-filter',
  'request',
  'not-found',
  'permission',
  'too-large',
  'overloaded',
  'server',
  'gateway',
  'timeout',
  'connection',
  'dns',
  'offline',
  'tls',
  'proxy',
  'redirect',
  'not-a-stream',
  'empty',
  'stalled',
  'truncated',
  'malformed',
  /** The retry budget, not the daily budget. */
  'budget',
  /** The user's daily budget is used up. */
  'spending-limit',
  'breaker',
  /** The API key can't be read from the system keyring. */
  'keyring',
  /** An exception in the code of this extension. */
  'internal',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** The actions after a fault. Each is a button of the failure card. */
export const faultActions = [
  'retryNow',
  'switchModel',
  'setApiKey',
  'openBilling',
  'checkUrl',
  'networkSettings',
  'newConversation',
  /** Summarizes the turns before the one that failed, so that its prompt fits into the context. */
  'summarize',
  'continue',
  'restart',
  /** Sends the prompt again with a higher token limit, or without one. */
  'moreRoom',
  /** Retries although the circuit breaker is open. */
  'tryAnyway',
  'switchGateway',
  'addGateway',
  'continueWithFallback',
  /** Sends the prompt again when the limit that stopped it resets. */
  'sendLater',
  'showLog',
  'exportDiagnostics',
] as const;

export type FaultAction = (typeof faultActions)[number];

export const currencies = ['USD', 'CNY'] as const;

export type Currency = (typeof currencies)[number];

/** A larger count of tokens is treated as an error of the gateway. No request uses nearly as many. */
export const maxTokens = 1e9;

/** A higher cost of a request, in the gateway's currency, is treated as an error of the gateway. */
export const maxCost = 1e6;

/** Maximum of monotonic times and durations, in milliseconds. Its sum with `maxEpochMs` is still a valid `Date`. */
export const maxMs = 1e12;
export const maxEpochMs = 4e15;
