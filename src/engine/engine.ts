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

/** A model at a gateway, by both of its names. */
interface ModelAtGateway {
  /** The name that the user knows. */
  readonly model: string;
  /** The name that the gateway has for the model. */
  readonly sentModel: string;
  readonly baseUrl: string;
}

export interface EngineDeps extends GateDeps {
  /** Asked again for each attempt and each decision. @param model by the name that the user knows */
  readonly settings: (model: string) => EngineSettings;
  /** Asked again before every attempt. Rejects with a `ConnectionError` when the base URL can't be used. */
  readonly gateways: () => Promise<Gateways>;
  /** All keys of this session. The engine removes them from gateway texts, and adds the keys of its requests. */
  readonly keys: KeyRedactor;
  /** If absent, the facts come from the table of this extension. */
  readonly facts?: ((model: ModelAtGateway) => ModelFacts | undefined) | undefined;
  /** The default is false: gateways are then probed only while a turn runs. */
  readonly isWindowFocused?: (() => boolean) | undefined;
  /**
   * Called when an attempt ends. `isCorrected`: the gateway refused the request, and the turn sends a corrected one at
   * once.
   */
  readonly onAttemptEnd?: ((attempt: LedgerEntry, isCorrected: boolean) => void) | undefined;
  readonly onTurnEnd?: ((record: TurnRecord) => void) | undefined;
  /** Value of the `User-Agent` header, for instance `HolySheepPrompt/1.0.0`. */
  readonly userAgent: string;
}

/** The controls of a running turn. They take effect immediately. */
export interface TurnHandle {
  /** Stops the turn. When the call returns, the terminal event has been delivered. */
  stop(): void;
  /**
   * Ends the wait, or replaces the current attempt if it has streamed nothing yet. A second call does not retry again.
   */
  retryNow(): void;
  /** Also clears the recorded failures of the model. */
  tryAnyway(): void;
  switchModel(model: string): void;
  /** Continues with another model, unless an answer streams. `reason` says why the previous model does not continue. */
  continueWith(model: string, reason: FaultKind): void;
  /**
   * Switches to the next gateway in the user's order. Does nothing if there is only one gateway.
   * @returns the base URL of that gateway
   */
  switchGateway(): string | undefined;
}

/** The stream has exactly one terminal event. */
export interface RunningTurn extends TurnHandle, AsyncIterable<StreamEvent> {}

/** The partial answer of a previous turn with the same request, which the new turn resumes. */
export interface ResumeFrom {
  readonly text: string;
  readonly hadReasoning: boolean;
  readonly hadToolCalls?: boolean | undefined;
  /** The model that wrote the text, by the name that the user knows. It may continue the text even if it is a substitute. */
  readonly model?: string | undefined;
  /** `restart` asks for a new answer, which replaces the text once it is longer or complete. */
  readonly mode: 'continue' | 'restart';
}

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  readonly resumeFrom?: ResumeFrom | undefined;
  /**
   * ID of the gateway that the user has switched to. The turn starts there, even if that gateway
   * is down, and leaves it when an attempt there fails. Ignored if the gateway is known to lack the model.
   */
  readonly preferredGateway?: string | undefined;
  /** The gateways of this turn, in place of `EngineDeps.gateways`. */
  readonly gateways?: (() => Promise<Gateways>) | undefined;
  /** Every attempt waits for it, for instance until the prompt is on disk. If it rejects, the turn ends. */
  readonly beforeAttempt?: (() => Promise<unknown>) | undefined;
}

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
  run(request: ChatRequest, options: RunOptions): TurnHandle;
  /** Starts a turn whose events the caller iterates. Leaving the loop early stops the turn. */
  stream(request: ChatRequest, options?: StreamOptions): RunningTurn;
  /** Ends waits on a gateway that is no longer used. Call this when a key or base URL may have changed. */
  onGatewaysChanged(): void;
  /** Sends the probes that became due while the window did not have the focus. */
  onWindowFocused(): void;
  /**
   * Forgets what requests have revealed about gateways, ends all cooldowns, including those of other windows, and ends
   * all waits.
   */
  resetNetworkState(): Promise<void>;
  /** Returns the gateway at which a turn would start now, or undefined if no gateway can be used. */
  gatewayForAttempt(model: string, gateways: KeyedGateways, preferredGateway?: string): Gateway | undefined;
  /** The cooldown or the open breaker of the scope, or undefined if this window knows of none. */
  cooldownOf(scope: CooldownScope): ModelCooldown | undefined;
  /** Asks a gateway for its models, which shows whether it responds and accepts the key. Never rejects. */
  probe(baseUrl: string, key: string | undefined, signal?: AbortSignal): Promise<ProbeResult>;
  /**
   * Asks a local server, such as Ollama or LM Studio, what it knows about its models, the most important ones first.
   * Returns no facts for another server. Never rejects.
   */
  localFacts(
    baseUrl: string,
    key: string | undefined,
    models: readonly string[],
    signal?: AbortSignal,
  ): Promise<FactsById>;
  /** Contains no keys, prompts and answers, but messages of gateways, which may quote a prompt. */
  report(): EngineReport;
}

/** `ms` is the time until the response was complete. */
export type ProbeResult =
  | ({ readonly state: 'verified'; readonly ms: number } & ListedModels)
  | {
      /** `rejected` means that the gateway refuses the key. After any other fault, the key may be valid. */
      readonly state: 'rejected' | 'unverified';
      readonly ms: number;
      readonly kind: FaultKind;
      /** Name of the fault's row in the fault table, such as `connectionRefused`. */
      readonly row: string;
      /** The HTTP status; absent if there was no response. */
      readonly status?: number | undefined;
      /** Localized, as a turn would show it. */
      readonly message: string;
      /** Without keys. */
      readonly detail: string;
      readonly actions: readonly FaultAction[];
    }
  | { readonly state: 'cancelled' };

export interface EngineReport {
  /** Oldest first. */
  readonly turns: readonly TurnRecord[];
  readonly gateways: readonly GatewayReport[];
}
