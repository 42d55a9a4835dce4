import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { logTurnEvent, turnLogLine } from '../../../src/host/diagnostics/turnLog';
import { attempt, done, failed, reasoning, stopped, text, waiting } from '../conversation/scriptedEngine';

const conversationId = '11111111-aaaa';
const exchangeId = '22222222-bbbb';
const secret = 'secret answer';

describe('turn log', () => {
  const rows: readonly (readonly [StreamEvent, string | undefined])[] = [
    [attempt('m', 2), 'info [11111111/22222222] attempt 2 (first) with m'],
    [
      { type: 'headers', status: 429, requestId: 'r-1', ms: 12.6, attempt: 1, at: 0 },
      'info [11111111/22222222] attempt 1: status 429 in 13 ms, request id r-1',
    ],
    [
      { ...waiting, status: 429, requestId: 'r-1' } as StreamEvent,
      'warn [11111111/22222222] waiting 4000 ms (backoff) until 1970-01-01T00:00:00.000Z for attempt 2 of 6: ' +
        'rate-limit, status 429, request id r-1',
    ],
    [
      { ...waiting, told: 'window' } as StreamEvent,
      'warn [11111111/22222222] waiting 4000 ms (backoff) until 1970-01-01T00:00:00.000Z for attempt 2 of 6: ' +
        'rate-limit, blocked by another window',
    ],
    [
      { ...attempt(), why: 'resume', how: 'prefill' } as StreamEvent,
      'info [11111111/22222222] attempt 1 (resume, prefill) with m',
    ],
    [
      { type: 'ended', how: 'stalled', row: 'streamStalled', ms: 1234.5, bytes: 900, chars: 80, tokens: 20, attempt: 1, at: 0 },
      'info [11111111/22222222] attempt 1: ended, stalled, after 1235 ms with 900 bytes, 80 characters, 20 tokens',
    ],
    [
      { type: 'ended', how: 'finished', ms: 1, bytes: 0, chars: 0, attempt: 1, at: 0 },
      'info [11111111/22222222] attempt 1: ended, finished, after 1 ms with 0 bytes, 0 characters',
    ],
    [
      { ...attempt(), origin: 'https://backup.example' } as StreamEvent,
      'info [11111111/22222222] attempt 1 (first) with m at https://backup.example',
    ],
    [
      { type: 'route', from: 'https://api.example', to: 'https://backup.example', reason: 'dns', attempt: 1, at: 0 },
      'warn [11111111/22222222] route https://api.example → https://backup.example (dns)',
    ],
    [
      { type: 'route', from: 'https://api.example', to: 'https://backup.example', reason: 'user', attempt: 1, at: 0 },
      'info [11111111/22222222] route https://api.example → https://backup.example (user)',
    ],
    [
      {
        ...{ type: 'route', from: 'https://api.example', to: 'https://api.example', reason: 'dns', attempt: 1, at: 0 },
        ...{ fromUrl: 'https://api.example/a/v1', toUrl: 'https://api.example/b/v1' },
      },
      'warn [11111111/22222222] route https://api.example/a/v1 → https://api.example/b/v1 (dns)',
    ],
    [
      { ...attempt(), origin: 'https://api.example', baseUrl: 'https://api.example/b/v1' } as StreamEvent,
      'info [11111111/22222222] attempt 1 (first) with m at https://api.example/b/v1',
    ],
    [{ type: 'tool-call', index: 0, name: secret, arguments: secret, attempt: 1, at: 0 }, undefined],
    [
      { type: 'cut', reason: 'connection', message: secret, attempt: 1, at: 0 },
      'warn [11111111/22222222] attempt 1: cut, connection',
    ],
    [
      { ...done(secret), attempts: 3, waitedMs: 41_000.4 } as StreamEvent,
      'info [11111111/22222222] done (stop) after 3 attempts, 41000 ms of waiting, 13 characters',
    ],
    [stopped(secret), 'info [11111111/22222222] stopped in attempt 1, 13 characters received'],
    [failed(secret), 'warn [11111111/22222222] failed in attempt 1: connection, 13 characters received'],
    [text(secret), undefined],
    [reasoning(secret), undefined],
    [
      { type: 'replaced', text: secret, attempt: 2, at: 0 },
      'info [11111111/22222222] attempt 2: replaced the partial answer with a new one',
    ],
  ];
  for (const [event, line] of rows) {
    it(line ? `logs ${event.type} as: ${line}` : `does not log ${event.type}`, () => {
      const logged = turnLogLine(conversationId, exchangeId, event);
      assert.equal(logged && `${logged.level} ${logged.text}`, line);
      assert.ok(!logged?.text.includes(secret));
    });
  }
});

describe('turn log with a closed output channel', () => {
  it('logs an error that occurs while an event is logged, and does not throw', () => {
    const problem = new Error('the log is closed');
    const errors: unknown[] = [];
    const log = {
      info: () => {
        throw problem;
      },
      warn: () => assert.fail(),
      error: (error: unknown) => void errors.push(error),
    };
    logTurnEvent(log, conversationId, exchangeId, attempt());
    assert.deepEqual(errors, [problem]);
  });
});
