/**
 * The events of a turn. The panel, the status bar, the log, the journal and the API of the extension all read this
 * stream. The field names are a contract: fields may be added, but never renamed.
 */

/** The kinds of faults, in the user's terms. Several faults in the fault table may have the same kind. */
export const faultKinds = {
  auth: true,
  credit: true,
  'rate-limit': true,
  model: true,
  'context-length': true,
  'content-filter': true,
  request: true,
  'not-found': true,
  permission: true,
  'too-large': true,
  overloaded: true,
  server: true,
  gateway: true,
  timeout: true,
  connection: true,
  dns: true,
  offline: true,
  tls: true,
  proxy: true,
  redirect: true,
  'not-a-stream': true,
  empty: true,
  stalled: true,
  truncated: true,
  malformed: true,
  budget: true,
  breaker: true,
  /** The API key can't be read from the system keyring. */
  keyring: true,
  /** An exception in the code of this extension. */
  internal: true,
} as const;

export type FaultKind = keyof typeof faultKinds;

/** The actions that a user can take after a fault. Each action is a button of the failure card. */
export const faultActions = {
  retryNow: true,
  switchModel: true,
  setApiKey: true,
  openBilling: true,
  checkUrl: true,
  networkSettings: true,
  newConversation: true,
  /** Continues the partial answer from its end. */
  continue: true,
  restart: true,
  /** Sends the prompt again with a higher token limit, or without one. */
  moreRoom: true,
  /** Retries although the circuit breaker is open. */
  tryAnyway: true,
  /** Sends the next attempt over another route. */
  switchRoute: true,
  /** Lets a fallback model continue the partial answer. */
  continueWithFallback: true,
  /** Sends the prompt again when the limit that stopped it resets. */
  sendLater: true,
  showLog: true,
  exportDiagnostics: true,
  details: true,
} as const;

export type FaultAction = keyof typeof faultActions;

/** The trigger of an attempt. Only the triggers `retry` and `resume` count against the retry budget. */
export type AttemptTrigger = 'first' | 'retry' | 'retry-now' | 'replay' | 'repair' | 'resume' | 'switch';

/** The source of a delay: the gateway named a retry-after (`server`), or the engine chose a backoff (`backoff`). */
export type DelaySource = 'server' | 'backoff';

/** How a partial answer is resumed: by a prefill, by a continue prompt, or by a restart. */
export type ResumeMethod = 'prefill' | 'continue' | 'restart';

/** The tokens that a request has used, as reported by the gateway. All counts are non-negative integers. */
export interface Usage {
  readonly promptTokens: number;
  /** Number of tokens in the answer, including its reasoning. */
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Number of tokens of the prompt that came from the provider's cache, if the gateway reports it. */
  readonly cachedTokens?: number | undefined;
  /** Number of tokens of the answer that are reasoning, if the gateway reports it. */
  readonly reasoningTokens?: number | undefined;
  /** Price of the request in USD, if the gateway reports it. */
  readonly cost?: number | undefined;
}

interface EventBase {
  /** Number of the attempt that the event belongs to, from 1. A `waiting` event has the number of the next attempt. */
  readonly attempt: number;
  /** Monotonic time of the event in milliseconds. Only differences between events are meaningful. */
  readonly at: number;
}

/** An attempt has started. */
export interface AttemptEvent extends EventBase {
  readonly type: 'attempt';
  readonly model: string;
  /** Origin of the route that the attempt uses. Absent in journals that an older version wrote. */
  readonly origin?: string | undefined;
  /** Base URL of the route. Set only if another route has the same host. */
  readonly baseUrl?: string | undefined;
  readonly why: AttemptTrigger;
  /** How the attempt resumes a partial answer. Absent if the attempt sends the original request. */
  readonly how?: ResumeMethod | undefined;
  /** Epoch milliseconds at which the attempt started. */
  readonly time: number;
}

/** Returns the base URL of the route that an attempt uses, or its origin if no other route has the same host. */
export function routeOf({ origin, baseUrl }: Pick<AttemptEvent, 'origin' | 'baseUrl'>): string | undefined {
  return baseUrl ?? origin;
}

/** The headers of a response have arrived. */
export interface HeadersEvent extends EventBase {
  readonly type: 'headers';
  readonly status: number;
  readonly requestId?: string | undefined;
  /** Milliseconds from the start of the attempt to the headers. */
  readonly ms: number;
}

