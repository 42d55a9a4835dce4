import type { FailedEvent, StreamEvent } from '../../../../src/engine/events/events';
import type { WaitingEvent } from '../../../../src/shared/protocol';
import { startOfTime } from './panelPage';
import { refOf } from '../../../support/gatewayRef';

type EventOf<T extends StreamEvent['type']> = Extract<StreamEvent, { readonly type: T }>;

/** Creates events of the engine with default values for all fields that a test does not set. */
export const ev = {
  attempt: (fields: Partial<EventOf<'attempt'>> = {}): StreamEvent => ({
    type: 'attempt',
    gateway: refOf('https://api.example'),
    attempt: 1,
    at: 1000,
    model: 'gpt-4o',
    why: 'first',

    time: startOfTime,
    ...fields,
  }),
  /** A switch from `https://api.example` to `https://backup.example`, unless `fields` name other origins. */
  gateway: (fields: Partial<EventOf<'gateway'>> = {}): StreamEvent => ({
    type: 'gateway',
    attempt: 1,
    at: 1500,
    from: refOf('https://api.example'),
    to: refOf('https://backup.example'),
    reason: 'dns',
    ...fields,
  }),
  headers: (status = 200): StreamEvent => ({ type: 'headers', attempt: 1, at: 1100, status, ms: 100 }),
  text: (text: string, at = 1800): StreamEvent => ({ type: 'text', attempt: 1, at, text }),
  reasoning: (text: string, attempt = 1): StreamEvent => ({ type: 'reasoning', attempt, at: 1500, text }),
  waiting: (fields: Partial<WaitingEvent> = {}): StreamEvent => ({
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
    ...fields,
  }),
  offline: (): StreamEvent => ev.waiting({ reason: 'offline', message: 'You appear to be offline.' }),
  cut: (): StreamEvent => ({ type: 'cut', attempt: 1, at: 2000, reason: 'connection', message: 'Connection lost.' }),
  resumed: (fields: Partial<EventOf<'resumed'>> = {}): StreamEvent => ({
    type: 'resumed',
    attempt: 2,
    at: 2500,
    how: 'continue',
    trimmed: 0,
    resumePoint: 3,
    ...fields,
  }),
  toolCall: (fields: Partial<EventOf<'tool-call'>> = {}): StreamEvent => ({
    type: 'tool-call',
    attempt: 1,
    at: 1900,
    index: 0,
    arguments: '',
    ...fields,
  }),
  ended: (fields: Partial<EventOf<'ended'>> = {}): StreamEvent => ({
    type: 'ended',
    attempt: 1,
    at: 2900,
    how: 'finished',
    ms: 1900,
    bytes: 1000,
    chars: 5,
    ...fields,
  }),
  replaced: (text: string): StreamEvent => ({ type: 'replaced', attempt: 2, at: 2600, text }),
  usage: (): StreamEvent => ({
    type: 'usage',
    attempt: 1,
    at: 2900,
    promptTokens: 12,
    completionTokens: 12_345,
    totalTokens: 12_357,
  }),
  done: (text: string, fields: Partial<EventOf<'done'>> = {}): StreamEvent => ({
    type: 'done',
    attempt: 1,
    at: 3000,
    finishReason: 'stop',
    attempts: 1,
    text,
    waitedMs: 0,
    ...fields,
  }),
  stopped: (text: string): StreamEvent => ({ type: 'stopped', attempt: 1, at: 3000, text }),
  failed: (fields: Partial<FailedEvent> = {}): StreamEvent => ({
    type: 'failed',
    attempt: 1,
    at: 3000,
    kind: 'overloaded',
    status: 529,
    requestId: 'req_7',
    message: 'The model is overloaded.',
    text: '',
    actions: ['retryNow', 'switchModel'],
    ...fields,
  }),
} as const;
