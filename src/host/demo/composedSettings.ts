import type { EngineSettings } from '../../core/settings';
import { timeoutsFor } from '../../core/timeouts';
import { shortenedMs } from './tourSettings';

/**
 * The user's own, as they are for the user's own model: the demo's models have other names, and no thinking ones among
 * them.
 * @param shortened nothing is waited for longer than a few seconds, where the user has set, or left, more
 */
export function composedSettings(settings: EngineSettings, model: string, shortened: boolean): EngineSettings {
  const { headersMs, firstTokenMs, idleMs, silentMs } = timeoutsFor(model, settings.timeout);
  const at = (ms: number): number => (shortened ? Math.min(ms, shortenedMs) : ms);
  const timeout = {
    headersMs: at(headersMs),
    firstTokenMs: at(firstTokenMs),
    idleMs: at(idleMs),
    silentMs: at(silentMs),
  };
  return { ...settings, timeout };
}
