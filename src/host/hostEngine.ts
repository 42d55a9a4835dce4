import { join } from 'node:path';
import type { Engine, EngineDeps, EngineLog } from '../core/engine';
import type { KnownKeys } from '../core/knownKeys';
import { noSharedCooldowns } from '../core/network/sharedCooldowns';
import { cooldownFiles } from './cooldownFiles';
import { localize } from './localize';
import { systemClock } from './systemClock';
import { timeOfDay } from './timeOfDay';

export interface HostEngineDeps extends Pick<EngineDeps, 'settings' | 'connection' | 'onPause'> {
  readonly log: EngineLog & { readonly keys: KnownKeys };
  readonly version: string;
  /** Of all windows of this machine; absent: what the engine is told is nothing to them. */
  readonly storage?: string | undefined;
}

/**
 * Loads the engine, a bundle that the app shares with others.
 * @returns what creates an engine in VS Code's extension host
 */
export async function loadEngine(): Promise<(deps: HostEngineDeps) => Engine> {
  const { createEngine } = await import('../core/createEngine');
  return ({ log, version, storage, settings, connection, onPause }) => {
    const warn = (problem: string): void => log.warn(problem);
    return createEngine({
      clock: systemClock,
      random: Math.random,
      fetch: (input, init) => globalThis.fetch(input, init),
      log,
      keys: log.keys,
      localize,
      formatTime: timeOfDay,
      settings,
      connection,
      onPause,
      cooldowns:
        storage === undefined ? noSharedCooldowns : cooldownFiles(join(storage, 'cooldowns'), systemClock, warn),
      userAgent: `HolySheepPrompt/${version}`,
    });
  };
}
