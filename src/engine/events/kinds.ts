/** The kinds of faults, in the user's terms. Several rows of the fault table can have the same kind. */
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
  /**
   * The limit for automatic retries at this gateway is used up. If the user's daily budget is used up, the kind is
   * `spending-limit` instead.
   */
  'budget',
  /** The user's daily budget is used up. */
  'spending-limit',
  'breaker',
  /** The API key can't be read from the system keyring. */
  'keyring',
  /** The code of this extension has thrown an exception. */
  'internal',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** The actions that the user can take after a fault. The card that shows the failure has a button for each action. */
export const faultActions = [
  'retryNow',
  'switchModel',
  'setApiKey',
  'openBilling',
  'checkUrl',
  'networkSettings',
  'newConversation',
  /** Summarizes the turns before the failed turn, so that the failed turn's prompt fits into the context window. */
  'summarize',
  'continue',
  'restart',
  /** Sends the prompt again with a higher token limit, or without a token limit. */
  'moreRoom',
  /** Retries although the circuit breaker is open. */
  'tryAnyway',
  'switchGateway',
  'addGateway',
  'continueWithFallback',
  /** Schedules the prompt for the reset of the rate limit that made the turn fail. */
  'sendLater',
  'showLog',
  'exportDiagnostics',
] as const;

export type FaultAction = (typeof faultActions)[number];

export const currencies = ['USD', 'CNY'] as const;

export type Currency = (typeof currencies)[number];

/**
 * Largest plausible number of tokens. A larger number is treated as an error of the gateway, because no request uses
 * nearly as many tokens.
 */
export const maxTokens = 1e9;

/**
 * Highest plausible cost of a request, in the gateway's currency. A higher cost is treated as an error of the gateway.
 */
export const maxCost = 1e6;

/**
 * Upper limit for monotonic times and for durations, in milliseconds. The sum of `maxMs` and `maxEpochMs` is still a
 * valid `Date`.
 */
export const maxMs = 1e12;
export const maxEpochMs = 4e15;
