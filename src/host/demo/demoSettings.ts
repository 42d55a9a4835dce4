import type { EngineSettings } from '../../engine/environment';

/** Model that is selected when the offline demo starts. It is also the fallback model of the demo. */
export const steadyModel = 'demo-steady';

/**
 * Settings of the offline demo. They replace the user's settings, so that each scenario runs as the tour describes it,
 * and stalled answers are detected within seconds.
 */
export const demoSettings: EngineSettings = {
  retry: { maxRetries: 5, baseDelayMs: 1000, maxDelayMs: 60_000, jitter: 'full', maxHintMs: 300_000 },
  fallbackModels: [steadyModel],
  resume: 'auto',
  continueWithFallback: 'ask',
  timeout: { headersMs: null, firstTokenMs: null, idleMs: 6000, silentMs: null },
  isWorkspaceModel: false,
};