/** A delta of text or reasoning. */
export interface TextEvent extends EventBase {
  readonly type: 'text' | 'reasoning';
  /** Text to append to the answer or the reasoning. */
  readonly text: string;
}

/** Maximum number of tool calls in one answer. The OpenAI API does not accept more in a message either. */
export const maxToolCalls = 128;

/** A part of a tool call. A new attempt of the turn discards the tool calls of the previous attempts. */
export interface ToolCallEvent extends EventBase {
  readonly type: 'tool-call';
  /** Index that identifies the tool call within the answer. */
  readonly index: number;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** JSON text to append to the arguments of the tool call. */
  readonly arguments: string;
}

/** Which request the gateway told to wait: one of this turn, of another turn in this window, or of another window. */
export type WaitOrigin = 'turn' | 'request' | 'window';

/** The turn waits before its next attempt. */
export interface WaitingEvent extends EventBase {
  readonly type: 'waiting';
  /** Epoch milliseconds at which the next attempt starts. */
  readonly until: number;
  readonly delayMs: number;
  readonly source: DelaySource;
  /**
   * Set if `until` and `delayMs` are an estimate: another request is sent first, and this turn follows as soon as the
   * gateway has accepted that request. The event is emitted once, so `until` may pass before the next attempt starts.
   */
  readonly estimated?: true | undefined;
  readonly reason: FaultKind;
  readonly maxAttempts: number;
  /** The fault in one localized sentence. */
  readonly message: string;
  /** The retry-after that the gateway named, without the margin that the engine adds. Only with `source: 'server'`. */
  readonly hintMs?: number | undefined;
  /** Name of the header or body field that contained the retry-after. */
  readonly hintFrom?: string | undefined;
  /** The random part of `delayMs`, in milliseconds. */
  readonly jitterMs?: number | undefined;
  /** Whose request the gateway told to wait. */
  readonly told?: WaitOrigin | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly actions: readonly FaultAction[];
  /** The fallback model that may continue the partial answer. Set with the action `continueWithFallback`. */
  readonly fallbackModel?: string | undefined;
}

/** Reports that no text or reasoning has arrived for some seconds. The attempt is still running. */
export interface QuietEvent extends EventBase {
  readonly type: 'quiet';
  /** Milliseconds since the last text or reasoning arrived, or since the attempt started. */
  readonly forMs: number;
}

/** The stream broke after text or reasoning had arrived. */
export interface CutEvent extends EventBase {
  readonly type: 'cut';
  readonly reason: FaultKind;
  readonly message: string;
}

/** A continuation has been joined to the partial answer, or a restarted answer replaces the partial answer. */
export interface ResumedEvent extends EventBase {
  readonly type: 'resumed';
  readonly how: ResumeMethod;
  /** Length of the overlap that was dropped from the continuation, in characters. */
  readonly trimmed: number;
  /** Offset in the answer at which the resumed part begins, in UTF-16 code units. */
  readonly resumePoint: number;
}

/** The text of the answer is replaced, usually by a restarted answer. */
export interface ReplacedEvent extends EventBase {
  readonly type: 'replaced';
  /** The complete new text, which replaces all previous text. */
  readonly text: string;
  /**
   * Set if text that was shown as part of the answer turned out to be reasoning. A view that can't remove text leaves
   * the reasoning in place and appends the text that follows.
   */
  readonly because?: 'reasoning' | undefined;
}

/** The turn switches to another model. */
export interface ModelEvent extends EventBase {
  readonly type: 'model';
  readonly from: string;
  readonly to: string;
  readonly reason: 'user' | FaultKind;
}

/** The turn switches to another route. */
export interface RouteEvent extends EventBase {
  readonly type: 'route';
  /** Origin of the previous route. */
  readonly from: string;
  /** Origin of the new route. */
  readonly to: string;
  /** Base URL of the previous route. Absent unless another route has the same host. */
  readonly fromUrl?: string | undefined;
  /** Base URL of the new route. Absent unless another route has the same host. */
  readonly toUrl?: string | undefined;
  /**
   * Kind of the fault because of which the turn leaves the previous route, or `user` if the user has switched the route
   * or removed it or its key.
   */
  readonly reason: 'user' | FaultKind;
  /** Row of that fault in the fault table. Absent if the user has switched the route. */
  readonly row?: string | undefined;
}

