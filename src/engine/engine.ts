import type { EngineSettings } from './environment';
import type { GatewayRef, StreamEvent } from './events/events';
import type { FaultAction, FaultKind } from './events/kinds';
import type { CooldownScope } from './gate/cooldowns';
import type { GateDeps } from './gate/gatewayHealth';
import type { GatewayReport, ModelCooldown } from './gate/gatewayState';
import type { Gateway, Gateways, KeyedGateways } from './gateway/gateway';
import type { KeyRedactor } from './gateway/keyRedactor';
import type { ListedModels } from './gateway/modelList';
import type { FactsById } from './models/listedFacts';
import type { ModelFacts } from './models/modelFacts';
import type { ReasoningFields } from './models/reasoningFields';
import type { ChatRequest, ReasoningEffort } from './request';
import type { LedgerEntry, TurnRecord } from './state/ledger';

/** A model at a gateway. The user and the gateway can have different names for the same model. */
interface ModelAtGateway {
  /** Name by which the user chose the model. */
  readonly model: string;
  /** Name that the gateway uses for the model. */
  readonly sentModel: string;
  readonly baseUrl: string;
}

export interface EngineDeps extends GateDeps {
  /**
   * Returns the current settings. The engine calls this function again for each attempt and for each decision.
   * @param model the name of the model as the user chose it
   */
  readonly settings: (model: string) => EngineSettings;
  /**
   * Returns the current gateways. The engine calls this function before each attempt. Rejects with a `ConnectionError`
   * if the base URL can't be used.
   */
  readonly gateways: () => Promise<Gateways>;
  /**
   * All API keys of this session. The engine adds each key that it uses, and removes all of these keys from gateways'
   * responses.
   */
  readonly keys: KeyRedactor;
  /**
   * Returns what is known about a model, such as its context window and price. If this function is absent, the engine
   * uses the extension's own table of models.
   */
  readonly facts?: ((model: ModelAtGateway) => ModelFacts | undefined) | undefined;
  /**
   * Returns whether the window has the focus. If this function is absent, the engine probes gateways that are down only
   * while a turn runs.
   */
  readonly isWindowFocused?: (() => boolean) | undefined;
  /**
   * Called when an attempt ends. `isCorrected` is true if the gateway refused the request, and the turn immediately
   * sends a corrected request.
   */
  readonly onAttemptEnd?: ((attempt: LedgerEntry, isCorrected: boolean) => void) | undefined;
  readonly onTurnEnd?: ((record: TurnRecord) => void) | undefined;
  /** Value of the `User-Agent` header, for instance `HolySheepPrompt/1.0.0`. */
  readonly userAgent: string;
}

/** The cooldown of the gateway that would receive the next attempt. */
export interface AttemptCooldown extends ModelCooldown {
  /** Another gateway that can answer now. Absent if no other gateway can. */
  readonly otherGateway?: GatewayRef | undefined;
}

/** The first attempt of a turn that would start now. */
interface NextAttempt {
  /** Undefined if no gateway can be used. */
  readonly gateway: Gateway | undefined;
  /** Cooldown that would delay the attempt. Undefined if this window knows of no cooldown. */
  readonly cooldown?: AttemptCooldown | undefined;
}

/** The commands of the user for a running turn. They take effect immediately. */
export interface TurnHandle {
  /** Stops the turn. When the call returns, the terminal event has been delivered. */
  stop(): void;
  /**
   * Ends the current wait, or replaces the current attempt if no part of the answer has arrived. The second click of a
   * double click is ignored.
   */
  retryNow(): void;
  /**
   * Does the same as `retryNow`. Also clears the recorded failures of the model, so that an open circuit breaker does
   * not block the attempt.
   */
  tryAnyway(): void;
  switchModel(model: string): void;
  /**
   * Lets another model continue the answer. Does nothing while the answer is being streamed.
   * @param reason why the previous model does not continue
   */
  continueWith(model: string, reason: FaultKind): void;
  /**
   * Switches to the next gateway in the order of the settings. Does nothing if there is only one gateway.
   * @returns the base URL of the next gateway
   */
  switchGateway(): string | undefined;
}

