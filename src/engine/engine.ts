import type { Clock } from './clock';
import type { FaultAction, FaultKind, StreamEvent } from './events';
import type { CooldownScope, SharedCooldowns } from './gate/cooldowns';
import type { ModelCooldown, NetworkReport } from './gate/networkState';
import type { KeyRedactor } from './gateway/keyRedactor';
import type { GatewayModels } from './gateway/modelList';
import type { ModelFacts } from './models/modelFacts';
import type { ChatRequest, Connection } from './request';
import type { JitterKind } from './retry/backoff';
import type { TurnRecord } from './state/ledger';

/** Translates an English sentence into the user's language and fills its `{name}` placeholders. */
export type Localize = (message: string, args?: Readonly<Record<string, string | number>>) => string;

/** The log in the output channel. Messages never contain a key, but the stack of an error may contain one. */
export interface EngineLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  /** Logs a defect with its stack. The log removes keys from the stack. */
  error(problem: unknown): void;
}

/** The dependencies of the engine. None of them is part of the editor, so the engine also runs without VS Code. */
export interface EngineDeps {
  readonly clock: Clock;
  /** Returns a random number, uniformly distributed in [0, 1). */
  readonly random: () => number;
  /**
   * The `fetch` of the runtime. The engine reads this property for every request, because VS Code replaces the global
   * `fetch` with one that supports proxies and certificates.
   */
  readonly fetch: typeof fetch;
  readonly log: EngineLog;
  readonly localize: Localize;
  /** Formats a time of day for the user, as in "Rate limited until …". @param at epoch milliseconds */
  readonly formatTime: (at: number) => string;
  readonly settings: () => EngineSettings;
  /**
   * Returns the current connection. Rejects with a `ConnectionError` when the base URL can't be used or the key can't
   * be read.
   */
  readonly connection: () => Promise<Connection>;
  /**
   * All keys of this session. The engine removes them from the text that a gateway sends, which may repeat them. By
   * default, the engine removes only the keys of its own requests.
   */
  readonly keys?: KeyRedactor | undefined;
  /** Returns what is known about a model. By default, the facts come from the table of this extension. */
  readonly facts?: ((model: string) => ModelFacts | undefined) | undefined;
  /** The cooldowns that all windows share. */
  readonly cooldowns: SharedCooldowns;
  /** Called when a cooldown starts, changes or is cleared, but not when it expires. */
  readonly onCooldownChange?: (() => void) | undefined;
  /** Whether the user works in this window. By default false, so that routes are probed only while a turn runs. */
  readonly isWindowFocused?: (() => boolean) | undefined;
  /** Called with the record of each turn that has ended. The record contains no prompt, no answer and no key. */
  readonly onTurnEnd?: ((record: TurnRecord) => void) | undefined;
  /** Value of the `User-Agent` header, for instance `HolySheepPrompt/1.0.0`. */
  readonly userAgent: string;
}

/** The controls of a running turn. They take effect immediately. */
export interface TurnHandle {
  /** Stops the turn. When the call returns, the terminal event has been delivered. */
  stop(): void;
  /**
   * Retries now: ends the wait, or replaces the current attempt if it has streamed nothing yet. A second call does not
   * retry again.
   */
  retryNow(): void;
  /** Does the same as `retryNow`, and also clears the recorded failures of the model. */
  tryAnyway(): void;
  /** Starts the next attempt immediately, with another model. */
  switchModel(model: string): void;
  /**
   * Lets another model continue the partial answer immediately. Does nothing while an answer streams.
   * @param reason kind of the fault because of which the previous model does not continue the answer
   */
  continueWith(model: string, reason: FaultKind): void;
  /** Starts the next attempt immediately, over the next route in the user's order. Does nothing if there is only one route. */
  switchRoute(): void;
}

/** A running turn as a stream of events with exactly one terminal event. */
export interface RunningTurn extends TurnHandle, AsyncIterable<StreamEvent> {}

/** The partial answer of a previous turn with the same request, which the new turn resumes. */
export interface ResumeFrom {
  readonly text: string;
  /** Whether the model streamed reasoning before the text. */
  readonly hadReasoning: boolean;
  /** Whether the partial answer contains a part of a tool call. */
  readonly hadToolCalls?: boolean | undefined;
  /**
   * How the new turn resumes. `continue` asks for the remaining text. `restart` asks for a new answer, which replaces
   * the text once it is longer or complete.
   */
  readonly mode: 'continue' | 'restart';
}

