import type { FaultKind } from '../engine/events';
import type { ContinuedModels } from '../engine/state/turnState';

/**
 * All strings of the page in English. The host localizes them, and the page replaces the placeholders `{0}` and `{1}`
 * with values. Tests find the elements of the panel by these strings.
 */
export const panelStrings = {
  conversation: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  prompt: 'Prompt',
  promptPlaceholder: 'Ask anything. # attaches context, Enter sends, Shift+Enter starts a new line.',
  attachContext: 'Attach context',
  context: 'Prompt context',
  contextProblems: 'Problems in {0}',
  contextCharactersOne: '{0} character',
  contextCharacters: '{0} characters',
  contextTruncated: 'Too long: only the beginning will be sent.',
  contextOutside: 'Symbolic link to a location outside the workspace: {0}',
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
  retryWithModel: 'Retry with {0}',
  switchRoute: 'Switch route',
  continueWithFallback: 'Continue with {0}',
  sendLater: 'Send at {0}',
  sendWhenOnline: 'Send when online',
  sendNow: 'Send now',
  scheduled: 'Scheduled prompt',
  scheduledTime: 'Scheduled for {0}: the prompt goes to {1} ({2}).',
  scheduledOnline: 'Scheduled: the prompt goes to {0} ({1}) when the network is back.',
  scheduledDue: 'Due since {0}: the prompt has not been sent to {1} ({2}) yet.',
  scheduledNote: 'Sent only while VS Code is running. Lapses after 24 hours.',
  sendsIn: 'Sending in {0}',
  lapsesIn: 'Lapses in {0}',
  continue: 'Continue',
  restart: 'Restart answer',
  moreRoom: 'Retry with more room',
  tryAnyway: 'Try anyway',
  retryNowTooltip: 'Sends one request now',
  tryAnywayTooltip: 'Sends one request now and resets the failure count',
  setApiKey: 'Set API key',
  openBilling: 'Open billing',
  checkUrl: 'Check URL',
  networkSettings: 'Proxy and certificate settings',
  newConversation: 'New conversation',
  openInOtherWindow: 'This conversation is open in another window.',
  openHere: 'Open here',
  showLog: 'Show log',
  exportDiagnostics: 'Export diagnostics',
  details: 'Details',
  detailsCause: 'Cause',
  detailsDone: 'Actions taken',
  detailsRemedy: 'What to do',
  detailsProvider: 'Provider message',
  detailsWebPage: 'Learn more',
  detailsNothingSent: 'No request was sent.',
  detailsNotRetried: 'No further retry: the same request would fail again.',
  detailsRetryAfterTooLong:
    'The gateway said to wait longer than holysheep.retry.maxHintMs allows, so the request was not retried.',
  detailsPartialAnswerKept: 'The partial answer was kept.',
  copy: 'Copy',
  copied: 'Copied',
  getCode: 'Get code…',
  getCodeHint: 'This request as cURL, Python, or Node.js',
  insert: 'Insert at cursor',
  apply: 'Apply to selection',
  newFile: 'New file',
  taskDone: 'Done',
  taskOpen: 'To do',
  editPrompt: 'Edit',
  copyPrompt: 'Copy prompt',
  showAll: 'Show all',
  showLess: 'Show less',
  editBox: 'Edit your prompt',
  resend: 'Resend',
  cancel: 'Cancel',
  attachmentSelection: 'Selection',
  attachmentFile: 'File',
  attachmentProblems: 'Problems',
  attachmentLine: '{0} line',
  attachmentLines: '{0} lines',
  attachmentTruncated: 'truncated',
  regenerate: 'Regenerate',
  regenerateWith: 'Regenerate with another model…',
  previousVersion: 'Previous version',
  nextVersion: 'Next version',
  versionOf: '{0} of {1}',
  announceVersion: 'Version {0} of {1}',
  jumpToLatest: 'Jump to latest',
  reasoning: 'Reasoning',
  reasoningRunning: 'Thinking…',
  connecting: 'Connecting to {0}…',
  queued: 'Starts after the current answer',
  cancelQueued: 'Cancel this prompt',
  quiet: 'Still waiting for the first token ({0})',
  quietStream: 'Last token {0} ago, still connected',
  resuming: 'Getting the rest of the answer…',
  resumingQuiet: 'Still waiting for the rest of the answer ({0})',
  restarting: 'Restarting the answer. The current text stays until the new answer is longer.',
  restartingQuiet: 'Still waiting for the new answer ({0}). The current text stays until the new answer is longer.',
  waitServer: 'The gateway said to wait {0}',
  waitMargin: 'plus a random delay of {0}',
  waitBackoff: 'Backoff of {0} before attempt {1} of {2}',
  waitAttempt: 'attempt {0} of {1}',
  waitOffline: 'Resumes automatically when the network is back',
  waitOfflineHost: 'Resumes automatically when {0} is reachable again',
  blockedByRequest: 'Caused by another request in this window',
  blockedByWindow: 'Caused by a request in another window',
  waitForOtherRequest: 'Waiting behind another request (estimated time)',
  retryIn: 'Retrying in {0}',
  retryInAbout: 'Retrying in about {0}',
  retrySoon: 'Retrying soon',
  checkIn: 'Checking again in {0}',
  seconds: '{0} s',
  minutes: '{0} min',
  minutesSeconds: '{0} min {1} s',
  hoursMinutes: '{0} h {1} min',
  stopped: 'Stopped.',
  stoppedPartial: 'Stopped. The partial answer was kept.',
  interrupted: 'Interrupted: VS Code closed, reloaded, or crashed.',
  interruptedPartial: 'Interrupted: VS Code closed, reloaded, or crashed. The partial answer was kept.',
  resumedAfterCut: '{0} Resumed after {1} characters.',
  resumedOnce: 'The answer was resumed where it stopped.',
  resumedSeveralTimes: 'The answer was cut off {0} times and resumed each time.',
  continuedAfterOverload: '{0} was overloaded. {1} continued after {2} characters.',
  continuedAfterFailures: '{0} kept failing. {1} continued after {2} characters.',
  continuedByUser: 'The answer of {0} was continued by {1} after {2} characters.',
  switchedOverloaded: '{0} was overloaded. Switched to {1}.',
  switchedFailing: '{0} kept failing. Switched to {1}.',
  switchedByUser: 'Switched from {0} to {1}.',
  routeSwitchedUnreachable: "Sent to {0}, because {1} couldn't be reached ({2}).",
  routeSwitchedFailed: 'Sent to {0}, because {1} failed ({2}).',
  routeSwitchedByUser: 'Switched to {0}.',
  route: 'Route: {0}',
  toolCall: 'Tool call requested: {0}',
  lengthLimit: 'The answer reached the token limit.',
  summaryRetried: 'Answered after {0} attempts and {1} of waiting',
  summaryAttempts: 'Answered after {0} attempts',
  summaryWaited: 'Answered after waiting {0}',
  summaryUsageOne: '{0} token in, {1} out',
  summaryUsage: '{0} tokens in, {1} out',
  summaryTiming: 'first token {0}, total {1}',
  timeline: 'Timeline',
  timelineSoFar: 'Timeline so far',
  timelineLabel: 'Timeline over {0}: {1}',
  pictureConnecting: 'connecting',
  pictureFirstToken: 'waiting for the first token',
  pictureStreaming: 'streaming',
  pictureWait: 'waiting',
  pictureThroughput: 'Characters per second (peak {0})',
  pictureContinuedByUser: 'Continued manually',
  totalsAttemptsOne: '{0} attempt',
  totalsAttempts: '{0} attempts',
  totalsRoutes: '{0} routes',
  totalsWaited: '{0} waiting',
  totalsTime: '{0} total',
  totalsTokenSpeedOne: '{0} token/s',
  totalsTokenSpeed: '{0} tokens/s',
  totalsCharacterSpeedOne: '{0} character/s',
  totalsCharacterSpeed: '{0} characters/s',
  timelineAttempt: 'Attempt {0} with {1}',
  timelineWaited: 'Waited {0}: {1}',
  timelineWaiting: 'Waiting: {0}',
  timelineServerFrom: 'The gateway said to wait {0} ({1})',
  timelineBackoff: 'Backoff {0}',
  timelineBackoffJitter: 'Backoff {0}, including {1} of jitter',
  timelineRetry: 'Retried',
  timelineRetryNow: 'Retried manually',
  timelineReplay: 'Retried immediately',
  timelineCorrected: 'Retried with a corrected request',
  timelineSwitch: 'Model switched',
  timelineRouteSwitch: 'Route switched',
  timelineContinued: 'Requested the rest of the answer',
  timelineRestarted: 'Restarted',
  timelineResumePoint: 'Resumed at character {0}',
  timelineContinuedModel: 'Continued the answer of {0} at character {1}',
  timelineTrimmedOne: 'Removed {0} character that the model repeated',
  timelineTrimmed: 'Removed {0} characters that the model repeated',
  timelineFirstToken: 'First token after {0}',
  timelineFinished: 'Finished after {0}',
  timelineStopped: 'Stopped after {0}',
  timelineAbandoned: 'Abandoned after {0}',
  timelineFault: 'Failed after {0}: {1}',
  timelineBytesOne: '{0} byte',
  timelineBytes: '{0} bytes',
  timelineTokensOne: '{0} token',
  timelineTokens: '{0} tokens',
  usageInOne: '{0} token in',
  usageIn: '{0} tokens in',
  usageCached: '{0} ({1} cached)',
  usageOut: '{0} out',
  usageReasoning: '{0} ({1} reasoning)',
  'fault.auth': 'key rejected',
  'fault.credit': 'out of credit',
  'fault.rate-limit': 'rate limited',
  'fault.model': 'model not found',
  'fault.context-length': 'conversation too long',
  'fault.content-filter': 'content filter',
  'fault.request': 'request rejected',
  'fault.not-found': 'no API at this address',
  'fault.permission': 'not allowed',
  'fault.too-large': 'too large',
  'fault.overloaded': 'overloaded',
  'fault.server': 'server error',
  'fault.gateway': 'gateway error',
  'fault.timeout': 'timed out',
  'fault.connection': 'connection failed',
  'fault.connection.refused': 'connection refused',
  'fault.connection.reset': 'connection reset',
  'fault.connection.lost': 'connection lost',
  'fault.dns': 'host not found',
  'fault.offline': 'offline',
  'fault.tls': 'certificate not trusted',
  'fault.proxy': 'proxy error',
  'fault.redirect': 'redirected',
  'fault.not-a-stream': 'not an API response',
  'fault.empty': 'empty answer',
  'fault.stalled': 'stalled',
  'fault.truncated': 'cut off',
  'fault.malformed': 'malformed',
  'fault.budget': 'retry budget used up',
  'fault.breaker': 'paused after repeated failures',
  'fault.keyring': 'key not readable',
  'fault.internal': 'internal error',
  requestId: 'Request ID {0}',
  copyRequestId: 'Copy request ID',
  statusCode: 'Status {0}',
  emptyTitle: 'What do you want to know?',
  emptyHint: 'Ask here, or select code in an editor and choose “Explain Selection”.',
  emptyContextHint: 'Type # to attach a file, the selection, or problems.',
  history: 'History',
  noKeyTitle: 'No API key for {0}',
  sendsWithKey: 'The prompt will be sent when you set an API key for {0}.',
  noKeyHint: 'Set a key to send prompts, or explore with the offline demo.',
  newBackup: 'The answer comes through the backup route {0}.',
  removeBackup: "Don't use this route",
  keepBackup: 'OK',
  openDemo: 'Open the offline demo',
  getStarted: 'Get started',
  demoBanner: 'Offline demo: answers come from a mock gateway on this computer. No key or network needed.',
  leaveDemo: 'Leave the demo',
  demo: 'Offline demo',
  model: 'Model',
  announceStarted: 'Waiting for the answer',
  announceResumed: 'Answer resumed',
  announceDone: 'Answer complete',
} as const;

