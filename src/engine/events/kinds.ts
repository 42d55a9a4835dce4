/** The kinds of faults, from the user's point of view. Several rows of the fault table can have the same kind. */
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
   * The gateway's retry budget is used up, so the turn does not retry automatically. For the user's daily budget, the
   * kind is `spending-limit` instead.
   */
  'budget',
  /** The user's daily budget is used up. */
  'spending-limit',
  'breaker',
  /** The API key can't be read from the system keyring. */
  'keyring',
  /** A defect: the code of this extension has thrown an exception. */
  'internal',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** The actions that the user can take after a fault. Each action has a button on the failure card. */
export const faultActions = [
  'retryNow',
  'switchModel',
  'setApiKey',
  'openBilling',
  'checkUrl',
  'networkSettings',
  'newConversation',
  /** Summarizes the earlier turns, so that the prompt of the failed turn fits into the context window. */
  'summarize',
  'continue',
  'restart',
  /** Sends the prompt again with a higher token limit, or without a token limit. */
  'moreRoom',
  /** Sends the prompt again without the images that the gateway has refused. */
  'withoutImages',
  /** Retries although the circuit breaker is open. */
  'tryAnyway',
  'switchGateway',
  'addGateway',
  'continueWithFallback',
  /** Schedules the prompt for the time when the rate limit resets. */
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
