import assert from 'node:assert/strict';
import type { ModelCooldown } from '../../../src/engine/gate/networkState';
import { CooldownWatcher } from '../../../src/host/status/cooldownWatcher';
import { settle, VirtualClock } from '../../support/virtualClock';

/** A cooldown watcher with a virtual clock and a cooldown that the test sets. */
class WatcherFixture {
  readonly clock = new VirtualClock();
  readonly shown: (number | undefined)[] = [];
  readonly errors: unknown[] = [];
  cooldown: () => Promise<ModelCooldown | undefined> = () => Promise.resolve(undefined);
  readonly watcher = new CooldownWatcher({
    clock: this.clock,
    cooldown: () => this.cooldown(),
    show: (cooldown) => this.shown.push(cooldown?.until),
    onError: (error) => this.errors.push(error),
  });

  /** Starts a cooldown that expires after `ms`, as in the engine. @returns its end in epoch milliseconds */
  startCooldown(ms: number): number {
    const until = this.clock.now() + ms;
    this.cooldown = () => Promise.resolve(this.clock.now() < until ? { until, blockKind: 'cooldown' } : undefined);
    return until;
  }
}

describe('cooldown watcher', () => {
  let fixture: WatcherFixture;
  beforeEach(() => (fixture = new WatcherFixture()));

  it('shows a cooldown until it expires, and then hides it and stops the timer', async () => {
    const until = fixture.startCooldown(30_000);
    fixture.watcher.update();
    await fixture.clock.advance(29_000);
    assert.deepEqual(fixture.shown, [until]);
    await fixture.clock.advance(2000);
    assert.deepEqual([fixture.shown, fixture.clock.pending], [[until, undefined], 0]);
  });

  it('starts no timer without a cooldown', async () => {
    fixture.watcher.update();
    await settle();
    assert.deepEqual([fixture.shown, fixture.clock.pending], [[undefined], 0]);
  });

  it('keeps showing a cooldown that was extended meanwhile', async () => {
    const first = fixture.startCooldown(10_000);
    fixture.watcher.update();
    await fixture.clock.advance(5000);
    const second = fixture.startCooldown(20_000);
    await fixture.clock.advance(6000);
    assert.deepEqual(fixture.shown, [first, second]);
    await fixture.clock.advance(20_000);
    assert.deepEqual([fixture.shown, fixture.clock.pending], [[first, second, undefined], 0]);
  });

  it('hides the cooldown at once when an update finds none', async () => {
    const until = fixture.startCooldown(10_000);
    fixture.watcher.update();
    await settle();
    fixture.cooldown = () => Promise.resolve(undefined);
    fixture.watcher.update();
    await settle();
    assert.deepEqual([fixture.shown, fixture.clock.pending], [[until, undefined], 0]);
  });

  it('ignores the result of an earlier update that arrives after a newer result', async () => {
    let resolveFirst: (cooldown: ModelCooldown | undefined) => void = () => undefined;
    fixture.cooldown = () => new Promise((resolve) => (resolveFirst = resolve));
    fixture.watcher.update();
    const until = fixture.startCooldown(10_000);
    fixture.watcher.update();
    await settle();
    resolveFirst(undefined);
    await settle();
    assert.deepEqual(fixture.shown, [until]);
  });

  it('shows a cooldown that is longer than the longest delay of a timer', async () => {
    const until = fixture.startCooldown(40 * 24 * 3_600_000);
    fixture.watcher.update();
    await settle();
    assert.ok(((await fixture.clock.next()) ?? Infinity) < 2 ** 31);
    assert.deepEqual([fixture.shown, fixture.clock.pending], [[until, until], 1]);
  });

  it('stops its timer and shows nothing more after disposal', async () => {
    fixture.startCooldown(10_000);
    fixture.watcher.update();
    await settle();
    fixture.watcher.update();
    fixture.watcher.dispose();
    await settle();
    assert.deepEqual([fixture.shown.length, fixture.clock.pending], [1, 0]);
  });

  it('passes an error to `onError` when the cooldown can’t be read', async () => {
    const error = new Error('no secret storage');
    fixture.cooldown = () => Promise.reject(error);
    fixture.watcher.update();
    await settle();
    assert.deepEqual(fixture.errors, [error]);
  });
});
