import type { NetworkState } from './network/networkState';
import type { RepairMemory } from './repairs';
import type { PrefillMemory } from './resume/prefill';

/** What all turns of an engine have learned together; lives as long as the engine. */
export interface EngineMemory {
  readonly network: NetworkState;
  readonly repairs: RepairMemory;
  readonly prefill: PrefillMemory;
}
