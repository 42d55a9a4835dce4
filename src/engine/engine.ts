import type { Clock } from './clock';
import type { StreamEvent } from './events';
import type { Scope, SharedCooldowns } from './gate/cooldowns';
import type { ModelCooldown, NetworkReport } from './gate/networkState';
import type { KnownKeys } from './gateway/knownKeys';
import type { ChatRequest, Connection } from './request';
import type { JitterKind } from './retry/backoff';
import type { TurnRecord } from './state/ledger';

/** Fills `{name}` placeholders of an English sentence in the user's language; keys are the English sentences. */
export type Localize = (message: string, args?: Readonly<Record<string, string | number>>) => string;

/** Detail for the output channel. Messages never contain a key, but the stack of an error may contain one. */
export interface EngineLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  /** Logs a defect with its stack. The log itself removes keys. */
  error(problem: unknown): void;
}

export interface EngineDeps {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Looked up per request, so that a patched global `fetch` (proxies, certificates) is the one that is used. */
  readonly fetch: typeof fetch;
  readonly log: EngineLog;
  readonly localize: Localize;
  /** A time of day as the user writes it, for "the limit resets at …". @param at epoch milliseconds */
  readonly formatTime: (at: number) => string;
  readonly settings: () => EngineSettings;
  /** Rejects with a `ConnectionError` when the base URL can't be used or the key can't be read. */
  readonly connection: () => Promise<Connection>;
  /**
   * All keys of this session. They are removed from the texts of a gateway, which may echo them. By default, only the
   * keys of the requests of this engine are removed.
   */
  readonly keys?: KnownKeys | undefined;
  /** Cooldowns that the windows share. */
  readonly cooldowns: SharedCooldowns;
  /** Called when a cooldown starts, changes or is cleared, but not when it expires. */
  readonly onCooldownChange?: (() => void) | undefined;
  /** For the `User-Agent` header, e.g. `HolySheepPrompt/1.0.0`. */
  readonly userAgent: string;
}

/** A running turn: an event stream with exactly one terminal event, and its controls. All of them act at once. */
export interface RunningTurn extends AsyncIterable<StreamEvent> {
  stop(): void;
  /** Ends a wait, or replaces an attempt that has shown nothing yet. Two calls are one retry. */
  retryNow(): void;
  /** Like `retryNow`, but also forgets the failures of the model so far. */
  tryAnyway(): void;
  /** The next attempt goes to `model`, at once. */
  switchModel(model: string): void;
}

/** The partial answer of an earlier turn with the same request. */
export interface EarlierAnswer {
  readonly text: string;
  /** The model thought before it wrote. */
  readonly reasoned: boolean;
  /** A part of a tool call has arrived. */
  readonly calledTools?: boolean | undefined;
  /** `continue`: the rest is asked for; `restart`: the text stays until a new answer has overtaken it. */
  readonly go: 'continue' | 'restart';
}

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  readonly earlier?: EarlierAnswer | undefined;
  /** Replaces `EngineDeps.connection` for this turn. */
  readonly connection?: (() => Promise<Connection>) | undefined;
}

export interface Engine {
  stream(request: ChatRequest, options?: StreamOptions): RunningTurn;
  /** The key or the base URL may have changed: turns that wait for a route that is no longer used stop waiting. */
  connectionChanged(): void;
  /** Forgets cooldowns, breakers and spent retry budgets, in all windows, and ends the waits for them. */
  resetNetworkState(): Promise<void>;
  /** Returns the cooldown of a model, as far as this window knows. */
  cooldownOf(scope: Scope): ModelCooldown | undefined;
  /** The last turns and what is known of the network, without keys, prompts and answers. */
  report(): EngineReport;
}

export interface EngineReport {
  /** Oldest first. */
  readonly turns: readonly TurnRecord[];
  readonly network: NetworkReport;
}

/** What the engine reads of the user's settings. Durations in milliseconds. */
export interface EngineSettings {
  readonly retry: {
    /** Attempts after the first, before any payload has arrived. */
    readonly maxRetries: number;
    readonly baseDelayMs: number;
    readonly maxDelayMs: number;
    readonly jitter: JitterKind;
    /** A hint beyond this is not waited for; the turn fails and says when the limit resets. */
    readonly maxHintMs: number;
  };
  /** Tried in this order, before the first text, where the model stays overloaded. */
  readonly fallbackModels: readonly string[];
  readonly resume: 'auto' | 'restart' | 'off';
  /** null: the engine's own default, which is longer for reasoning models. */
  readonly timeout: {
    readonly headersMs: number | null;
    readonly firstTokenMs: number | null;
    readonly idleMs: number | null;
    readonly silentMs: number | null;
  };
}
