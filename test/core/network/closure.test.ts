import assert from 'node:assert/strict';
import { Closure } from '../../../src/core/network/closure';
import type { Cooldown } from '../../../src/core/network/sharedCooldowns';
import { VirtualClock } from '../../support/virtualClock';

function start(): { readonly clock: VirtualClock; readonly cause: Cooldown; readonly closure: Closure } {
  const clock = new VirtualClock();
  const cause: Cooldown = { until: clock.now() + 5000, delayMs: 5000, source: 'server', reason: 'rate-limit' };
  return { clock, cause, closure: new Closure(clock, 'cooldown', cause, 'request') };
}

describe('what is said to a request that has to wait', () => {
  it('is no news while the time and its cause are the same', () => {
    const { clock, cause, closure } = start();
    const said = closure.say(undefined);
    assert.deepEqual(said, { until: cause.until, why: 'cooldown', cause, told: 'request' });
    assert.equal(closure.say(said), said);
    for (const other of [
      new Closure(clock, 'cooldown', { ...cause }, 'request'),
      new Closure(clock, 'breaker', cause, 'request'),
      new Closure(clock, 'cooldown', cause, 'request', cause.until + 1),
    ]) {
      assert.notEqual(other.say(said), said);
    }
  });

  it('is news once the time is up, were it before the time that was said', async () => {
    const { clock, cause, closure } = start();
    const said = closure.say(undefined);
    await clock.advance(4500);
    assert.deepEqual(closure.ended().say(said), { until: clock.now() + 1000, why: 'probe', cause, told: 'request' });
  });

  it('is an estimate then, which holds for a second', async () => {
    const { clock, closure } = start();
    const ended = closure.ended();
    const said = ended.say(undefined);
    assert.equal(ended.say(said), said);
    await clock.advance(999);
    assert.equal(ended.say(said), said);
    await clock.advance(1);
    assert.equal(ended.say(said).until, clock.now() + 1000);
  });

  it('is estimated anew where the clock is set back', () => {
    const { clock, closure } = start();
    const ended = closure.ended();
    const said = ended.say(undefined);
    clock.epoch -= 1;
    assert.equal(ended.say(said).until, clock.now() + 1000);
  });
});
