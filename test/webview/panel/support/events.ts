import type { FailedEvent, StreamEvent, WaitingEvent } from '../../../../src/protocol';
import { startOfTime } from './panelPage';

type Of<T extends StreamEvent['type']> = Extract<StreamEvent, { readonly type: T }>;

/** Events of the engine with everything but the point of the test filled in. */
export const ev = {
  attempt: (more: Partial<Of<'attempt'>> = {}): StreamEvent => ({
    type: 'attempt',
    attempt: 1,
    at: 1000,
    model: 'gpt-4o',
    why: 'first',
    ...more,
  }),
  headers: (status = 200): StreamEvent => ({ type: 'headers', attempt: 1, at: 1100, status, ms: 100 }),
  text: (text: string, at = 1800): StreamEvent => ({ type: 'text', attempt: 1, at, text }),
  reasoning: (text: string, attempt = 1): StreamEvent => ({ type: 'reasoning', attempt, at: 1500, text }),
  quiet: (): StreamEvent => ({ type: 'quiet', attempt: 1, at: 11_000, forMs: 10_000 }),
  waiting: (more: Partial<WaitingEvent> = {}): StreamEvent => ({
    type: 'waiting',
    attempt: 2,
    at: 1200,
    until: startOfTime + 4100,
    delayMs: 4100,
    source: 'backoff',
    reason: 'rate-limit',
    maxAttempts: 6,
    message: 'Rate limited.',
    actions: ['retryNow', 'switchModel'],
    ...more,
  }),
  offline: (): StreamEvent => ev.waiting({ reason: 'offline', message: 'You appear to be offline.' }),
  cut: (): StreamEvent => ({ type: 'cut', attempt: 1, at: 2000, reason: 'connection', message: 'Connection lost.' }),
  resumed: (): StreamEvent => ({ type: 'resumed', attempt: 2, at: 2500, how: 'continue', trimmed: 0 }),
  replaced: (text: string): StreamEvent => ({ type: 'replaced', attempt: 2, at: 2600, text }),
  usage: (): StreamEvent => ({
    type: 'usage',
    attempt: 1,
    at: 2900,
    promptTokens: 12,
    completionTokens: 12_345,
    totalTokens: 12_357,
  }),
  done: (text: string, more: Partial<Of<'done'>> = {}): StreamEvent => ({
    type: 'done',
    attempt: 1,
    at: 3000,
    finishReason: 'stop',
    attempts: 1,
    text,
    waitedMs: 0,
    ...more,
  }),
  stopped: (text: string): StreamEvent => ({ type: 'stopped', attempt: 1, at: 3000, text }),
  failed: (more: Partial<FailedEvent> = {}): StreamEvent => ({
    type: 'failed',
    attempt: 1,
    at: 3000,
    kind: 'overloaded',
    status: 529,
    requestId: 'req_7',
    message: 'The model is overloaded.',
    text: '',
    actions: ['retryNow', 'switchModel', 'details'],
    ...more,
  }),
} as const;
