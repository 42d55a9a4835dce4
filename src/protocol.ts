/**
 * Host ⇄ webview. Included by both; imports neither `vscode` nor the DOM.
 * The host holds the truth: the webview may vanish at any moment and is given a `snapshot` when it says `ready`.
 */
import type { FaultAction, StreamEvent } from './core/events';
import type { TurnState } from './core/turnState';

export type { FaultAction, FailedEvent, FaultKind, StreamEvent, Usage, WaitingEvent } from './core/events';
export { waitedMs } from './core/ledger';
export type { LedgerEntry, LedgerWait } from './core/ledger';
export { hasArrived, initialTurn, interrupted, isRunning, reduce, startsAgain } from './core/turnState';
export type { ModelSwitch, TurnPhase, TurnState } from './core/turnState';

/** Code that went along with a prompt; shown under *You*, never re-read from disk. */
export interface Attachment {
  /** e.g. `src/app.ts:10-24`. */
  readonly label: string;
  readonly languageId: string;
  readonly code: string;
}

/** A prompt and its answer. */
export interface ExchangeView {
  readonly id: string;
  /** What the person asked, as shown. */
  readonly prompt: string;
  readonly attachment?: Attachment | undefined;
  readonly state: TurnState;
  /** Waits for an earlier turn of the same conversation. */
  readonly queued: boolean;
  /** The selection that was asked about can be replaced by code of the answer. */
  readonly canApply: boolean;
}

export interface ConnectionView {
  readonly model: string;
  /** Host name of the base URL, e.g. `api.holysheep.ai`. */
  readonly host: string;
  readonly hasKey: boolean;
  /** The embedded gateway answers; nothing leaves the machine. */
  readonly demo: boolean;
}

/** A prompt offered in the empty conversation. */
export interface Suggestion {
  readonly label: string;
  readonly prompt: string;
  readonly model?: string | undefined;
}

export type ToWebview =
  | {
      readonly type: 'snapshot';
      readonly conversationId: string;
      readonly exchanges: readonly ExchangeView[];
      readonly connection: ConnectionView;
      readonly suggestions: readonly Suggestion[];
      /** Earlier prompts, oldest first, for arrow up. */
      readonly promptHistory: readonly string[];
    }
  | { readonly type: 'exchange'; readonly exchange: ExchangeView }
  /** At most one a frame; the first token at once. `at` of the events is the host's monotonic clock. */
  | { readonly type: 'events'; readonly exchangeId: string; readonly events: readonly StreamEvent[] }
  | { readonly type: 'connection'; readonly connection: ConnectionView; readonly suggestions: readonly Suggestion[] }
  /** Puts `text` into an empty composer and focuses it. */
  | { readonly type: 'compose'; readonly text: string };

export type ToHost =
  | { readonly type: 'ready' }
  | { readonly type: 'send'; readonly prompt: string; readonly model?: string | undefined }
  | { readonly type: 'stop' }
  | { readonly type: 'action'; readonly exchangeId: string; readonly action: FaultAction }
  | { readonly type: 'newConversation' }
  | { readonly type: 'selectModel' }
  | { readonly type: 'setApiKey' }
  | { readonly type: 'openDemo' }
  | { readonly type: 'leaveDemo' }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'insert'; readonly text: string }
  | { readonly type: 'apply'; readonly exchangeId: string; readonly text: string }
  | { readonly type: 'openLink'; readonly href: string };

/** Kept by the webview across reloads through `setState`, and by the host's serializer. */
export interface PanelState {
  readonly conversationId: string;
  readonly draft: string;
}

/**
 * Everything the webview says, in the user's language; the host localises, the webview only fills `{0}`, `{1}`.
 * The English texts are the names the panel is found by.
 */
