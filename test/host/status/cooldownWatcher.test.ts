import assert from 'node:assert/strict';
import type { ModelCooldown } from '../../../src/engine/gate/networkState';
import { CooldownWatcher } from '../../../src/host/status/cooldownWatcher';
import { settle, VirtualClock } from '../../support/virtualClock';

/** A watch over a cooldown that the test sets. */
class Watched {
  readonly clock = new VirtualClock();
  readonly shown: (number | undefined)[] = [];
  readonly errors: unknown[] = [];
  cooldown: () => Promise<ModelCooldown | undefined> = () => Promise.resolve(undefined);
  readonly watch = new CooldownWatcher({
    clock: this.clock,
    cooldown: () => this.cooldown(),
    show: (cooldown) => this.shown.push(cooldown?.until),
    onError: (error) => this.errors.push(error),
  });

  /** As the engine says it: over when its time is up. */
  closeFor(ms: number): number {
    const until = this.clock.now() + ms;
    this.cooldown = () => Promise.resolve(this.clock.now() < until ? { until, blockKind: 'cooldown' } : undefined);
    return until;
  }
}

describe('the sign that a model cools down', () => {
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));

  it('is there until the time is up, then goes away by itself, and nothing runs any more', async () => {
    const until = watched.closeFor(30_000);
    watched.watch.update();
    await watched.clock.advance(29_000);
    assert.deepEqual(watched.shown, [until]);
    await watched.clock.advance(2000);
    assert.deepEqual([watched.shown, watched.clock.pending], [[until, undefined], 0]);
  });

  it('looks once, and runs nothing, where there is no cooldown', async () => {
    watched.watch.update();
    await settle();
    assert.deepEqual([watched.shown, watched.clock.pending], [[undefined], 0]);
  });

  it('stays when the cooldown has become longer meanwhile', async () => {
    const first = watched.closeFor(10_000);
    watched.watch.update();
    await watched.clock.advance(5000);
    const second = watched.closeFor(20_000);
    await watched.clock.advance(6000);
    assert.deepEqual(watched.shown, [first, second]);
    await watched.clock.advance(20_000);
    assert.deepEqual([watched.shown, watched.clock.pending], [[first, second, undefined], 0]);
  });

  it('goes away at once when the cooldown is cleared, or another model is chosen', async () => {
    const until = watched.closeFor(10_000);
    watched.watch.update();
    await settle();
    watched.cooldown = () => Promise.resolve(undefined);
    watched.watch.update();
    await settle();
    assert.deepEqual([watched.shown, watched.clock.pending], [[until, undefined], 0]);
  });

  it('goes by the last look, whichever answers first', async () => {
    let late: (cooldown: ModelCooldown | undefined) => void = () => undefined;
    watched.cooldown = () => new Promise((resolve) => (late = resolve));
    watched.watch.update();
    const until = watched.closeFor(10_000);
    watched.watch.update();
    await settle();
    late(undefined);
    await settle();
    assert.deepEqual(watched.shown, [until]);
  });

  it('outlasts what a timer can: it looks again on the way', async () => {
    const until = watched.closeFor(40 * 24 * 3_600_000);
    watched.watch.update();
    await settle();
    assert.ok(((await watched.clock.next()) ?? Infinity) < 2 ** 31);
    assert.deepEqual([watched.shown, watched.clock.pending], [[until, until], 1]);
  });

  it('runs nothing any more once it is disposed of, nor shows what comes late', async () => {
    watched.closeFor(10_000);
    watched.watch.update();
    await settle();
    watched.watch.update();
    watched.watch.dispose();
    await settle();
    assert.deepEqual([watched.shown.length, watched.clock.pending], [1, 0]);
  });

  it('tells of what goes wrong', async () => {
    const wrong = new Error('no secret storage');
    watched.cooldown = () => Promise.reject(wrong);
    watched.watch.update();
    await settle();
    assert.deepEqual(watched.errors, [wrong]);
  });
});
