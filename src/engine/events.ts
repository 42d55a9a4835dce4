/**
 * The one stream that every view reads: panel, status bar, log, journal and the extension's API.
 * Field names of the contract are fixed; further fields may be added, never renamed.
 */

/** What went wrong, in the user's terms. One kind may cover several rows of the fault table. */
export type FaultKind =
  | 'auth'
  | 'credit'
  | 'rate-limit'
  | 'model'
  | 'context-length'
  | 'content-filter'
  | 'request'
  | 'not-found'
  | 'permission'
  | 'too-large'
  | 'overloaded'
  | 'server'
  | 'gateway'
  | 'timeout'
  | 'connection'
  | 'dns'
  | 'offline'
  | 'tls'
  | 'proxy'
  | 'redirect'
  | 'not-a-stream'
  | 'empty'
  | 'stalled'
  | 'truncated'
  | 'malformed'
  | 'budget'
  | 'breaker'
  /** The API key can't be read from the system keyring. */
  | 'keyring'
  /** An exception in the code of this extension. */
  | 'internal';

/** What a user can do about a fault. Each action is a button of the failure card. */
export const faultActions = {
  retryNow: true,
  switchModel: true,
  setApiKey: true,
  openBilling: true,
  checkUrl: true,
  networkSettings: true,
  newConversation: true,
  /** Continues the partial answer where it ends. */
  continue: true,
  restart: true,
  /** Retries even though the circuit breaker is open. */
  tryAnyway: true,
  showLog: true,
  exportDiagnostics: true,
  details: true,
} as const;

export type FaultAction = keyof typeof faultActions;

/** Why an attempt is made. Only `retry` and `resume` are charged to a budget. */
export type AttemptReason = 'first' | 'retry' | 'retry-now' | 'replay' | 'repair' | 'resume' | 'switch';

/** `server`: the gateway named the time to come back; `backoff`: we chose it. */
export type DelaySource = 'server' | 'backoff';

export type ResumeMethod = 'prefill' | 'continue' | 'restart';

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
}

interface EventBase {
  /** Number of the attempt this belongs to, from 1; for `waiting` the attempt to come. */
  readonly attempt: number;
  /** Monotonic milliseconds; differences are meaningful, the zero point is not. */
  readonly at: number;
}

export interface AttemptEvent extends EventBase {
  readonly type: 'attempt';
  readonly model: string;
  readonly why: AttemptReason;
  /** How it asks for the rest of a partial answer; absent: it asks for the whole one and shows what comes. */
  readonly how?: ResumeMethod | undefined;
  /** Epoch milliseconds. */
  readonly time: number;
}

export interface HeadersEvent extends EventBase {
  readonly type: 'headers';
  readonly status: number;
  readonly requestId?: string | undefined;
  /** From the start of the attempt to its headers. */
  readonly ms: number;
}

export interface TextEvent extends EventBase {
  readonly type: 'text' | 'reasoning';
  /** To be appended. */
  readonly text: string;
}

/** Limit for the tool calls of one answer. The OpenAI API accepts no more in a message either. */
export const maxToolCalls = 128;

/** A part of a tool call. What an earlier attempt of the turn said of it no longer counts. */
export interface ToolCallEvent extends EventBase {
  readonly type: 'tool-call';
  /** Calls of one answer are told apart by it. */
  readonly index: number;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** JSON text, to be appended. */
  readonly arguments: string;
}

/** Who was told to wait: this turn, another of this window, or another window. */
export type WaitOrigin = 'turn' | 'request' | 'window';

export interface WaitingEvent extends EventBase {
  readonly type: 'waiting';
  /** Epoch milliseconds at which the next attempt goes out. */
  readonly until: number;
  readonly delayMs: number;
  readonly source: DelaySource;
  /**
   * `until` and `delayMs` are an estimate: another request goes first, and the request of this turn follows as soon as
   * the gateway has accepted the other one. The wait is announced once, so `until` may pass before the next attempt.
   */
  readonly estimated?: true | undefined;
  readonly reason: FaultKind;
  readonly maxAttempts: number;
  /** What happened, localised, one sentence. */
  readonly message: string;
  /** The delay the server asked for, before our margin; only with `source: 'server'`. */
  readonly hintMs?: number | undefined;
  /** The header or body field that asked for it. */
  readonly hintFrom?: string | undefined;
  /** The part of `delayMs` that chance has added. */
  readonly jitterMs?: number | undefined;
  readonly told?: WaitOrigin | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly actions: readonly FaultAction[];
}