export const panelStrings = {
  conversation: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  prompt: 'Prompt',
  promptPlaceholder: 'Ask anything. Enter sends, Shift+Enter starts a new line.',
  send: 'Send',
  stop: 'Stop',
  retryNow: 'Retry now',
  switchModel: 'Switch model',
  continue: 'Continue',
  restart: 'Restart answer',
  tryAnyway: 'Try anyway',
  retryNowOnce: 'Sends one request now',
  tryAnywayForgets: 'Also forgets the failures so far',
  setApiKey: 'Set API key',
  openBilling: 'Open billing',
  checkUrl: 'Check URL',
  networkSettings: 'Proxy and certificate settings',
  newConversation: 'New conversation',
  details: 'Details',
  copy: 'Copy',
  copied: 'Copied',
  insert: 'Insert at cursor',
  apply: 'Apply to selection',
  reasoning: 'Reasoning',
  reasoningRunning: 'Thinking…',
  connecting: 'Connecting to {0}…',
  queued: 'Starts after the current answer',
  quiet: 'Still waiting for the first words…',
  quietMore: 'Nothing new for a while; still connected…',
  resuming: 'Getting the rest of the answer…',
  restarting: 'Starting the answer again; what is there stays until the new one has overtaken it.',
  waitServer: 'The server asked for {0}',
  waitMargin: 'plus {0} of margin',
  waitBackoff: 'Backoff {0}, attempt {1} of {2}',
  waitAttempt: 'attempt {0} of {1}',
  waitOffline: 'Goes on by itself when the network is back',
  toldRequest: 'Another request of this window was told to wait',
  toldWindow: 'Another window was told to wait',
  retryIn: 'Retrying in {0}',
  checkIn: 'Checking again in {0}',
  seconds: '{0} s',
  minutes: '{0} min',
  minutesSeconds: '{0} min {1} s',
  stopped: 'Stopped.',
  stoppedPartial: 'Stopped. What had arrived is kept.',
  interrupted: 'Interrupted: the window was closed or reloaded.',
  interruptedPartial: 'Interrupted: the window was closed or reloaded. What had arrived is kept.',
  seamAfterCut: '{0} The answer went on from there.',
  seamOnce: 'The answer went on where it had stopped.',
  seamOften: 'The answer broke off {0} times and went on from there each time.',
  switchedOverloaded: '{0} was overloaded; {1} answers.',
  switchedFailing: '{0} kept failing; {1} answers.',
  switchedByHand: 'Switched from {0} to {1}.',
  toolCall: 'Wants to call {0}',
  lengthLimit: 'The answer reached the token limit.',
  summaryRetried: 'Answered after {0} attempts, {1} of waiting',
  summaryAttempts: 'Answered after {0} attempts',
  summaryWaited: 'Answered after {0} of waiting',
  summaryUsage: '{0} tokens in, {1} out',
  summaryTiming: 'first token {0}, total {1}',
  timeline: 'Timeline',
  timelineAttempt: 'Attempt {0} with {1}',
  timelineWaited: 'Waited {0}: {1}',
  timelineWaiting: 'Waiting: {0}',
  timelineServerFrom: 'The server asked for {0} ({1})',
  timelineBackoff: 'Backoff {0}',
  timelineBackoffJitter: 'Backoff {0}, {1} of it jitter',
  timelineRetry: 'Tried again',
  timelineRetryNow: 'Tried again by hand',
  timelineReplay: 'Asked again at once',
  timelineRepair: 'Asked again with a mended request',
  timelineSwitch: 'Model switched',
  timelineContinued: 'Asked for the rest',
  timelineRestarted: 'Started again',
  timelineFirstToken: 'First token after {0}',
  timelineFinished: 'Finished after {0}',
  timelineStopped: 'Stopped after {0}',
  timelineAbandoned: 'Given up after {0}',
  timelineFault: 'Ended after {0}: {1}',
  timelineBytes: '{0} bytes',
  timelineTokens: '{0} tokens',
  faultAuth: 'the key was rejected',
  faultCredit: 'out of credit',
  faultRateLimit: 'rate limited',
  faultModel: 'model not found',
  faultContextLength: 'conversation too long',
  faultContentFilter: 'content filter',
  faultRequest: 'request not accepted',
  faultNotFound: 'nothing at this address',
  faultPermission: 'not allowed',
  faultTooLarge: 'request too large',
  faultOverloaded: 'overloaded',
  faultServer: 'server error',
  faultGateway: 'gateway error',
  faultTimeout: 'no answer in time',
  faultConnection: 'connection lost',
  faultDns: 'host not found',
  faultOffline: 'offline',
  faultTls: 'certificate not trusted',
  faultProxy: 'proxy error',
  faultRedirect: 'sent elsewhere',
  faultNotAStream: 'not an answer',
  faultEmpty: 'empty answer',
  faultStalled: 'stalled',
  faultTruncated: 'cut off',
  faultMalformed: 'garbled',
  faultBudget: 'retry budget spent',
  faultBreaker: 'paused after repeated failures',
  requestId: 'Request id {0}',
  statusCode: 'Status {0}',
  emptyTitle: 'What do you want to know?',
  emptyHint: 'Ask here, or select code in an editor and choose Explain.',
  noKeyTitle: 'No API key for {0}',
  noKeyHint: 'Set a key, or try everything with the offline demo.',
  openDemo: 'Open the offline demo',
  demoBanner: 'Offline demo: a gateway on this machine answers. No key, no network.',
  leaveDemo: 'Leave the demo',
  model: 'Model',
  announceStarted: 'Waiting for the answer',
  announceDone: 'Answer complete',
} as const;

export type PanelStrings = Readonly<Record<keyof typeof panelStrings, string>>;
