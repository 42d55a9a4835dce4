import type { EngineSettings } from './environment';
import type { StreamEvent } from './events/events';
import type { FaultAction, FaultKind } from './events/kinds';
import type { CooldownScope } from './gate/cooldowns';
import type { GateDeps } from './gate/gatewayHealth';
import type { GatewayReport, ModelCooldown } from './gate/gatewayState';
import type { Gateway, Gateways, KeyedGateways } from './gateway/gateway';
import type { KeyRedactor } from './gateway/keyRedactor';
import type { ListedModels } from './gateway/modelList';
import type { FactsById } from './models/listedFacts';
import type { ModelFacts } from './models/modelFacts';
import type { ChatRequest } from './request';
import type { LedgerEntry, TurnRecord } from './state/ledger';

/** A model at a gateway, with the name that the user chose and the name that the gateway uses. */
interface ModelAtGateway {
  /** Name of the model as the user chose it. */
  readonly model: string;
  /** Name of the model at the gateway. */
  readonly sentModel: string;
  readonly baseUrl: string;
}

export interface EngineDeps extends GateDeps {
  /**
   * Returns the current settings. The engine calls this function for each attempt and each decision.
   * @param model the name of the model as the user chose it
   */
  readonly settings: (model: string) => EngineSettings;
  /**
   * Returns the current gateways. The engine calls this function before each attempt. Rejects with a `ConnectionError`
   * if the base URL can't be used.
   */
  readonly gateways: () => Promise<Gateways>;
  /**
   * All keys of this session. The engine adds the keys of its requests, and removes every key from the text that
   * gateways return.
   */
  readonly keys: KeyRedactor;
  /** Returns the facts about a model. If this function is absent, the facts come from the table of this extension. */
  readonly facts?: ((model: ModelAtGateway) => ModelFacts | undefined) | undefined;
  /**
   * Returns whether the window has the focus. If this function is absent, gateways that are down are probed only while
   * a turn runs.
   */
  readonly isWindowFocused?: (() => boolean) | undefined;
  /**
   * Called when an attempt ends. `isCorrected` is true if the gateway refused the request and the turn sends a
   * corrected request at once.
   */
  readonly onAttemptEnd?: ((attempt: LedgerEntry, isCorrected: boolean) => void) | undefined;
  readonly onTurnEnd?: ((record: TurnRecord) => void) | undefined;
  /** Value of the `User-Agent` header, for instance `HolySheepPrompt/1.0.0`. */
  readonly userAgent: string;
}

/** The commands of the user for a running turn. They take effect immediately. */
export interface TurnHandle {
  /** Stops the turn. When the call returns, the terminal event has been delivered. */
  stop(): void;
  /**
   * Ends the current wait, or replaces the current attempt if it has not received any part of the answer. A second call
   * during a double click is ignored.
   */
  retryNow(): void;
  /**
   * Does the same as `retryNow`, and also clears the recorded failures of the model, so that an open circuit breaker
   * does not prevent the attempt.
   */
  tryAnyway(): void;
  switchModel(model: string): void;
  /**
   * Lets another model continue the answer, unless the answer is being streamed.
   * @param reason why the previous model does not continue
   */
  continueWith(model: string, reason: FaultKind): void;
  /**
   * Switches to the next gateway in the order of the settings. Does nothing if there is only one gateway.
   * @returns the base URL of the next gateway
   */
  switchGateway(): string | undefined;
}

/** A running turn and its events. Only the last event is terminal. */
export interface RunningTurn extends TurnHandle, AsyncIterable<StreamEvent> {}

