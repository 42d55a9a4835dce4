import type { ReasoningEffort } from './request';

/**
 * The events of a turn. The panel, the status bar, the log, the journal and the API of the extension all read this
 * stream. The field names are a contract: fields may be added, but never renamed.
 */

/** The kinds of faults, in the user's terms. Several rows of the fault table may have the same kind. */
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
  /** The retry budget, not the daily budget. */
  budget: true,
  /** The user's daily budget is used up. */
  'spending-limit': true,
  breaker: true,
  /** The API key can't be read from the system keyring. */
  keyring: true,
  /** An exception in the code of this extension. */
  internal: true,
} as const;

export type FaultKind = keyof typeof faultKinds;

/** The actions after a fault. Each is a button of the failure card. */
export const faultActions = {
  retryNow: true,
  switchModel: true,
  setApiKey: true,
  openBilling: true,
  checkUrl: true,
  networkSettings: true,
  newConversation: true,
  /** Summarizes the turns before the one that failed, so that its prompt fits into the context. */
  summarize: true,
  continue: true,
  restart: true,
  /** Sends the prompt again with a higher token limit, or without one. */
  moreRoom: true,
  /** Retries although the circuit breaker is open. */
  tryAnyway: true,
  switchGateway: true,
  addGateway: true,
  continueWithFallback: true,
  /** Sends the prompt again when the limit that stopped it resets. */
  sendLater: true,
  showLog: true,
  exportDiagnostics: true,
} as const;

export type FaultAction = keyof typeof faultActions;

/** The trigger of an attempt. Only the triggers `retry` and `resume` count against the retry budget. */
export type AttemptTrigger = 'first' | 'retry' | 'retry-now' | 'replay' | 'repair' | 'resume' | 'switch';

/** The source of a delay: the gateway named a retry-after (`server`), or the engine chose a backoff (`backoff`). */
export type DelaySource = 'server' | 'backoff';

export type ResumeMethod = 'prefill' | 'continue' | 'restart';

/** The tokens that a request has used. An optional field is absent if the gateway does not report it. */
export interface Usage {
  readonly promptTokens: number;
  /** Number of tokens in the answer, including its reasoning. */
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Tokens of the prompt that came from the provider's cache. */
  readonly cachedTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
  /** In USD. */
  readonly cost?: number | undefined;
}

interface EventBase {
  /** From 1. A `waiting` event has the number of the next attempt. */
  readonly attempt: number;
  /** Monotonic milliseconds. */
  readonly at: number;
}

export interface AttemptEvent extends EventBase {
  readonly type: 'attempt';
  /** The name of the model as it is sent. */
  readonly model: string;
  /** The name that the user knows. Set only if the gateway has another name for the same model. */
  readonly userModel?: string | undefined;
  /** Origin of the gateway that the attempt uses. */
  readonly origin: string;
  /** Base URL of the gateway. Set only if another gateway has the same host. */
  readonly baseUrl?: string | undefined;
  /** The name that the user gave the gateway. */
  readonly gatewayName?: string | undefined;
  /** The reasoning effort that is sent. */
  readonly effort?: ReasoningEffort | undefined;
  /** The reasoning effort that the user chose. Set only if the gateway refused it, so that another or none is sent. */
  readonly refusedEffort?: ReasoningEffort | undefined;
  /** The user can switch to another gateway. */
  readonly hasOtherGateway?: true | undefined;
  /** The context window in tokens. Set only if the prompt is longer and the gateway silently leaves out its beginning. */
  readonly cutAtTokens?: number | undefined;
  readonly why: AttemptTrigger;
  /** How the attempt resumes a partial answer. Absent if the attempt sends the original request. */
  readonly how?: ResumeMethod | undefined;
  /** Epoch milliseconds at which the attempt started. */
  readonly time: number;
}

/** Returns the base URL of the gateway of an attempt, or its origin if no other gateway has the same host. */
export function gatewayOf({ origin, baseUrl }: Partial<Pick<AttemptEvent, 'origin' | 'baseUrl'>>): string | undefined {
  return baseUrl ?? origin;
}

export interface HeadersEvent extends EventBase {
  readonly type: 'headers';
  readonly status: number;
  readonly requestId?: string | undefined;
  /** Milliseconds from the start of the attempt to the headers. */
  readonly ms: number;
}

export interface TextEvent extends EventBase {
  readonly type: 'text' | 'reasoning';
  /** To be appended. */
  readonly text: string;
}

/** Maximum number of tool calls in one answer. The OpenAI API does not accept more in a message either. */
export const maxToolCalls = 128;

/** A new attempt of the turn discards the tool calls of the previous attempts. */
export interface ToolCallEvent extends EventBase {
  readonly type: 'tool-call';
  readonly index: number;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** JSON text to be appended. */
  readonly arguments: string;
}

/**
 * Which request the gateway told to wait: a request of this turn (`turn`), of another turn in this window (`request`),
 * or of another window or this window before a reload (`window`).
 */
export type WaitOrigin = 'turn' | 'request' | 'window';

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
  /** Localized. */
  readonly message: string;
  /** The retry-after that the gateway named, without the margin that the engine adds. Only with `source: 'server'`. */
  readonly hintMs?: number | undefined;
  /** Name of the header or body field that contained the retry-after. */
  readonly hintFrom?: string | undefined;
  readonly jitterMs?: number | undefined;
  readonly told?: WaitOrigin | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** The provider's message without keys, at most 300 characters long. */
  readonly detail?: string | undefined;
  readonly actions: readonly FaultAction[];
  /** Set with the action `continueWithFallback`. */
  readonly fallbackModel?: string | undefined;
}

