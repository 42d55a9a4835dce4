import { join } from 'node:path';
import { createEngine } from '../../engine/createEngine';
import type { Engine, EngineDeps, EngineLog } from '../../engine/engine';
import type { KnownKeys } from '../../engine/gateway/knownKeys';
import { noSharedCooldowns } from '../../engine/gate/sharedCooldowns';
import { cooldownFiles } from './cooldownFiles';
import { localize, timeOfDay } from '../util/localization';
import { systemClock } from '../util/systemClock';

export interface HostEngineDeps extends Pick<EngineDeps, 'settings' | 'connection' | 'onPause'> {
  readonly log: EngineLog & { readonly keys: KnownKeys };
  readonly version: string;
  /** Of all windows of this machine; absent: what the engine is told is nothing to them. */
  readonly storage?: string | undefined;
}

/** The engine in VS Code's extension host. */
export function hostEngine({ log, version, storage, settings, connection, onPause }: HostEngineDeps): Engine {
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
      storage === undefined
        ? noSharedCooldowns
        : cooldownFiles(join(storage, 'cooldowns'), systemClock, (problem) => log.warn(problem)),
    userAgent: `HolySheepPrompt/${version}`,
  });
}
