import type { EngineSettings } from '../../core/settings';

/** Nobody wants to watch a stall for a minute. */
export const shortenedMs = 6000;

/**
 * What the engine goes by in the guided tour: the defaults, so that everybody sees what the tour says, whatever they have
 * set; and another model of the demo to fall back on.
 */
export function tourSettings(fallbackModel: string | undefined): EngineSettings {
  return {
    retry: { maxRetries: 5, baseDelayMs: 1000, maxDelayMs: 60_000, jitter: 'full', maxHintMs: 300_000 },
    fallbackModels: fallbackModel === undefined ? [] : [fallbackModel],
    resume: 'auto',
    timeout: { headersMs: null, firstTokenMs: null, idleMs: shortenedMs, silentMs: null },
  };
}
