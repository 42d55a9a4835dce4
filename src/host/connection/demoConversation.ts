import type { EngineSettings } from '../../engine/environment';

/** Model that is selected when the demo starts. It is also the demo's fallback model. */
export const steadyModel = 'demo-steady';

/** The user's settings are ignored, so that each scenario runs as the tour describes it and no stall takes a minute. */
export const demoSettings: EngineSettings = {
  retry: { maxRetries: 5, baseDelayMs: 1000, maxDelayMs: 60_000, jitter: 'full', maxHintMs: 300_000 },
  fallbackModels: [steadyModel],
  resume: 'auto',
  continueWithFallback: 'ask',
  timeout: { headersMs: null, firstTokenMs: null, idleMs: 6000, silentMs: null },
  isWorkspaceModel: false,
};

export interface DemoConversation {
  readonly tree: { readonly gateways: 'own' | 'demo'; readonly isEmpty: boolean };
}

/** Returns whether prompts of a conversation may go to the demo. Returns true for an empty conversation. */
export function isDemoConversation({ tree }: DemoConversation): boolean {
  return tree.gateways === 'demo' || tree.isEmpty;
}
