import type { Engine } from '../../engine/engine';
import { hostEngine, type HostEngineDeps } from '../engine/hostEngine';
import { demoSettings } from './demoTour';

/**
 * Returns the engine of the demo. Each turn gets an engine of its own, so that a scenario goes the same way each time,
 * and no fault of the embedded gateway delays a real request, in this window or another.
 * @param deps `connection` is that of the embedded gateway and throws when the demo is closed
 */
export function demoEngine(deps: Pick<HostEngineDeps, 'log' | 'version' | 'connection'>): Engine {
  return {
    stream: (request, options) => hostEngine({ ...deps, settings: () => demoSettings }).stream(request, options),
    // There is no state between turns, so there is nothing to reset or to report.
    connectionChanged: () => undefined,
    resetNetworkState: () => Promise.resolve(),
    cooldownOf: () => undefined,
    report: () => ({ turns: [], network: { budgets: [], gates: [] } }),
  };
}
