import type { Engine } from '../../core/engine';
import type { HostEngineDeps } from '../hostEngine';

export interface DemoEngineDeps extends Pick<HostEngineDeps, 'log' | 'version'> {
  readonly createEngine: (deps: HostEngineDeps) => Engine;
  readonly demo: { engineSettings(model: string): ReturnType<HostEngineDeps['settings']> };
  /** Of the embedded gateway. @throws when the demo is closed */
  readonly connection: HostEngineDeps['connection'];
}

/**
 * The engine of the demo: each turn has one of its own, so that a scenario goes the same way each time, and that nothing
 * the embedded gateway says holds back a real request, in this window or another.
 */
export function demoEngine({ demo, createEngine, ...deps }: DemoEngineDeps): Engine {
  return {
    stream: (request, options) =>
      createEngine({ ...deps, settings: () => demo.engineSettings(request.model) }).stream(request, options),
    // A turn ends with the gateway it was asked of, and what it was told ends with the turn.
    connectionChanged: () => undefined,
    resetNetworkState: () => Promise.resolve(),
    pauseOf: () => undefined,
    report: () => ({ turns: [], network: { budgets: [], gates: [] } }),
  };
}
