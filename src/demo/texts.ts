export type Topic = 'overview' | 'backoff' | 'jitter' | 'retryAfter' | 'idempotency' | 'resume' | 'breaker';

export interface Texts {
  readonly answers: Readonly<Record<Topic, string>>;
  /** Comes first when nothing in the prompt was understood. */
  readonly notice: string;
  /** What the demo thinks before it answers. */
  readonly reasoning: string;
}
