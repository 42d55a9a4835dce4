import type { JitterKind } from './retry/backoff';

/** What the engine reads of the user's settings. Durations in milliseconds. */
export interface EngineSettings {
  readonly retry: {
    /** Attempts after the first, before any payload has arrived. */
    readonly maxRetries: number;
    readonly baseDelayMs: number;
    readonly maxDelayMs: number;
    readonly jitter: JitterKind;
    /** A hint beyond this is not waited for; the turn fails and says when the limit resets. */
    readonly maxHintMs: number;
  };
  /** Tried in this order, before the first text, where the model stays overloaded. */
  readonly fallbackModels: readonly string[];
  readonly resume: 'auto' | 'restart' | 'off';
  /** null: the engine's own default, which is longer for reasoning models. */
  readonly timeout: {
    readonly headersMs: number | null;
    readonly firstTokenMs: number | null;
    readonly idleMs: number | null;
    readonly silentMs: number | null;
  };
}