/** Soft: nothing has arrived for a while, nothing is given up yet. */
export interface QuietEvent extends EventBase {
  readonly type: 'quiet';
  readonly forMs: number;
}

/** The stream broke after text or reasoning had been shown. */
export interface CutEvent extends EventBase {
  readonly type: 'cut';
  readonly reason: FaultKind;
  readonly message: string;
}

export interface ResumedEvent extends EventBase {
  readonly type: 'resumed';
  readonly how: ResumeMethod;
  /** Characters of the continuation that repeated what was there and were dropped. */
  readonly trimmed: number;
  /** Offset in the answer's text (UTF-16) at which the new part begins. */
  readonly seam: number;
}

/** A restarted answer has overtaken the partial one. */
export interface ReplacedEvent extends EventBase {
  readonly type: 'replaced';
  /** All of it, instead of what came before. */
  readonly text: string;
  /** The removed text was reasoning. A view that can't remove text appends the answer to it. */
  readonly because?: 'reasoning' | undefined;
}

export interface ModelEvent extends EventBase {
  readonly type: 'model';
  readonly from: string;
  readonly to: string;
  readonly reason: 'user' | FaultKind;
}

/** An attempt is over, for whatever reason; what it cost and brought. */
export interface EndedEvent extends EventBase {
  readonly type: 'ended';
  /** `finished`, `stopped`, `abandoned` (another attempt takes its place), or the kind of its fault. */
  readonly how: 'finished' | 'stopped' | 'abandoned' | FaultKind;
  /** Row of the fault table. */
  readonly row?: number | undefined;
  /** Since it was sent. */
  readonly ms: number;
  /** From its start to the first text or reasoning. */
  readonly firstTokenMs?: number | undefined;
  /** Of the body, decoded; the wire may have carried fewer. */
  readonly bytes: number;
  /** Characters of text and reasoning. */
  readonly chars: number;
  /** As far as the server said. */
  readonly tokens?: number | undefined;
}

/** Summed over all attempts of the turn so far. */
export interface UsageEvent extends EventBase, Usage {
  readonly type: 'usage';
}

export interface DoneEvent extends EventBase {
  readonly type: 'done';
  readonly finishReason: string;
  readonly attempts: number;
  /** The whole answer. */
  readonly text: string;
  /** Time spent in waits, over all attempts. */
  readonly waitedMs: number;
}

export interface StoppedEvent extends EventBase {
  readonly type: 'stopped';
  /** The partial answer. */
  readonly text: string;
}

export interface FailedEvent extends EventBase {
  readonly type: 'failed';
  readonly kind: FaultKind;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** Localised; says what happened and what to do. */
  readonly message: string;
  /** The partial answer. */
  readonly text: string;
  readonly actions: readonly FaultAction[];
  /** The provider's own words, redacted and cut to a few hundred characters. */
  readonly detail?: string | undefined;
  /** Epoch milliseconds at which the server said a limit resets. */
  readonly resetsAt?: number | undefined;
  /** It was not waited for that: the server asked for longer than `holysheep.retry.maxHintMs`. */
  readonly beyondMaxHint?: true | undefined;
}

export type TerminalEvent = DoneEvent | StoppedEvent | FailedEvent;

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
  | UsageEvent
  | TerminalEvent;

/** A terminal event whose text is already in the events before it. */
type WithoutText<Event> = Event extends TerminalEvent ? Omit<Event, 'text'> & { readonly text?: undefined } : never;

/**
 * An event as the journal keeps it and the page receives it: a terminal event has a text only if that text differs from
 * the text that the earlier events add up to.
 */
export type RecordedEvent = StreamEvent | WithoutText<TerminalEvent>;

/** Whether the event is a delta: text, reasoning or a part of a tool call. */
export function isDelta({ type }: RecordedEvent): boolean {
  return type === 'text' || type === 'reasoning' || type === 'tool-call';
}

export function isTerminal<Event extends RecordedEvent>(
  event: Event,
): event is Event & { readonly type: TerminalEvent['type'] } {
  return event.type === 'done' || event.type === 'stopped' || event.type === 'failed';
}
