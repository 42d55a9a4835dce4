import type { KnownKeys } from './knownKeys';
import type { NetworkState } from './network/networkState';
import type { RouteMemory } from './routeMemory';

/** What all turns of an engine have learned together; lives as long as the engine. */
export interface EngineMemory {
  readonly network: NetworkState;
  readonly routes: RouteMemory;
  readonly keys: KnownKeys;
}
