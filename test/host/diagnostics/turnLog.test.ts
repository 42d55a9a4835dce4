import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { logTurnEvent } from '../../../src/host/diagnostics/turnLog';
import { attempt, done, failed, reasoning, stopped, text, waiting } from '../../support/host/scriptedEngine';
import { refOf } from '../../support/gatewayRef';
import type { Log } from '../../../src/host/util/log';
import { fake } from '../../support/fake';

const secret = 'secret answer';
const base = { attempt: 1, at: 0 } as const;

describe("log of a turn's events", () => {
  const rows: readonly (readonly [StreamEvent, line: string | undefined])[] = [
    [
      {
        ...attempt('m', 2),
        why: 'resume',
        how: 'prefill',
        gateway: refOf('https://b.example/t0k3n/v1'),
      } as StreamEvent,
      'info attempt attempt=2 why=resume how=prefill model=m gateway=b.example',
    ],
    [
      { ...base, type: 'headers', status: 429, requestId: 'r-1', ms: 12.6 },
      'info headers attempt=1 status=429 requestId=r-1 ms=13',
    ],
    [
      { ...waiting, told: 'window', status: 429, message: secret } as StreamEvent,
      'warn waiting attempt=2 maxAttempts=6 reason=rate-limit status=429 source=backoff told=window until=1970-01-01T00:00:00.000Z delayMs=4000',
    ],
    [
      { ...base, type: 'ended', how: 'stalled', row: 'streamStalled', ms: 1234.5, bytes: 900, chars: 80, tokens: 20 },
      'info ended attempt=1 how=stalled row=streamStalled ms=1235 bytes=900 chars=80 tokens=20',
    ],
    [
      { ...base, type: 'gateway', from: refOf('https://a.example'), to: refOf('https://b.example'), reason: 'dns' },
      'warn gateway attempt=1 from=a.example to=b.example reason=dns',
    ],
    [
      { ...base, type: 'gateway', from: refOf('https://a.example'), to: refOf('https://b.example'), reason: 'user' },
      'info gateway attempt=1 from=a.example to=b.example reason=user',
    ],
    [{ ...base, type: 'cut', reason: 'connection', message: secret }, 'warn cut attempt=1 reason=connection'],
    [{ ...base, type: 'replaced', text: secret }, 'info replaced attempt=1 textLength=13'],
    [
      { ...done(secret), attempts: 3, waitedMs: 41_000.4 } as StreamEvent,
      'info done attempt=1 attempts=3 finishReason=stop waitedMs=41000 textLength=13',
    ],
    [stopped(secret), 'info stopped attempt=1 textLength=13'],
    [{ ...failed(secret), detail: secret } as StreamEvent, 'warn failed attempt=1 kind=connection textLength=13'],
    [text(secret), undefined],
    [reasoning(secret), undefined],
    [{ ...base, type: 'tool-call', index: 0, name: secret, arguments: secret }, undefined],
  ];
  for (const [event, line] of rows) {
    it(line ? `contains an event "${event.type}" as: ${line}` : `omits an event "${event.type}"`, () => {
      const lines: string[] = [];
      const log = fake<Log>({
        info: (entry) => lines.push(`info ${entry}`),
        warn: (entry) => lines.push(`warn ${entry}`),
      });
      logTurnEvent(log, '11111111-aaaa', '22222222-bbbb', event);
      const expected = line?.replace(' ', ' [11111111/22222222] ');
      assert.deepEqual(lines, expected === undefined ? [] : [expected]);
      assert.ok(!lines.join().includes(secret));
    });
  }
});
