import type { Clock } from './clock';

/** Translates an English sentence into the user's language and fills the `{name}` placeholders of the sentence. */
export type Localize = (message: string, args?: Readonly<Record<string, string | number>>) => string;

/**
 * The log in VS Code's output channel. Its methods never throw. Messages never contain an API key, but the stack trace
 * of an error might.
 */
export interface EngineLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  /** Logs a defect with its stack trace. The log removes API keys from the stack trace. */
  error(problem: unknown): void;
}

/** Observes how a request gets its connection, before the response headers arrive. */
export interface ConnectionObserver {
  /** Called when the runtime begins to look for a connection that it can reuse, or to open a new connection. */
  onConnecting(): void;
  /** Called when the request is sent over an established connection. */
  onSent(): void;
}

/** The functions with which requests are sent, and the clock. */
export interface Network {
  readonly clock: Clock;
  /**
   * The `fetch` of the runtime. The engine reads this property for every request, because VS Code replaces the global
   * `fetch` with a version that supports proxies and certificates.
   */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  /**
   * Calls `send`, which sends one request with `fetch`, and reports to the observer how that request gets its
   * connection. If the runtime gives no information about connections, the observer is never called.
   */
  readonly watchConnection?: (send: () => Promise<Response>, observer: ConnectionObserver) => Promise<Response>;
}

/** The functions of the runtime and of the editor that the engine needs. */
export interface EngineEnvironment extends Network {
  /** Returns a random number, uniformly distributed in [0, 1). */
  readonly random: () => number;
  readonly log: EngineLog;
  readonly localize: Localize;
  /** Formats a time in epoch milliseconds for messages such as "Rate limited until …". */
  readonly formatTime: (at: number) => string;
}

/** The kind of jitter of a backoff, as named in the setting `holysheep.retry.jitter`. */
export type JitterKind = 'full' | 'equal' | 'decorrelated' | 'classic' | 'none';

/** The settings of the engine. All durations are in milliseconds. */
export interface EngineSettings {
  readonly retry: {
    /** Maximum number of retries while no text or reasoning has arrived. */
    readonly maxRetries: number;
    readonly baseDelayMs: number;
    readonly maxDelayMs: number;
    readonly jitter: JitterKind;
    /** Longest retry-after for which a turn waits. If the gateway names a longer retry-after, the turn fails. */
    readonly maxHintMs: number;
  };
  /** Models that the turn tries, in this order, when the requested model stays overloaded and no text has arrived. */
  readonly fallbackModels: readonly string[];
  readonly resume: 'auto' | 'restart' | 'off';
  /**
   * Whether the model's name comes only from the workspace settings, and not from the user. If so, the name does not
   * influence which gateway is used, because a workspace must not decide where prompts are sent.
   */
  readonly isWorkspaceModel: boolean;
  /** Whether a fallback model continues a partial answer if the model that wrote the partial answer is unavailable. */
  readonly continueWithFallback: 'off' | 'ask' | 'auto';
  /**
   * Timeouts of an attempt. `null` selects the default timeout. The default is shorter for a model that is known not to
   * reason.
   */
  readonly timeout: {
    readonly headersMs: number | null;
    readonly firstTokenMs: number | null;
    readonly idleMs: number | null;
    readonly silentMs: number | null;
  };
}