interface CutEvent extends EventBase {
  readonly type: 'cut';
  readonly reason: FaultKind;
  readonly message: string;
}

/** A continuation has been joined to the partial answer, or a restarted answer replaces it. */
export interface ResumedEvent extends EventBase {
  readonly type: 'resumed';
  readonly how: ResumeMethod;
  /** Characters of the continuation that repeated the partial answer. */
  readonly trimmed: number;
  /** Offset in the answer at which the resumed part begins, in UTF-16 code units. */
  readonly resumePoint: number;
}

export interface ReplacedEvent extends EventBase {
  readonly type: 'replaced';
  /** Replaces all previous text. */
  readonly text: string;
  /** Set if text of the answer turned out to be reasoning. A view that can't remove text leaves it in place. */
  readonly because?: 'reasoning' | undefined;
}

export interface ModelEvent extends EventBase {
  readonly type: 'model';
  readonly from: string;
  readonly to: string;
  readonly reason: 'user' | FaultKind;
}

/** A switch of the gateway. `from` and `to` are origins. */
export interface GatewayEvent extends EventBase {
  readonly type: 'gateway';
  readonly from: string;
  readonly to: string;
  /** Base URLs, set only if another gateway has the same host. */
  readonly fromUrl?: string | undefined;
  readonly toUrl?: string | undefined;
  /** The names that the user gave the gateways. */
  readonly fromName?: string | undefined;
  readonly toName?: string | undefined;
  /** `user` also if the user has removed the previous gateway or its key. */
  readonly reason: 'user' | FaultKind;
  readonly row?: string | undefined;
}

export interface EndedEvent extends EventBase {
  readonly type: 'ended';
  /** `abandoned` means that another attempt replaces this one, and a fault kind that the attempt failed. */
  readonly how: 'finished' | 'stopped' | 'abandoned' | FaultKind;
  readonly row?: string | undefined;
  readonly ms: number;
  /** Milliseconds from the start of the attempt to the first text or reasoning. */
  readonly firstTokenMs?: number | undefined;
  /** Size of the response body in bytes, after decompression. */
  readonly bytes: number;
  readonly chars: number;
  /** The usage of the attempt, see `Usage`. */
  readonly tokens?: number | undefined;
  readonly promptTokens?: number | undefined;
  readonly completionTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
  readonly cost?: number | undefined;
  /** The price of the model times the tokens, in USD. Set only if the gateway reports no cost and the price is known. */
  readonly estimatedCost?: number | undefined;
}

/** The tokens that all attempts of the turn have used so far. */
interface UsageEvent extends EventBase, Usage {
  readonly type: 'usage';
}

interface DoneEvent extends EventBase {
  readonly type: 'done';
  readonly finishReason: string;
  readonly attempts: number;
  readonly text: string;
  readonly waitedMs: number;
}

export interface StoppedEvent extends EventBase {
  readonly type: 'stopped';
  readonly text: string;
}

export interface FailedEvent extends EventBase {
  readonly type: 'failed';
  readonly kind: FaultKind;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** Localized: the fault and what to do about it. */
  readonly message: string;
  readonly text: string;
  readonly actions: readonly FaultAction[];
  /** The provider's message without keys, at most 300 characters long. */
  readonly detail?: string | undefined;
  /** Epoch milliseconds at which the rate limit resets, if the gateway named that time. */
  readonly resetsAt?: number | undefined;
  /** Set if the retry-after was longer than `holysheep.retry.maxHintMs`. */
  readonly beyondMaxHint?: true | undefined;
  readonly fallbackModel?: string | undefined;
  /** The context window that the gateway named, in tokens. Set for the kind `context-length`. */
  readonly contextTokens?: number | undefined;
  /** The origin of the gateway to which the action `switchGateway` leads, or its base URL. See {@link gatewayOf}. */
  readonly nextGateway?: string | undefined;
  /** The name that the user sees for `nextGateway`. */
  readonly nextGatewayName?: string | undefined;
}

export type TerminalEvent = DoneEvent | StoppedEvent | FailedEvent;

export type StreamEvent =
  | AttemptEvent
  | HeadersEvent
  | TextEvent
  | WaitingEvent
  | ToolCallEvent
  | EndedEvent
  | CutEvent
  | ResumedEvent
  | ReplacedEvent
  | ModelEvent
  | GatewayEvent
  | UsageEvent
  | TerminalEvent;

type WithoutText<Event> = Event extends TerminalEvent ? Omit<Event, 'text'> & { readonly text?: undefined } : never;

/**
 * An event in the journal and the page. A terminal event has a text only if it differs from what the previous events
 * yield.
 */
export type RecordedEvent = StreamEvent | WithoutText<TerminalEvent>;

export function isDelta({ type }: RecordedEvent): boolean {
  return type === 'text' || type === 'reasoning' || type === 'tool-call';
}

export function isTerminal<Event extends RecordedEvent>(
  event: Event,
): event is Event & { readonly type: TerminalEvent['type'] } {
  return event.type === 'done' || event.type === 'stopped' || event.type === 'failed';
}