/** An attempt has ended. The event reports its outcome and its statistics. */
export interface EndedEvent extends EventBase {
  readonly type: 'ended';
  /**
   * The outcome of the attempt. `abandoned` means that another attempt replaces this one, and a fault kind means that
   * the attempt failed.
   */
  readonly how: 'finished' | 'stopped' | 'abandoned' | FaultKind;
  /** Row of the fault in the fault table. */
  readonly row?: string | undefined;
  /** Duration of the attempt in milliseconds. */
  readonly ms: number;
  /** Milliseconds from the start of the attempt to the first text or reasoning. */
  readonly firstTokenMs?: number | undefined;
  /** Size of the response body in bytes, after decompression. */
  readonly bytes: number;
  /** Total length of text and reasoning, in characters. */
  readonly chars: number;
  /** Number of tokens in the prompt and the answer together, if the gateway reported it. */
  readonly tokens?: number | undefined;
  /** Number of tokens in the prompt, if the gateway reported it. */
  readonly promptTokens?: number | undefined;
  /** Number of tokens in the answer, including its reasoning, if the gateway reported it. */
  readonly completionTokens?: number | undefined;
  /** Number of tokens of the prompt that came from the provider's cache, if the gateway reported it. */
  readonly cachedTokens?: number | undefined;
  /** Number of tokens of the answer that are reasoning, if the gateway reported it. */
  readonly reasoningTokens?: number | undefined;
  /** Price of the attempt in USD, if the gateway reported it. */
  readonly cost?: number | undefined;
}

/** The tokens that all attempts of the turn have used so far. */
export interface UsageEvent extends EventBase, Usage {
  readonly type: 'usage';
}

/** The turn has ended with a complete answer. */
export interface DoneEvent extends EventBase {
  readonly type: 'done';
  readonly finishReason: string;
  readonly attempts: number;
  /** The complete answer. */
  readonly text: string;
  /** Total duration of the waits of the turn, in milliseconds. */
  readonly waitedMs: number;
}

/** The turn was stopped by the user or by its signal. */
export interface StoppedEvent extends EventBase {
  readonly type: 'stopped';
  /** The partial answer. */
  readonly text: string;
}

/** The turn has failed. No further attempt follows. */
export interface FailedEvent extends EventBase {
  readonly type: 'failed';
  readonly kind: FaultKind;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** A localized message that explains the fault and what to do about it. */
  readonly message: string;
  /** The partial answer. */
  readonly text: string;
  readonly actions: readonly FaultAction[];
  /** The error message of the provider, without keys and truncated to a few hundred characters. */
  readonly detail?: string | undefined;
  /** Epoch milliseconds at which the rate limit resets, if the gateway named that time. */
  readonly resetsAt?: number | undefined;
  /** Set if the turn failed instead of waiting, because the retry-after was longer than `holysheep.retry.maxHintMs`. */
  readonly beyondMaxHint?: true | undefined;
  /** The fallback model that may continue the partial answer. Set with the action `continueWithFallback`. */
  readonly fallbackModel?: string | undefined;
}

/** The last event of a turn. */
export type TerminalEvent = DoneEvent | StoppedEvent | FailedEvent;

/** An event of a turn. */
export type StreamEvent =
  | AttemptEvent
  | HeadersEvent
  | TextEvent
  | WaitingEvent
  | QuietEvent
  | ToolCallEvent
  | EndedEvent
  | CutEvent
  | ResumedEvent
  | ReplacedEvent
  | ModelEvent
  | RouteEvent
  | UsageEvent
  | TerminalEvent;

/** A terminal event without its text, which the previous events already contain. */
type WithoutText<Event> = Event extends TerminalEvent ? Omit<Event, 'text'> & { readonly text?: undefined } : never;

/**
 * An event as the journal stores it and the page receives it. A terminal event has a text only if that text differs
 * from the one that results from the previous events.
 */
export type RecordedEvent = StreamEvent | WithoutText<TerminalEvent>;

/** Whether the event is a delta: text, reasoning or a part of a tool call. */
export function isDelta({ type }: RecordedEvent): boolean {
  return type === 'text' || type === 'reasoning' || type === 'tool-call';
}

/** Whether the event is the last one of its turn. */
export function isTerminal<Event extends RecordedEvent>(
  event: Event,
): event is Event & { readonly type: TerminalEvent['type'] } {
  return event.type === 'done' || event.type === 'stopped' || event.type === 'failed';
}