/** Options of a turn. */
export interface StreamOptions {
  /** Stops the turn when the signal aborts. */
  readonly signal?: AbortSignal | undefined;
  /** The partial answer to resume. */
  readonly resumeFrom?: ResumeFrom | undefined;
  /** Base URL or origin of the route that the first attempt leaves for the next one, as with *Switch route*. */
  readonly avoidRoute?: string | undefined;
  /** The connection of this turn, in place of `EngineDeps.connection`. */
  readonly connection?: (() => Promise<Connection>) | undefined;
}

/** Options of a turn whose events are pushed. */
export interface RunOptions extends StreamOptions {
  /**
   * Receives the events of the turn in batches, in a microtask of its own. The last batch, which ends with the terminal
   * event, is delivered at once: before `stop` returns, and even before `run` returns if the signal is already aborted.
   * An exception of this function ends the turn with the fault kind `internal`.
   */
  readonly onEvents: (events: readonly StreamEvent[]) => void;
}

/** The retrying, streaming client of an OpenAI-compatible gateway. */
export interface Engine {
  /** Starts a turn that pushes its events to `onEvents`. */
  run(request: ChatRequest, options: RunOptions): TurnHandle;
  /** Starts a turn whose events the caller iterates. Leaving the loop early stops the turn. */
  stream(request: ChatRequest, options?: StreamOptions): RunningTurn;
  /**
   * Ends the waits of requests on a route that is no longer used. Call this when the key or the base URL may have
   * changed.
   */
  onConnectionChanged(): void;
  /** Sends the probes of routes that are down, if they became due while the window did not have the focus. */
  onWindowFocused(): void;
  /**
   * Refills the retry budgets, clears circuit breakers and cooldowns (including the cooldowns of other windows), forgets
   * which routes are down, and ends the waits that they caused.
   */
  resetNetworkState(): Promise<void>;
  /** Returns the current cooldown of a model on a route, if this window has a record of one. */
  cooldownOf(scope: CooldownScope): ModelCooldown | undefined;
  /** Asks a gateway for its models, which shows whether it responds and accepts the key. Never rejects. */
  probe(route: Pick<Connection, 'baseUrl' | 'apiKey'>, signal?: AbortSignal): Promise<ProbeResult>;
  /** Returns the records of the last turns and the state of the network, without keys, prompts and answers. */
  report(): EngineReport;
}

/** Result of `Engine.probe`. `ms` is the time until the response was complete, in milliseconds. */
export type ProbeResult =
  | ({ readonly state: 'verified'; readonly ms: number } & GatewayModels)
  | {
      /** `rejected` means that the gateway refuses the key. After any other fault, the key may be valid. */
      readonly state: 'rejected' | 'unverified';
      readonly ms: number;
      readonly kind: FaultKind;
      /** The localized message that a turn would show. */
      readonly message: string;
      /** The gateway's error message without keys, or an empty string. */
      readonly detail: string;
      readonly actions: readonly FaultAction[];
    }
  | { readonly state: 'cancelled' };

/** The engine's part of the diagnostics. */
export interface EngineReport {
  /** Records of the most recent turns, oldest first. */
  readonly turns: readonly TurnRecord[];
  readonly network: NetworkReport;
  /** Origins of the routes that are down. */
  readonly routesDown: readonly string[];
}

/** The user's settings that the engine reads. All durations are in milliseconds. */
export interface EngineSettings {
  readonly retry: {
    /** Maximum number of automatic retries before the first text or reasoning arrives. */
    readonly maxRetries: number;
    readonly baseDelayMs: number;
    readonly maxDelayMs: number;
    readonly jitter: JitterKind;
    /**
     * Longest retry-after that a turn waits for. If the gateway names a longer one, the turn fails and its message says
     * when the limit resets.
     */
    readonly maxHintMs: number;
  };
  /** Fallback models, tried in this order when the model stays overloaded and no text has arrived. */
  readonly fallbackModels: readonly string[];
  readonly resume: 'auto' | 'restart' | 'off';
  /**
   * Whether a fallback model continues a partial answer whose resumes are spent or whose model is overloaded. With
   * `ask`, the user decides.
   */
  readonly continueWithFallback: 'off' | 'ask' | 'auto';
  /** Timeouts of an attempt. `null` stands for the engine's default, which is longer unless the model is known not to reason. */
  readonly timeout: {
    readonly headersMs: number | null;
    readonly firstTokenMs: number | null;
    readonly idleMs: number | null;
    readonly silentMs: number | null;
  };
}