/** A running turn and its events. The last event, and no other event, is terminal. */
export interface RunningTurn extends TurnHandle, AsyncIterable<StreamEvent> {}

/** The partial answer of a previous turn with the same request. The new turn resumes this answer. */
export interface ResumeFrom {
  readonly text: string;
  readonly hadReasoning: boolean;
  readonly hadToolCalls?: boolean | undefined;
  /**
   * Name by which the user chose the model that wrote the text. This model may continue the text even if it is a
   * substitute (a model that a gateway uses in place of the user's choice).
   */
  readonly model?: string | undefined;
  /**
   * How the answer is resumed. `restart` asks for a new answer. The new answer replaces the partial answer as soon as
   * it is complete or longer than the partial answer.
   */
  readonly resumeMode: 'continue' | 'restart';
}

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  readonly resumeFrom?: ResumeFrom | undefined;
  /**
   * ID of the gateway to which the user has switched. The turn starts at this gateway even if it is down, and leaves it
   * when an attempt fails. The ID is ignored if the gateway is known to lack the model.
   */
  readonly preferredGateway?: string | undefined;
  /** Returns the gateways for this turn, instead of `EngineDeps.gateways`. */
  readonly gateways?: (() => Promise<Gateways>) | undefined;
  /**
   * Called before each attempt, for instance to write the prompt to disk. The attempt starts when the promise resolves.
   * If the promise rejects, the turn ends.
   */
  readonly beforeAttempt?: (() => Promise<unknown>) | undefined;
}

export interface RunOptions extends StreamOptions {
  /**
   * Receives the events of the turn in batches, each in its own microtask. The last batch is delivered immediately:
   * before `stop` returns, or before `run` returns if the signal is already aborted. If this function throws, the turn
   * ends with the fault kind `internal`.
   */
  readonly onEvents: (events: readonly StreamEvent[]) => void;
}

/**
 * A client for OpenAI-compatible gateways that streams answers, retries failed requests and resumes partial answers.
 */
export interface Engine {
  run(request: ChatRequest, options: RunOptions): TurnHandle;
  /** Starts a turn. The caller iterates over the events, and stops the turn by leaving the loop. */
  stream(request: ChatRequest, options?: StreamOptions): RunningTurn;
  /** Ends waits for gateways that are no longer used. Must be called when an API key or base URL might have changed. */
  onGatewaysChanged(): void;
  /** Probes the gateways whose probes became due while the window did not have the focus. */
  onWindowFocused(): void;
  /**
   * Forgets what requests have revealed about gateways. Ends all waits and all cooldowns, including the cooldowns that
   * other windows have recorded.
   */
  resetNetworkState(): Promise<void>;
  nextAttempt(model: string, gateways: KeyedGateways, preferredGateway?: string): NextAttempt;
  /**
   * Returns the reasoning effort that the next request would contain. Levels that the gateway has refused are left out
   * or replaced.
   */
  reasoningFor(target: ModelAtGateway, effort: ReasoningEffort | undefined): ReasoningFields;
  /**
   * Returns the cooldown or the open circuit breaker of a model. Returns undefined if this window has recorded neither.
   */
  cooldownOf(scope: CooldownScope): ModelCooldown | undefined;
  /**
   * Requests a gateway's model list, which shows whether the gateway responds and accepts the API key. Never rejects.
   */
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
   * Returns the records of turns and the state of the gateways for the diagnostics report. They contain no API keys,
   * prompts or answers. The messages of gateways are included, and a gateway might quote a prompt.
   */
  report(): EngineReport;
}

/** The result of a probe. `ms` is the time until the response was complete, in milliseconds. */
export type ProbeResult =
  | ({ readonly state: 'verified'; readonly ms: number } & ListedModels)
  | {
      /**
       * `rejected` means that the gateway refuses the API key. `unverified` means that a different fault occurred, so
       * the key might be valid.
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
      /** Technical details of the fault, such as the gateway's message. API keys have been removed. */
      readonly detail: string;
      readonly actions: readonly FaultAction[];
    }
  | { readonly state: 'cancelled' };

export interface EngineReport {
  /** Records of recent turns, oldest first. */
  readonly turns: readonly TurnRecord[];
  readonly gateways: readonly GatewayReport[];
}
