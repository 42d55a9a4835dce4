import assert from 'node:assert/strict';
import { Wait } from '../../../src/engine/turn/waits';
import { settle, VirtualClock } from '../../support/virtualClock';

function waiting(clock: VirtualClock, ms: number): { readonly wait: Wait; readonly isOver: () => Promise<boolean> } {
  const wait = new Wait(clock, clock.now() + ms);
  let over = false;
  void wait.finished.then(() => (over = true));
  return { wait, isOver: () => settle().then(() => over) };
}

describe('a wait', () => {
  it('is over when its time has come, not a millisecond before, and leaves no timer', async () => {
    const clock = new VirtualClock();
    const { isOver } = waiting(clock, 2500);
    await clock.advance(2499);
    assert.equal(await isOver(), false);
    await clock.advance(1);
    assert.equal(await isOver(), true);
    assert.equal(clock.pending, 0);
  });

  for (const ms of [0, -60_000]) {
    it(`of ${ms} ms is over at once`, async () => {
      const clock = new VirtualClock();
      const { isOver } = waiting(clock, ms);
      assert.equal(await isOver(), true);
      assert.equal(clock.pending, 0);
    });
  }

  it('can be ended at any moment, and more than once', async () => {
    const clock = new VirtualClock();
    const { wait, isOver } = waiting(clock, 60_000);
    await clock.advance(1500);
    wait.end();
    wait.end();
    assert.equal(await isOver(), true);
    assert.equal(clock.pending, 0);
  });

  it('without an end waits to be ended, and needs no timer for it', async () => {
    const clock = new VirtualClock();
    const { wait, isOver } = waiting(clock, Infinity);
    assert.deepEqual([clock.pending, await isOver()], [0, false]);
    wait.end();
    assert.equal(await isOver(), true);
  });

  it('looks at the wall clock once a second, and last at its end', async () => {
    const clock = new VirtualClock();
    waiting(clock, 2500);
    assert.deepEqual(
      [await clock.next(), await clock.next(), await clock.next(), await clock.next()],
      [1000, 1000, 500, undefined],
    );
  });

  it('is over within a second of waking up where the laptop slept through it', async () => {
    const clock = new VirtualClock();
    const { isOver } = waiting(clock, 60_000);
    await clock.advance(500);
    clock.epoch += 3_600_000;
    await clock.advance(500);
    assert.equal(await isOver(), true);
  });

  it('is no longer where the wall clock is set back', async () => {
    const clock = new VirtualClock();
    const { isOver } = waiting(clock, 5000);
    clock.epoch -= 3_600_000;
    await clock.advance(4999);
    assert.equal(await isOver(), false);
    await clock.advance(1);
    assert.equal(await isOver(), true);
  });
});
