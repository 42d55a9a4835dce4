import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { GatewayRequest, Script, Step } from '../../src/demo/gateway';
import { limited, TokenBucket } from '../../src/demo/tokenBucket';

describe('a token bucket', () => {
  it('starts full, refills evenly and never overflows', () => {
    let now = 1000;
    const bucket = new TokenBucket({ capacity: 2, perSecond: 4 }, () => now);
    const taken: number[] = [];
    for (const later of [0, 0, 0, 100, 150, 60_000, 0, 0]) {
      now += later;
      taken.push(bucket.take());
    }
    assert.deepEqual(taken, [0, 0, 250, 150, 0, 0, 0, 250]);
  });

  it('gives a token after ten tenths of its time, however they add up', () => {
    let now = 0;
    const bucket = new TokenBucket({ capacity: 1, perSecond: 0.1 }, () => now);
    const granted: number[] = [];
    for (now = 0; now <= 20_000; now += 1000) if (bucket.take() === 0) granted.push(now);
    assert.deepEqual(granted, [0, 10_000, 20_000]);
  });

  it('gives nothing for a clock that goes back', () => {
    let now = 1000;
    const bucket = new TokenBucket({ capacity: 1, perSecond: 1 }, () => now);
    bucket.take();
    now = 0;
    assert.equal(bucket.take(), 1000);
    now = 1000;
    assert.equal(bucket.take(), 0);
  });

  it('hands out no more than its capacity and its rate', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }),
        (capacity, perSecond, steps) => {
          let now = 0;
          let granted = 0;
          const bucket = new TokenBucket({ capacity, perSecond }, () => now);
          for (const step of steps) {
            now += step;
            if (bucket.take() === 0) granted++;
            assert.ok(granted <= capacity + (now * perSecond) / 1000 + 1e-6);
          }
        },
      ),
    );
  });
});

describe('a limited script', () => {
  const request: GatewayRequest = {
    n: 1,
    method: 'POST',
    path: '/v1/chat/completions',
    headers: {},
    body: '',
    json: undefined,
    at: 0,
    closed: Promise.resolve('server'),
  };
  const granted: Step[] = [{ send: 'granted' }];

  /** @returns the seconds of `Retry-After`; 0: the request was let through. */
  const ask = (script: Script): number => {
    const steps = script(request);
    if (steps === granted) return 0;
    const head = [...(steps as Iterable<Step>)].find((step) => 'status' in step)!;
    assert.equal(head.status, 429);
    return Number(head.headers?.['retry-after']);
  };

  it('refuses with whole seconds, rounded up', () => {
    let now = 0;
    const script = limited(() => granted, { capacity: 2, perSecond: 0.2, now: () => now });
    const answers = [ask(script), ask(script), ask(script)];
    now = 100;
    answers.push(ask(script));
    now = 4999;
    answers.push(ask(script));
    now = 5000;
    answers.push(ask(script));
    assert.deepEqual(answers, [0, 0, 5, 5, 1, 0]);
  });

  it('never names a time that is too early', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 30 }),
        (capacity, perSecond, steps) => {
          let now = 0;
          const script = limited(() => granted, { capacity, perSecond, now: () => now });
          for (const step of steps) {
            now += step;
            const seconds = ask(script);
            if (seconds === 0) continue;
            now += seconds * 1000;
            assert.equal(ask(script), 0);
          }
        },
      ),
    );
  });
});
