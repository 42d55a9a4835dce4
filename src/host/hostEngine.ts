import { join } from 'node:path';
import type { Engine, EngineDeps, EngineLog } from '../core/engine';
import type { KnownKeys } from '../core/knownKeys';
import { lazyEngine } from '../core/lazyEngine';
import { noSharedCooldowns, type SharedCooldowns } from '../core/network/sharedCooldowns';
import { localize } from './localize';
import { systemClock } from './systemClock';
import { timeOfDay } from './timeOfDay';

export interface HostEngineDeps extends Pick<EngineDeps, 'settings' | 'connection' | 'onPause'> {
  readonly log: EngineLog & { readonly keys: KnownKeys };
  readonly version: string;
  /** Of all windows of this machine; absent: what the engine is told is nothing to them. */
  readonly storage?: string | undefined;
}

/** The engine in VS Code's extension host; loaded when it is first needed. */
export function hostEngine({ log, version, storage, settings, connection, onPause }: HostEngineDeps): Engine {
  return lazyEngine(async () => {
    const { createEngine } = await import('../core/createEngine');
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
      cooldowns: storage === undefined ? noSharedCooldowns : await sharedCooldowns(storage, log),
      userAgent: `HolySheepPrompt/${version}`,
    });
  });
}

async function sharedCooldowns(storage: string, log: EngineLog): Promise<SharedCooldowns> {
  const { cooldownFiles } = await import('./cooldownFiles');
  return cooldownFiles(join(storage, 'cooldowns'), systemClock, (problem) => log.warn(problem));
}