/** The partial answer of a previous turn with the same request. The new turn resumes this answer. */
export interface ResumeFrom {
  readonly text: string;
  readonly hadReasoning: boolean;
  readonly hadToolCalls?: boolean | undefined;
  /**
   * Name of the model that wrote the text, as the user chose it. This model may continue the text even if it is a
   * substitute, a model that a gateway uses in place of the user's choice.
   */
  readonly model?: string | undefined;
  /**
   * How the answer is resumed. `restart` asks for a new answer, which replaces the partial answer once the new answer
   * is complete or longer than the partial answer.
   */
  readonly resumeMode: 'continue' | 'restart';
}

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  readonly resumeFrom?: ResumeFrom | undefined;
  /**
   * ID of the gateway to which the user has switched. The turn starts at this gateway even if it is down, and leaves it
   * when an attempt fails. Ignored if the gateway is known to lack the model.
   */
  readonly preferredGateway?: string | undefined;
  /** Returns the gateways for this turn. Replaces `EngineDeps.gateways`. */
  readonly gateways?: (() => Promise<Gateways>) | undefined;
  /**
   * Called before each attempt, for instance to write the prompt to disk. The attempt starts when the promise resolves.
   * If the promise rejects, the turn ends.
   */
  readonly beforeAttempt?: (() => Promise<unknown>) | undefined;
}

export interface RunOptions extends StreamOptions {
  /**
   * Receives the events of the turn in batches, each in its own microtask. The last batch, which ends with the terminal
   * event, is delivered immediately: before `stop` returns, and even before `run` returns if the signal is already
   * aborted. An exception of this function ends the turn with the fault kind `internal`.
   */
  readonly onEvents: (events: readonly StreamEvent[]) => void;
}

/**
 * A client for OpenAI-compatible gateways that streams answers, retries failed requests and resumes partial answers.
 */
export interface Engine {
  run(request: ChatRequest, options: RunOptions): TurnHandle;
  /** Starts a turn whose events the caller iterates over. Leaving the loop early stops the turn. */
  stream(request: ChatRequest, options?: StreamOptions): RunningTurn;
  /** Ends waits for a gateway that is no longer used. Call this when a key or base URL might have changed. */
  onGatewaysChanged(): void;
  /** Sends the probes that became due while the window did not have the focus. */
  onWindowFocused(): void;
  /**
   * Forgets what requests have revealed about gateways, ends all cooldowns, including the cooldowns of other windows,
   * and ends all waits.
   */
  resetNetworkState(): Promise<void>;
  /** Returns the gateway at which a turn would start now, or undefined if no gateway can be used. */
  gatewayForAttempt(model: string, gateways: KeyedGateways, preferredGateway?: string): Gateway | undefined;
  /** Returns the cooldown or the open circuit breaker of a model, or undefined if this window has recorded neither. */
  cooldownOf(scope: CooldownScope): ModelCooldown | undefined;
  /** Requests a gateway's model list, which shows whether the gateway responds and accepts the key. Never rejects. */
  probe(baseUrl: string, key: string | undefined, signal?: AbortSignal): Promise<ProbeResult>;
  /**
   * Reads the model facts of a local server, such as Ollama or LM Studio. Returns no facts for any other server. Never
   * rejects.
   * @param models names of the models, the most important first
   */
  localFacts(
    baseUrl: string,
    key: string | undefined,
    models: readonly string[],
    signal?: AbortSignal,
  ): Promise<FactsById>;
  /**
   * Returns the records of turns and the state of the gateways for the diagnostics. They contain no keys, prompts or
   * answers. They contain messages of gateways, which might quote a prompt.
   */
  report(): EngineReport;
}

/** The result of a probe. `ms` is the time until the response was complete, in milliseconds. */
export type ProbeResult =
  | ({ readonly state: 'verified'; readonly ms: number } & ListedModels)
  | {
      /**
       * `rejected` means that the gateway refuses the key. `unverified` means that another fault occurred, so the key
       * might be valid.
       */
      readonly state: 'rejected' | 'unverified';
      readonly ms: number;
      readonly kind: FaultKind;
      /** Name of the fault's row in the fault table, such as `connectionRefused`. */
      readonly row: string;
      /** HTTP status of the response. Absent if there was no response. */
      readonly status?: number | undefined;
      /** Localized message of the fault. A turn would show the same message. */
      readonly message: string;
      /** Technical details of the fault, such as the gateway's message, without keys. */
      readonly detail: string;
      readonly actions: readonly FaultAction[];
    }
  | { readonly state: 'cancelled' };

export interface EngineReport {
  /** Records of recent turns, oldest first. */
  readonly turns: readonly TurnRecord[];
  readonly gateways: readonly GatewayReport[];
}
