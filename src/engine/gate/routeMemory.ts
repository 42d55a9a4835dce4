import type { RepairableParameter } from '../faults/unsupportedParameter';
import type { KnownKeys } from '../gateway/knownKeys';
import type { NetworkState } from './networkState';

/** What all turns of an engine have learned together. Lives as long as the engine. */
export interface EngineMemory {
  readonly network: NetworkState;
  readonly routes: RouteMemory;
  readonly keys: KnownKeys;
}

/** What the engine has learned of one model on one route. */
export interface RouteBehavior {
  /** Parameters that the gateway refused: left out, or sent under their newer name. */
  readonly unsupportedParameters: Set<RepairableParameter>;
  /** The gateway does not continue a partial answer that is the last message of a request. */
  refusesPrefill: boolean;
  /** `omitted`: the gateway sends the field of the finish reason and never fills it in; `[DONE]` ends an answer. */
  finishReason: 'unknown' | 'sent' | 'omitted';
}

/** Learned at run time, for the life of the engine. */
export class RouteMemory {
  private readonly behavior = new Map<string, RouteBehavior>();

  behaviorOf(baseUrl: string, model: string): RouteBehavior {
    const key = `${baseUrl}\n${model}`;
    let behavior = this.behavior.get(key);
    if (!behavior) {
      behavior = { unsupportedParameters: new Set(), refusesPrefill: false, finishReason: 'unknown' };
      this.behavior.set(key, behavior);
    }
    return behavior;
  }
}