/** The strings of the page in the user's language. */
export type PanelStrings = Readonly<Record<keyof typeof panelStrings, string>>;

/** For each fault kind, the explanation that a failure card shows under *Details*, in the user's language. */
export type FaultDetails = Readonly<
  Record<
    FaultKind,
    {
      readonly cause: string;
      readonly remedy: string;
      /** URL of the web page about this kind of fault. */
      readonly href: string;
      /** Whether the fault is permanent: the same request would fail again, so it is not retried. */
      readonly isPermanent: boolean;
    }
  >
>;

/**
 * Returns the template of the sentence that says that a turn has switched to another route. `{0}` stands for the new
 * host, `{1}` for the previous host, and `{2}` for the label of the fault. The host and the page use this function.
 * @param reason kind of the fault because of which the turn has left the previous route
 */
export function routeSwitchTemplate(strings: PanelStrings, reason: 'user' | FaultKind): string {
  switch (reason) {
    case 'user':
      return strings.routeSwitchedByUser;
    case 'dns':
    case 'connection':
    case 'timeout':
    case 'tls':
    case 'proxy':
    case 'offline':
      return strings.routeSwitchedUnreachable;
    default:
      return strings.routeSwitchedFailed;
  }
}

/** The rows of the fault table whose label is more precise than the label of their kind. */
const rowLabels: Readonly<Record<string, keyof PanelStrings>> = {
  connectionRefused: 'fault.connection.refused',
  connectionReset: 'fault.connection.reset',
  connectionLost: 'fault.connection.lost',
  slept: 'fault.connection.lost',
};

/**
 * Returns a short label for a fault, to be used within a line. The host and the page use this function.
 * @param row the row of the fault table, if it is known
 */
export function faultLabel(strings: PanelStrings, kind: FaultKind, row?: string): string {
  const ofRow = row === undefined ? undefined : rowLabels[row];
  return strings[ofRow ?? `fault.${kind}`];
}

/**
 * Returns the template of the sentence about a point at which another model continued the answer. `{0}` and `{1}` stand
 * for the two models, and `{2}` for the offset. The host and the page use this function.
 */
export function continuedModelsTemplate(strings: PanelStrings, reason: ContinuedModels['reason']): string {
  switch (reason) {
    case 'user':
    case undefined:
      return strings.continuedByUser;
    case 'overloaded':
      return strings.continuedAfterOverload;
    default:
      return strings.continuedAfterFailures;
  }
}
