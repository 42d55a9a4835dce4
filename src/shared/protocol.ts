/**
 * Host ⇄ webview. Included by both; imports neither `vscode` nor the DOM.
 * The host holds the truth: the webview may vanish at any moment and is given a `snapshot` when it says `ready`.
 */
import type { FaultAction, FaultKind, RecordedEvent } from '../engine/events';
import type { TurnState } from '../engine/state/turnState';

export type {
  FailedEvent,
  FaultAction,
  FaultKind,
  RecordedEvent,
  StreamEvent,
  Usage,
  WaitingEvent,
} from '../engine/events';
export { knownLocale } from '../engine/gateway/visibleText';
export { waitedMs } from '../engine/state/ledger';
export type { LedgerEntry, LedgerWait } from '../engine/state/ledger';
export { throughputSeconds } from '../engine/state/throughput';
export { totalsOf } from '../engine/state/turnTotals';
export type { TurnTotals } from '../engine/state/turnTotals';
export {
  epochOf,
  hasArrived,
  initialTurn,
  interrupted,
  isRunning,
  lastKnownAt,
  monotonicOf,
  reduce,
  runsOf,
  startsAgain,
} from '../engine/state/turnState';
export type { Failure, ModelSwitch, TurnPhase, TurnRun, TurnState } from '../engine/state/turnState';
export { visibleText } from '../engine/gateway/visibleText';
export type { PanelState } from './panelState';

export type ContextKind = 'selection' | 'file' | 'problems';

/** Context that went along with a prompt; shown under *You*, never re-read from disk. */
export interface Attachment {
  /** Absent: `selection`. */
  readonly kind?: ContextKind | undefined;
  /** e.g. `src/app.ts:10-24`. */
  readonly label: string;
  readonly languageId: string;
  readonly code: string;
  /** It was too long: this is its beginning. */
  readonly truncated?: boolean | undefined;
}

/** What goes along with the next prompt; the host has its text. */
export interface DraftContext {
  readonly id: string;
  readonly kind: ContextKind;
  readonly label: string;
  /** Of the text that is sent. */
  readonly characters: number;
  readonly truncated: boolean;
  /** Where the file really is, when a symbolic link in the workspace leads out of the workspace. */
  readonly outside?: string | undefined;
}

/** Offered behind `#` in the composer. */
export interface ContextSuggestion {
  /** For `attach`. */
  readonly id: string;
  /** `editors`: all that are open; `pick`: a file from a list of VS Code's own. */
  readonly kind: ContextKind | 'editors' | 'pick';
  readonly label: string;
  /** E.g. the folder of a file; empty: nothing more to say. */
  readonly detail: string;
}

/** A prompt and its answer. */
export interface ExchangeView {
  readonly id: string;
  /** What the person asked, as shown. */
  readonly prompt: string;
  readonly attachments: readonly Attachment[];
  readonly state: TurnState;
  /** Waits for an earlier turn of the same conversation. */
  readonly queued: boolean;
  /** The embedded gateway was asked. */
  readonly demo?: true | undefined;
  /** Ids of all that were asked in its place, itself included, oldest first; absent: there is no other. */
  readonly versions?: readonly string[] | undefined;
}

export interface ConnectionView {
  readonly model: string;
  /** Host name of the base URL, e.g. `api.holysheep.ai`. */
  readonly host: string;
  /** `unreadable`: the keyring fails, and a turn that needs the key says so. */
  readonly hasKey: boolean | 'unreadable';
  /** The embedded gateway answers; nothing leaves the machine. */
  readonly demo: boolean;
}

/** Whether a prompt can be sent there now. */
export function canAnswer({ hasKey, demo }: ConnectionView): boolean {
  return hasKey !== false || demo;
}

/** Something to ask, offered in the empty conversation. */
export interface Suggestion {
  readonly id: string;
  readonly label: string;
}

/** What a person can do in the tour of the offline demo. */
export type DemoAct = 'next' | 'repeat' | 'skip' | 'again';

/** Where the tour of the offline demo stands in a conversation. In the user's language. */
export interface DemoGuide {
  /** E.g. `2 of 5: Overloaded`. */
  readonly heading: string;
  /** What happens and what to watch. */
  readonly text: string;
  /** The first is the way forward. */
  readonly offers: readonly { readonly act: DemoAct; readonly label: string }[];
}

