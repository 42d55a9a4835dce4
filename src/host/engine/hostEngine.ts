import { join } from 'node:path';
import { createEngine } from '../../engine/createEngine';
import type { Engine, EngineDeps, EngineLog } from '../../engine/engine';
import { noSharedCooldowns } from '../../engine/gate/cooldowns';
import type { KeyRedactor } from '../../engine/gateway/keyRedactor';
import { Listeners } from '../util/listeners';
import { localize, formatTime } from '../util/localization';
import { systemClock } from '../util/systemClock';
import { CooldownFiles } from './cooldownFiles';

export interface HostEngineDeps extends Pick<
  EngineDeps,
  'settings' | 'connection' | 'isWindowFocused' | 'onTurnEnd' | 'facts'
> {
  readonly log: EngineLog & { readonly keys: KeyRedactor };
  readonly version: string;
  /**
   * Folder that all windows of this machine share. Without a folder, this engine neither writes nor reads cooldowns.
   */
  readonly storage?: string | undefined;
}

interface HostEngine extends Engine {
  /** Fires when a cooldown starts, changes or is cleared, but not when it expires. */
  readonly onDidChangeCooldown: Listeners<void>['event'];
}

/** Creates an engine that uses the clock, the `fetch` and the log of VS Code's extension host. */
export function createHostEngine({ log, version, storage, ...deps }: HostEngineDeps): HostEngine {
  const cooldownChanges = new Listeners<void>((error) => log.warn(String(error)));
  const engine = createEngine({
    ...deps,
    clock: systemClock,
    random: Math.random,
    fetch: (input, init) => globalThis.fetch(input, init),
    log,
    keys: log.keys,
    localize,
    formatTime,
    onCooldownChange: () => cooldownChanges.fire(),
    cooldowns:
      storage === undefined
        ? noSharedCooldowns
        : new CooldownFiles(join(storage, 'cooldowns'), systemClock, (problem) => log.warn(problem)),
    userAgent: `HolySheepPrompt/${version}`,
  });
  return { ...engine, onDidChangeCooldown: cooldownChanges.event };
}
