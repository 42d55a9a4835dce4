import type { Clock } from './clock';

/** Translates an English sentence into the user's language and fills its `{name}` placeholders. */
export type Localize = (message: string, args?: Readonly<Record<string, string | number>>) => string;

/**
 * The log in the output channel. Its methods never throw. Messages never contain a key, but the stack of an error may
 * contain one.
 */
export interface EngineLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  /** Logs a defect with its stack. The log removes keys from the stack. */
  error(problem: unknown): void;
}

/** Learns what happens to a request before the headers of its response arrive. */
export interface ConnectionObserver {
  /** The runtime looks for a connection, or opens one. */
  onConnecting(): void;
  /** The request leaves over a connection that is established. */
  onSent(): void;
}

/** How requests are sent. */
export interface Network {
  readonly clock: Clock;
  /**
   * The `fetch` of the runtime. The engine reads this property for every request, because VS Code replaces the global
   * `fetch` with one that supports proxies and certificates.
   */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  /**
   * Calls `send`, which sends one request with `fetch`, and reports its connection to the observer. If the runtime does
   * not report connections, the observer is never called.
   */
  readonly watchConnection?: (send: () => Promise<Response>, observer: ConnectionObserver) => Promise<Response>;
}

/** What the engine needs of the runtime and of the editor. */
export interface EngineEnvironment extends Network {
  /** Uniformly distributed in [0, 1). */
  readonly random: () => number;
  readonly log: EngineLog;
  readonly localize: Localize;
  /** For the user, as in "Rate limited until …". */
  readonly formatTime: (at: number) => string;
}

/** The kind of jitter of a backoff, as named in the setting `holysheep.retry.jitter`. */
export type JitterKind = 'full' | 'equal' | 'decorrelated' | 'classic' | 'none';

/** All durations are in milliseconds. */
export interface EngineSettings {
  readonly retry: {
    /** Before the first text or reasoning arrives. */
    readonly maxRetries: number;
    readonly baseDelayMs: number;
    readonly maxDelayMs: number;
    readonly jitter: JitterKind;
    /** Longest retry-after that a turn waits for. After a longer one, the turn fails. */
    readonly maxHintMs: number;
  };
  /** Models to try, in this order, when the model stays overloaded and no text has arrived. */
  readonly fallbackModels: readonly string[];
  readonly resume: 'auto' | 'restart' | 'off';
  /** Whether only the workspace names the model. Its name then does not decide which gateway gets the prompts. */
  readonly isWorkspaceModel: boolean;
  /** Whether a fallback model continues a partial answer that its own model can't continue now. */
  readonly continueWithFallback: 'off' | 'ask' | 'auto';
  /** `null` stands for the default, which is longer unless the model is known not to reason. */
  readonly timeout: {
    readonly headersMs: number | null;
    readonly firstTokenMs: number | null;
    readonly idleMs: number | null;
    readonly silentMs: number | null;
  };
}