export type ToWebview =
  | {
      readonly type: 'snapshot';
      readonly conversationId: string;
      readonly exchanges: readonly ExchangeView[];
      readonly connection: ConnectionView;
      /** The page before this one knew no key, and there is one now: a prefilled prompt that has waited for it is sent. */
      readonly keyArrived?: boolean | undefined;
      readonly suggestions: readonly Suggestion[];
      /** Another window writes the conversation. */
      readonly readOnly?: true | undefined;
      /** Absent: the conversation is not led by the demo. */
      readonly guide?: DemoGuide | undefined;
      /** Earlier prompts, oldest first, for arrow up. */
      readonly promptHistory: readonly string[];
      /** Ids of deleted conversations. The page removes their drafts. */
      readonly deleted?: readonly string[] | undefined;
      readonly context: readonly DraftContext[];
      /** Ids of the draft's context that is still to be read after a reload; absent: there is none. */
      readonly unread?: readonly string[] | undefined;
      /** The model of the next prompt alone; absent: the one that is set. */
      readonly modelOnce?: string | undefined;
    }
  | { readonly type: 'exchange'; readonly exchange: ExchangeView }
  /** Another version of a prompt is shown: all exchanges of the conversation as it reads now. */
  | { readonly type: 'path'; readonly exchanges: readonly ExchangeView[] }
  /** At most one a frame; the first token at once. `at` of the events is the host's monotonic clock. */
  | { readonly type: 'events'; readonly exchangeId: string; readonly events: readonly RecordedEvent[] }
  /** Prompts were removed: `promptHistory` and `deleted` as in `snapshot`. */
  | {
      readonly type: 'promptHistory';
      readonly promptHistory: readonly string[];
      readonly deleted: readonly string[];
    }
  | { readonly type: 'guide'; readonly guide?: DemoGuide | undefined }
  | { readonly type: 'connection'; readonly connection: ConnectionView; readonly suggestions: readonly Suggestion[] }
  /**
   * Puts `text` into an empty composer and focuses it. `more` goes along with it, e.g. code: the page does not look at it,
   * and gives it back. With `awaitsKey` the page sends the text when there is a key, if it still stands there.
   */
  | {
      readonly type: 'compose';
      readonly text: string;
      readonly more?: object | undefined;
      readonly awaitsKey?: boolean | undefined;
    }
  /** Another panel is closed in favour of this one: the page takes up the unsent text of that panel's conversation. */
  | { readonly type: 'adopt'; readonly conversationId: string }
  /** All of the context of the next prompt. */
  | {
      readonly type: 'context';
      readonly items: readonly DraftContext[];
      readonly unread?: readonly string[] | undefined;
    }
  /** Answers `suggestContext` of the same number. */
  | { readonly type: 'suggestions'; readonly request: number; readonly items: readonly ContextSuggestion[] }
  | { readonly type: 'modelOnce'; readonly model?: string | undefined };

export type ToHost =
  | { readonly type: 'ready' }
  /** `more` as `compose` had it, where it has put the prompt into the composer. */
  | {
      readonly type: 'send';
      readonly prompt: string;
      readonly more?: object | undefined;
    }
  /** `id` of a suggestion of the empty conversation. */
  | { readonly type: 'askSuggestion'; readonly id: string }
  | { readonly type: 'demo'; readonly act: DemoAct }
  /**
   * Stops this exchange's turn, or removes it from the queue; any other turn continues, even if it has started
   * meanwhile.
   */
  | { readonly type: 'stop'; readonly exchangeId: string }
  | { readonly type: 'action'; readonly exchangeId: string; readonly action: FaultAction }
  | { readonly type: 'newConversation' }
  | { readonly type: 'openHistory' }
  /** The window that writes the conversation is to hand it over. */
  | { readonly type: 'openHere' }
  | { readonly type: 'selectModel' }
  /** The next prompt goes to the model that is set. */
  | { readonly type: 'forgetModelOnce' }
  /** Asks anew with other words; what was asked and answered before stays as another version. */
  | { readonly type: 'edit'; readonly exchangeId: string; readonly prompt: string }
  /** Another answer to the same prompt, as another version; `switchModel` lets the person choose who gives it. */
  | { readonly type: 'regenerate'; readonly exchangeId: string; readonly switchModel: boolean }
  /** Shows that version, and what followed it. */
  | { readonly type: 'showVersion'; readonly exchangeId: string }
  | { readonly type: 'suggestContext'; readonly request: number; readonly query: string }
  /** `id` of a suggestion. */
  | { readonly type: 'attach'; readonly id: string }
  | { readonly type: 'detach'; readonly id: string }
  /** All that an earlier page had attached, for a session that has not had any context yet. */
  | { readonly type: 'restoreContext'; readonly ids: readonly string[] }
  /** Lets the person choose context from a list of VS Code's own. */
  | { readonly type: 'pickContext' }
  | { readonly type: 'setApiKey' }
  | { readonly type: 'openDemo' }
  | { readonly type: 'leaveDemo' }
  /** The walkthrough. */
  | { readonly type: 'getStarted' }
  | { readonly type: 'copy'; readonly text: string }
  /** As code; the host asks in which language. */
  | { readonly type: 'copyRequest'; readonly exchangeId: string }
  | { readonly type: 'insert'; readonly text: string }
  | { readonly type: 'apply'; readonly exchangeId: string; readonly text: string }
  /** `language`: the word behind the fence, e.g. `ts`; may be empty. */
  | { readonly type: 'newFile'; readonly text: string; readonly language: string }
  | { readonly type: 'openLink'; readonly href: string };

