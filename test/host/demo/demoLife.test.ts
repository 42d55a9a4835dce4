import assert from 'node:assert/strict';
import { DemoLife } from '../../../src/host/demo/demoLife';
import type { Exchange } from '../../../src/host/conversation/exchange';
import { VirtualClock } from '../../support/virtualClock';

const idleMs = 600_000;

describe('the life of the demo', () => {
  let clock: VirtualClock;
  let ends: string[];
  let life: DemoLife;
  let panels: Set<string>;
  beforeEach(() => {
    clock = new VirtualClock();
    ends = [];
    panels = new Set(['a', 'b']);
    life = new DemoLife({ clock, idleMs, isShown: (id) => panels.has(id), end: (why) => ends.push(why) });
  });

  const conversation = (id: string) => ({ id, active: undefined as Exchange | undefined });

  it('ends with the panel it was opened in', () => {
    life.opened(conversation('a'));
    life.closed(conversation('other'));
    assert.deepEqual(ends, []);
    life.closed(conversation('a'));
    assert.deepEqual(ends, ['closed']);
    assert.equal(clock.pending, 0);
  });

  it('ends with the last panel of those it was asked in', () => {
    life.opened(conversation('a'));
    life.asked(conversation('b'));
    life.closed(conversation('a'));
    assert.deepEqual(ends, []);
    life.closed(conversation('b'));
    assert.deepEqual(ends, ['closed']);
  });

  it('ends with the last panel, though a turn still runs in one that was closed before', () => {
    life.opened(conversation('a'));
    life.asked(conversation('b'));
    panels.delete('a');
    life.closed(conversation('a'));
    life.asked(conversation('a'));
    life.closed(conversation('b'));
    assert.deepEqual(ends, ['closed']);
  });

  it('is not kept alive by a turn that nobody sees', async () => {
    life.opened(conversation('b'));
    panels.delete('a');
    await clock.advance(idleMs - 1);
    life.asked(conversation('a'));
    await clock.advance(1);
    assert.deepEqual(ends, ['idle']);
  });

  it('counts a panel that it is opened in before there is one', () => {
    life.opened(conversation('new'));
    life.closed(conversation('new'));
    assert.deepEqual(ends, ['closed']);
  });

  it('ends when nothing is asked for ten minutes', async () => {
    life.opened(conversation('a'));
    await clock.advance(idleMs - 1);
    assert.deepEqual(ends, []);
    await clock.advance(1);
    assert.deepEqual(ends, ['idle']);
  });

  it('counts from the last turn', async () => {
    life.opened(conversation('a'));
    await clock.advance(idleMs - 1);
    life.asked(conversation('a'));
    await clock.advance(idleMs - 1);
    assert.deepEqual(ends, []);
    await clock.advance(1);
    assert.deepEqual(ends, ['idle']);
  });

  it('does not end in the middle of a long wait', async () => {
    const waiting = { id: 'a', active: { demo: true } as Exchange | undefined };
    life.opened(waiting);
    await clock.advance(idleMs);
    assert.deepEqual(ends, []);
    waiting.active = undefined;
    await clock.advance(idleMs);
    assert.deepEqual(ends, ['idle']);
  });

  it('is over once, whoever ends it', async () => {
    life.opened(conversation('a'));
    life.over();
    life.closed(conversation('a'));
    await clock.advance(2 * idleMs);
    assert.deepEqual([ends, clock.pending], [[], 0]);
  });

  it('has no end where nobody has opened it', async () => {
    life.asked(conversation('a'));
    life.closed(conversation('a'));
    await clock.advance(2 * idleMs);
    assert.deepEqual([ends, clock.pending], [[], 0]);
  });
});
