import type { Engine, EngineDeps } from './engine';
import type { EngineMemory } from './engineMemory';
import { NetworkState } from './network/networkState';
import { RepairMemory } from './repairs';
import { PrefillMemory } from './resume/prefill';
import { Turn } from './turn';

/** As many turns are kept for the diagnostics. */
const keptTurns = 50;

/** The retrying, streaming client. Cheap to create; the SDK is loaded with the first request. */
export function createEngine(deps: EngineDeps): Engine {
  const network = new NetworkState(deps.clock, deps.cooldowns);
  const memory: EngineMemory = { network, repairs: new RepairMemory(), prefill: new PrefillMemory() };
  const turns: Turn[] = [];
  return {
    stream: (request, options = {}) => {
      const turn = new Turn(deps, memory, request, options);
      turns.push(turn);
      if (turns.length > keptTurns) turns.shift();
      return turn;
    },
    resetNetworkState: () => network.reset(),
    report: () => ({ turns: turns.map(({ record }) => record), network: network.report() }),
  };
}