/**
 * Everything the webview says, in the user's language; the host localises, the webview only fills `{0}`, `{1}`.
 * The English texts are the names the panel is found by.
 */
export const panelStrings = {
  conversation: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  prompt: 'Prompt',
  promptPlaceholder: 'Ask anything; # attaches context. Enter sends, Shift+Enter starts a new line.',
  attachContext: 'Attach context',
  context: 'Context of the prompt',
  contextProblems: 'Problems in {0}',
  contextCharactersOne: '{0} character',
  contextCharacters: '{0} characters',
  contextTruncated: 'It is too long: only its beginning goes along.',
  contextOutside: 'A symbolic link leads out of the workspace, to {0}.',
  contextAttached: 'Attached: {0}',
  contextSuggestions: 'Context to attach',
  contextSuggestionsOne: '{0} suggestion',
  contextSuggestionsCount: '{0} suggestions',
  thisPromptOnly: '{0} · this prompt only',
  remove: 'Remove {0}',
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
  elsewhere: 'This conversation is open in another window.',
  openHere: 'Open Here',
  showLog: 'Show log',
  exportDiagnostics: 'Export diagnostics',
  details: 'Details',
  detailsCause: 'Cause',
  detailsDone: 'What was done',
  detailsTodo: 'What to do',
  detailsProvider: 'In the words of the provider',
  detailsPage: 'More about this, on the web',
  detailsNothingSent: 'Nothing was sent.',
  detailsLasting: 'It was not tried again: the same request would have failed in the same way.',
  detailsBeyondMaxHint:
    'The server asked for a longer wait than the setting holysheep.retry.maxHintMs allows, so it was not waited for.',
  detailsKept: 'What had arrived of the answer is kept.',
  copy: 'Copy',
  copied: 'Copied',
  getCode: 'Get code…',
  getCodeHint: 'This request as cURL, Python or Node.js',
  insert: 'Insert at cursor',
  apply: 'Apply to selection',
  newFile: 'New file',
  taskDone: 'Done',
  taskOpen: 'To do',
  editPrompt: 'Edit',
  copyPrompt: 'Copy prompt',
  showAll: 'Show all',
  showLess: 'Show less',
  editBox: 'Edit your message',
  resend: 'Resend',
  cancel: 'Cancel',
  attachmentSelection: 'Selection',
  attachmentFile: 'File',
  attachmentProblems: 'Problems',
  attachmentLine: '{0} line',
  attachmentLines: '{0} lines',
  attachmentTruncated: 'only its beginning',
  regenerate: 'Regenerate',
  regenerateWith: 'Regenerate with another model…',
  previousVersion: 'Previous version',
  nextVersion: 'Next version',
  versionOf: '{0} of {1}',
  versionShown: 'Version {0} of {1}',
  jumpToLatest: 'Jump to latest',
  reasoning: 'Reasoning',
  reasoningRunning: 'Thinking…',
  connecting: 'Connecting to {0}…',
  queued: 'Starts after the current answer',
  cancelQueued: 'Cancel this prompt',
  quiet: 'Still waiting for the first words, {0}',
  quietMore: 'Last token {0} ago; still connected',
  resuming: 'Getting the rest of the answer…',
  resumingQuiet: 'Still waiting for the rest of the answer, {0}',
  restarting: 'Starting the answer again; what is there stays until the new one has overtaken it.',
  restartingQuiet: 'Still waiting for the new answer, {0}; what is there stays until it has been overtaken.',
  waitServer: 'The server asked for {0}',
  waitMargin: 'plus {0} of margin',
  waitBackoff: 'Backoff {0}, attempt {1} of {2}',
  waitAttempt: 'attempt {0} of {1}',
  waitOffline: 'Goes on by itself when the network is back',
  waitOfflineHost: 'Goes on by itself when {0} can be reached again',
  toldRequest: 'Another request of this window was told to wait',
  toldWindow: 'Another window was told to wait',
  waitBehind: 'Another request goes first; the time is an estimate',
  retryIn: 'Retrying in {0}',
  retryInAbout: 'Retrying in about {0}',
  retrySoon: 'Retrying soon',
  checkIn: 'Checking again in {0}',
  seconds: '{0} s',
  minutes: '{0} min',
  minutesSeconds: '{0} min {1} s',
  stopped: 'Stopped.',
  stoppedPartial: 'Stopped. What had arrived is kept.',
  interrupted: 'Interrupted: VS Code was closed, was reloaded or has crashed.',
  interruptedPartial: 'Interrupted: VS Code was closed, was reloaded or has crashed. What had arrived is kept.',
  seamAfterCut: '{0} The answer went on from there, after its first {1} characters.',
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
  summaryUsageOne: '{0} token in, {1} out',
  summaryUsage: '{0} tokens in, {1} out',
  summaryTiming: 'first token {0}, total {1}',
  timeline: 'Timeline',
  timelineSoFar: 'Timeline so far',
  pictureOf: 'Timeline over {0}: {1}',
  pictureConnecting: 'connecting',
  pictureFirstToken: 'waiting for the first token',
  pictureStreaming: 'streaming',
  pictureWait: 'waiting',
  picturePace: 'Characters per second, at most {0}',
  pictureContinued: 'Continued by hand',
  totalsAttemptsOne: '{0} attempt',
  totalsAttempts: '{0} attempts',
  totalsWaited: '{0} of waiting',
  totalsTime: '{0} in all',
  totalsTokenSpeedOne: '{0} token/s',
  totalsTokenSpeed: '{0} tokens/s',
  totalsCharacterSpeedOne: '{0} character/s',
  totalsCharacterSpeed: '{0} characters/s',
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
  timelineWentOn: 'Went on at character {0}',
  timelineTrimmedOne: '{0} repeated character dropped',
  timelineTrimmed: '{0} repeated characters dropped',
  timelineFirstToken: 'First token after {0}',
  timelineFinished: 'Finished after {0}',
  timelineStopped: 'Stopped after {0}',
  timelineAbandoned: 'Given up after {0}',
  timelineFault: 'Ended after {0}: {1}',
  timelineBytesOne: '{0} byte',
  timelineBytes: '{0} bytes',
  timelineTokensOne: '{0} token',
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
  faultTooLarge: 'too large',
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
  faultKeyring: 'key not readable',
  faultInternal: 'internal error',
  requestId: 'Request id {0}',
  copyRequestId: 'Copy request id',
  statusCode: 'Status {0}',
  emptyTitle: 'What do you want to know?',
  emptyHint: 'Ask here, or select code in an editor and choose Explain.',
  emptyContextHint: 'Type # to send a file, the selection or problems along.',
  history: 'History',
  noKeyTitle: 'No API key for {0}',
  noKeyHint: 'Set a key, or try everything with the offline demo.',
  openDemo: 'Open the offline demo',
  getStarted: 'Get started',
  demoBanner: 'Offline demo: a gateway on this machine answers. No key, no network.',
  leaveDemo: 'Leave the demo',
  demo: 'Offline demo',
  model: 'Model',
  announceStarted: 'Waiting for the answer',
  announceResumed: 'The answer goes on',
  announceDone: 'Answer complete',
} as const;

export type PanelStrings = Readonly<Record<keyof typeof panelStrings, string>>;

/** What the panel says of a fault to those who ask, in the user's language. */
export type FaultHelp = Readonly<
  Record<
    FaultKind,
    {
      readonly cause: string;
      readonly todo: string;
      /** The page about it. */
      readonly href: string;
      /** The same request would fail in the same way, so that it is not repeated. */
      readonly lasting: boolean;
    }
  >
>;
