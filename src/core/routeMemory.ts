import type { RepairableParameter } from './faults/refusedParameter';

/** What the engine has learned of one model on one route. */
export interface RouteBehavior {
  /** Requests go without these, or with their newer name. */
  readonly unsupportedParameters: Set<RepairableParameter>;
  /** The gateway does not continue a partial answer that is the last message of a request. */
  refusesPrefill: boolean;
  /** The gateway sends the field of the finish reason, but never fills it in: `[DONE]` alone ends an answer. */
  omitsFinishReason: boolean;
}

/** Learned at run time, for the life of the engine. */
export class RouteMemory {
  private readonly behavior = new Map<string, RouteBehavior>();

  behaviorOf(baseUrl: string, model: string): RouteBehavior {
    const key = `${baseUrl}\n${model}`;
    let behavior = this.behavior.get(key);
    if (!behavior) {
      behavior = { unsupportedParameters: new Set(), refusesPrefill: false, omitsFinishReason: false };
      this.behavior.set(key, behavior);
    }
    return behavior;
  }
}
