import { join } from 'node:path';
import type { Engine, EngineDeps } from '../core/engine';
import { lazyEngine } from '../core/lazyEngine';
import { localize } from './localize';
import type { Log } from './log';
import { systemClock } from './systemClock';
import { timeOfDay } from './timeOfDay';

export interface HostEngineDeps extends Pick<EngineDeps, 'settings' | 'connection'> {
  readonly log: Log;
  readonly version: string;
  /** Of all windows of this machine. */
  readonly storage: string;
}

/** The engine in VS Code's extension host; loaded when it is first needed. */
export function hostEngine({ log, version, storage, settings, connection }: HostEngineDeps): Engine {
  return lazyEngine(async () => {
    const [{ createEngine }, { cooldownFiles }] = await Promise.all([
      import('../core/createEngine'),
      import('./cooldownFiles'),
    ]);
    return createEngine({
      clock: systemClock,
      random: Math.random,
      fetch: (input, init) => globalThis.fetch(input, init),
      log,
      localize,
      formatTime: timeOfDay,
      settings,
      connection,
      cooldowns: cooldownFiles(join(storage, 'cooldowns'), systemClock, (problem) => log.warn(problem)),
      userAgent: `HolySheepPrompt/${version}`,
    });
  });
}
