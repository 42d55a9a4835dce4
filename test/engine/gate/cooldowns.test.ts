import assert from 'node:assert/strict';
import { GateCooldown, type Cooldown } from '../../../src/engine/gate/cooldowns';
import { VirtualClock } from '../../support/virtualClock';

function start(): { readonly clock: VirtualClock; readonly cause: Cooldown; readonly cooldown: GateCooldown } {
  const clock = new VirtualClock();
  const cause: Cooldown = { until: clock.now() + 5000, delayMs: 5000, source: 'server', reason: 'rate-limit' };
  return { clock, cause, cooldown: new GateCooldown(clock, 'cooldown', cause, 'request') };
}

describe('what is said to a request that has to wait', () => {
  it('is no news while the time and its cause are the same', () => {
    const { clock, cause, cooldown } = start();
    const block = cooldown.renewBlock(undefined);
    assert.deepEqual(block, { until: cause.until, why: 'cooldown', cause, origin: 'request' });
    assert.equal(cooldown.renewBlock(block), block);
    for (const other of [
      new GateCooldown(clock, 'cooldown', { ...cause }, 'request'),
      new GateCooldown(clock, 'breaker', cause, 'request'),
      new GateCooldown(clock, 'cooldown', cause, 'request', cause.until + 1),
    ]) {
      assert.notEqual(other.renewBlock(block), block);
    }
  });

  it('is news once the time is up, were it before the time that was said', async () => {
    const { clock, cause, cooldown } = start();
    const block = cooldown.renewBlock(undefined);
    await clock.advance(4500);
    assert.deepEqual(cooldown.expired().renewBlock(block), {
      until: clock.now() + 1000,
      why: 'probe',
      cause,
      origin: 'request',
    });
  });

  it('is an estimate then, which holds for a second', async () => {
    const { clock, cooldown } = start();
    const expired = cooldown.expired();
    const block = expired.renewBlock(undefined);
    assert.equal(expired.renewBlock(block), block);
    await clock.advance(999);
    assert.equal(expired.renewBlock(block), block);
    await clock.advance(1);
    assert.equal(expired.renewBlock(block).until, clock.now() + 1000);
  });

  it('is estimated anew where the clock is set back', () => {
    const { clock, cooldown } = start();
    const expired = cooldown.expired();
    const block = expired.renewBlock(undefined);
    clock.epoch -= 1;
    assert.equal(expired.renewBlock(block).until, clock.now() + 1000);
  });
});
