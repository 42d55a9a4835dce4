import assert from 'node:assert/strict';
import { GateCooldown, type Cooldown, type GateBlock } from '../../../src/engine/gate/cooldowns';
import { VirtualClock } from '../../support/virtualClock';

function start(): { readonly clock: VirtualClock; readonly cause: Cooldown; readonly cooldown: GateCooldown } {
  const clock = new VirtualClock();
  const cause: Cooldown = { until: clock.now() + 5000, delayMs: 5000, source: 'server', reason: 'rate-limit' };
  return { clock, cause, cooldown: new GateCooldown(clock, 'cooldown', cause, 'request') };
}

describe('reason why a request waits at the gate', () => {
  it('remains the same object until the cause or the end of the wait changes', () => {
    const { clock, cause, cooldown } = start();
    const block = cooldown.renewBlock(undefined);
    assert.deepEqual(block, {
      until: cause.until,
      blockKind: 'cooldown',
      cause,
      blockedBy: 'request',
    } satisfies GateBlock);
    assert.equal(cooldown.renewBlock(block), block);
    for (const changed of [
      new GateCooldown(clock, 'cooldown', { ...cause }, 'request'),
      new GateCooldown(clock, 'breaker', cause, 'request'),
      new GateCooldown(clock, 'cooldown', cause, 'request', cause.until + 1),
    ]) {
      assert.notEqual(changed.renewBlock(block), block);
    }
  });

  it('changes from "cooldown" to "probe" when the cooldown ends early', async () => {
    const { clock, cause, cooldown } = start();
    const block = cooldown.renewBlock(undefined);
    await clock.advance(4500);
    assert.deepEqual(cooldown.expired().renewBlock(block), {
      until: clock.now() + 1000,
      blockKind: 'probe',
      cause,
      blockedBy: 'request',
    } satisfies GateBlock);
  });

  it('contains a new estimated end of the wait after the first estimated end has passed', async () => {
    const { clock, cooldown } = start();
    const expired = cooldown.expired();
    const block = expired.renewBlock(undefined);
    assert.equal(expired.renewBlock(block), block);
    await clock.advance(500);
    assert.equal(expired.renewBlock(block), block);
    await clock.advance(500);
    assert.equal(expired.renewBlock(block).until, clock.now() + 1000);
  });
});
