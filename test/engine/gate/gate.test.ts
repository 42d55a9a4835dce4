import assert from 'node:assert/strict';
import type { GateBlock } from '../../../src/engine/gate/cooldowns';
import { noSharedCooldowns, type Cooldown, type SharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { Gate, QueueTimer, type Permit } from '../../../src/engine/gate/gate';
import { settle, VirtualClock } from '../../support/virtualClock';

const scope = { origin: 'https://gateway.test', apiKey: 'hsa-key', model: 'gpt-4o' };

/** What all windows know, and how often they were asked. */
class Board implements SharedCooldowns {
  note: Cooldown | undefined;
  reads = 0;

  read(): Promise<Cooldown | undefined> {
    this.reads++;
    return Promise.resolve(this.note);
  }

  write(_: unknown, cooldown: Cooldown): Promise<void> {
    this.note = cooldown;
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.note = undefined;
    return Promise.resolve();
  }
}

/** A request, and how often it heard that something has changed. */
class Request {
  readonly permit: Permit;
  changes = 0;

  constructor(gate: Gate) {
    this.permit = gate.enqueue(() => this.changes++);
  }

  get goes(): boolean {
    return this.permit.block === undefined;
  }

  get block(): GateBlock {
    assert.ok(this.permit.block);
    return this.permit.block;
  }
}

class Line {
  readonly clock = new VirtualClock();
  readonly gate: Gate;

  constructor(shared: SharedCooldowns = noSharedCooldowns, clock?: VirtualClock) {
    if (clock) this.clock = clock;
    this.gate = new Gate(this.clock, shared, scope);
  }

  enter(): Request {
    return new Request(this.gate);
  }

  many(count: number): readonly Request[] {
    return Array.from({ length: count }, () => this.enter());
  }

  cooldown(delayMs: number): Cooldown {
    return { until: this.clock.now() + delayMs, delayMs, source: 'server', reason: 'rate-limit' };
  }

  /** Another request of the window is told to wait. */
  limit(delayMs: number): Cooldown {
    const cooldown = this.cooldown(delayMs);
    const { permit } = this.enter();
    permit.force();
    permit.limited(cooldown);
    return cooldown;
  }

  fail(times: number, hintMs?: number): void {
    for (let n = 0; n < times; n++) {
      const { permit } = this.enter();
      permit.force();
      permit.failed(hintMs);
    }
  }
}

const going = (requests: readonly Request[]): number => requests.filter(({ goes }) => goes).length;

/** A hundred requests behind a limit that is over, and those of them that are on their way in a window so wide. */
async function halfOpen(
  line: Line,
  width: number,
): Promise<{ readonly requests: readonly Request[]; readonly window: readonly Request[] }> {
  line.limit(5000);
  const requests = line.many(100);
  await line.clock.advance(5000);
  const taken = width - 1;
  for (const { permit } of requests.slice(0, taken)) permit.accepted();
  const window = requests.slice(taken, going(requests));
  assert.equal(window.length, width);
  return { requests, window };
}

describe('an open gate', () => {
  it('lets everybody through, and has no timer', async () => {
    const line = new Line();
    const requests = line.many(50);
    await settle();
    assert.equal(going(requests), 50);
    assert.deepEqual([line.clock.pending, line.gate.closedUntil, line.gate.isBreakerOpen], [0, undefined, false]);
  });
});

describe('an idle gate', () => {
  it('has no request in its queue or in flight, and no cooldown', async () => {
    const line = new Line();
    const { gate } = line;
    assert.equal(gate.isIdle, true);
    const early = line.enter();
    assert.equal(gate.isIdle, false);
    early.permit.release();
    assert.equal(gate.isIdle, true);
    line.limit(5000);
    assert.equal(gate.isIdle, false);
    line.enter().permit.release();
    await line.clock.advance(5000);
    assert.equal(gate.isIdle, true);
  });
});

describe('the timer of a queue', () => {
  it('looks once, at the earliest time it was told', async () => {
    const clock = new VirtualClock();
    const looks: number[] = [];
    const timer = new QueueTimer(clock, () => looks.push(clock.ticks()));
    for (const leftMs of [5000, 300, 700]) timer.start(leftMs);
    await clock.advance(2000);
    assert.deepEqual([looks, clock.pending], [[300], 0]);
  });
});

describe('a limit', () => {
  it('of which nobody has to hear any more leaves no timer', () => {
    const line = new Line();
    line.limit(5000);
    line.enter().permit.force();
    assert.equal(line.clock.pending, 0);
  });

  it('that is told again for the same time is no news', () => {
    const line = new Line();
    const cause = line.limit(5000);
    const request = line.enter();
    line.limit(5000);
    assert.equal(request.block.cause, cause);
    assert.equal(request.changes, 0);
  });

  it('closes the gate until its end, and says to whom it was told', async () => {
    const line = new Line();
    const cause = line.limit(30_000);
    const request = line.enter();
    assert.deepEqual(request.block, { until: cause.until, why: 'cooldown', cause, origin: 'request' });
    assert.equal(line.gate.closedUntil, cause.until);
    await line.clock.advance(29_999);
    assert.deepEqual([request.goes, request.changes], [false, 0]);
    await line.clock.advance(1);
    assert.deepEqual([request.goes, request.changes, line.clock.pending], [true, 1, 0]);
    assert.equal(line.gate.closedUntil, undefined);
  });

  it('is extended by a later one, and not shortened by an earlier one', () => {
    const line = new Line();
    line.limit(30_000);
    const request = line.enter();
    const longer = line.limit(40_000);
    line.limit(10_000);
    assert.deepEqual([request.block.until, request.block.cause, request.changes], [longer.until, longer, 1]);
  });

  it('lets one probe go first, in the order of arrival, whatever the number of those who wait', async () => {
    const line = new Line();
    const cause = line.limit(5000);
    const requests = line.many(20);
    await line.clock.advance(5000);
    assert.equal(going(requests), 1);
    assert.equal(requests[0]?.goes, true);
    const { until, ...rest } = requests[1]!.block;
    assert.equal(until, line.clock.now() + 1000);
    assert.deepEqual(rest, { why: 'probe', cause, origin: 'request' });
    await line.clock.advance(1000);
    assert.equal(requests[1]!.block.until, line.clock.now() + 1000);
    assert.equal(going([...requests, line.enter()]), 1);
  });

  it('lets one more be on its way with each that is taken: 2, 4, 8 from one round trip to the next', async () => {
    const line = new Line();
    line.limit(5000);
    const requests = line.many(60);
    await line.clock.advance(5000);
    const sizes: number[] = [];
    for (let taken = 0; taken < 31;) {
      const sent = going(requests);
      sizes.push(sent - taken);
      while (taken < sent) {
        requests[taken++]?.permit.accepted();
        // The one that was taken has made room, and the window has become wider.
        assert.equal(going(requests), Math.min(60, 1 + 2 * taken));
      }
    }
    assert.deepEqual(sizes, [1, 2, 4, 8, 16]);
  });

  it('is over for all as soon as nobody waits when one is taken, not before', async () => {
    const line = new Line();
    line.limit(5000);
    const requests = line.many(3);
    await line.clock.advance(5000);
    requests[0]?.permit.accepted();
    assert.equal(going(requests), 3);
    const late = line.many(2);
    assert.equal(going(late), 0);
    requests[1]?.permit.accepted();
    assert.equal(going(late), 2);
    assert.equal(going(line.many(1)), 0);
    requests[2]?.permit.accepted();
    late[0]?.permit.accepted();
    assert.equal(going(line.many(50)), 50);
    assert.equal(line.clock.pending, 0);
  });

  it('admits the next request when one ends before the gateway accepts it; accepted requests do not count', async () => {
    const line = new Line();
    line.limit(5000);
    const requests = line.many(6);
    await line.clock.advance(5000);
    requests[0]?.permit.accepted();
    assert.equal(going(requests), 3);
    requests[0]?.permit.release();
    assert.equal(going(requests), 3);
    requests[1]?.permit.release();
    assert.equal(going(requests), 4);
  });

  it('makes the next request the probe when a probe ends without a result', async () => {
    const line = new Line();
    line.limit(5000);
    const requests = line.many(3);
    await line.clock.advance(5000);
    requests[0]?.permit.release();
    assert.deepEqual(
      requests.map(({ goes }) => goes),
      [true, true, false],
    );
  });

  it('closes the gate again where the probe meets it', async () => {
    const line = new Line();
    line.limit(5000);
    const [probe, next] = line.many(2);
    await line.clock.advance(5000);
    const again = line.cooldown(7000);
    probe!.permit.limited(again);
    assert.deepEqual([next!.block.why, next!.block.until], ['cooldown', again.until]);
    await line.clock.advance(7000);
    assert.equal(next!.goes, true);
  });

  for (const { width, after } of [
    { width: 2, after: 2 },
    { width: 3, after: 2 },
    { width: 7, after: 3 },
    { width: 8, after: 4 },
  ]) {
    it(`that a window of ${width} meets lets one probe go first again, and then ${after}`, async () => {
      const line = new Line();
      const { requests, window } = await halfOpen(line, width);
      for (const { permit } of window) permit.limited(line.cooldown(3000));
      const sent = going(requests);
      await line.clock.advance(3000);
      assert.equal(going(requests), sent + 1);
      requests[sent]?.permit.accepted();
      assert.equal(going(requests), sent + 1 + after);
    });
  }

  it('makes the window half as wide once, however often the probe meets it too', async () => {
    const line = new Line();
    const { requests, window } = await halfOpen(line, 8);
    window[0]?.permit.limited(line.cooldown(3000));
    let sent = going(requests);
    for (let n = 0; n < 3; n++) {
      await line.clock.advance(3000);
      assert.equal(going(requests), ++sent);
      requests[sent - 1]?.permit.limited(line.cooldown(3000));
    }
    await line.clock.advance(3000);
    requests[sent]?.permit.accepted();
    assert.equal(going(requests), sent + 1 + 4);
  });

  it('met when the gate was open for all remembers no earlier window', async () => {
    const line = new Line();
    const { requests, window } = await halfOpen(line, 8);
    window[0]?.permit.limited(line.cooldown(3000));
    const sent = going(requests);
    await line.clock.advance(3000);
    for (const { permit } of requests) if (permit.block) permit.release();
    requests[sent]?.permit.accepted();
    line.limit(3000);
    const again = line.many(20);
    await line.clock.advance(3000);
    again[0]?.permit.accepted();
    assert.equal(going(again), 1 + 2);
  });

  it('is of no weight for a request that the user forces, which is then the probe', async () => {
    const line = new Line();
    line.limit(5000);
    const [first, second, third] = line.many(3);
    second!.permit.force();
    assert.deepEqual([first!.goes, second!.goes, second!.changes], [false, true, 1]);
    await line.clock.advance(6000);
    assert.deepEqual([first!.goes, third!.goes], [false, false]);
    second!.permit.release();
    assert.deepEqual([first!.goes, third!.goes], [true, false]);
  });

  it('is over where a request the user has forced is taken: two of those who wait follow', () => {
    const line = new Line();
    line.limit(60_000);
    const [first, second, ...others] = line.many(5);
    second!.permit.force();
    second!.permit.accepted();
    assert.equal(line.gate.closedUntil, undefined);
    assert.deepEqual(
      [first!, ...others].map(({ goes }) => goes),
      [true, true, false, false],
    );
  });

  it('is over for all where a request the user has forced is taken and nobody waits', async () => {
    const board = new Board();
    const line = new Line(board);
    line.limit(60_000);
    const forced = line.enter();
    forced.permit.force();
    assert.equal(forced.goes, true);
    forced.permit.accepted();
    assert.equal(line.gate.closedUntil, undefined);
    assert.equal(going(line.many(20)), 20);
    await settle();
    assert.deepEqual([board.note, line.clock.pending], [undefined, 0]);
  });

  it('told to a request that was forced is not over where one is taken that was forced before', () => {
    const line = new Line();
    line.limit(30_000);
    const [early, told, waiting] = line.many(3);
    early!.permit.force();
    told!.permit.force();
    const longer = line.cooldown(60_000);
    told!.permit.limited(longer);
    early!.permit.accepted();
    assert.deepEqual([waiting!.goes, line.gate.closedUntil], [false, longer.until]);
  });

  it('is not over where a request is taken, or ends, that was sent before', async () => {
    const line = new Line();
    const [early, late] = line.many(2);
    line.limit(60_000);
    const waiting = line.many(6);
    early!.permit.accepted();
    early!.permit.release();
    assert.equal(going(waiting), 0);
    await line.clock.advance(60_000);
    late!.permit.accepted();
    late!.permit.release();
    assert.equal(going(waiting), 1);
    // And it has not made the window any wider.
    waiting[0]!.permit.accepted();
    assert.equal(going(waiting), 3);
  });

  it('accepts one result of a permit, and none of a permit that was never granted', () => {
    const line = new Line();
    const { permit } = line.enter();
    permit.release();
    permit.limited(line.cooldown(5000));
    assert.equal(line.gate.closedUntil, undefined);
    line.limit(5000);
    const waiting = line.enter();
    waiting.permit.accepted();
    waiting.permit.limited(line.cooldown(90_000));
    assert.equal(line.gate.closedUntil, line.clock.now() + 5000);
    waiting.permit.force();
    assert.equal(waiting.goes, false);
  });

  it('that has passed already still lets one go first', () => {
    const line = new Line();
    const [told] = line.many(1);
    told!.permit.limited(line.cooldown(0));
    assert.equal(going(line.many(5)), 1);
  });
});

describe('a clock that jumps', () => {
  it('forward admits the queue within a second', async () => {
    const line = new Line();
    line.limit(600_000);
    const request = line.enter();
    await line.clock.advance(500);
    line.clock.epoch += 3_600_000;
    await line.clock.advance(500);
    assert.equal(request.goes, true);
  });

  it('back by less than a second makes no wait longer either', async () => {
    const line = new Line();
    line.limit(5000);
    const request = line.enter();
    line.clock.epoch -= 900;
    await line.clock.advance(5000);
    assert.equal(request.goes, true);
  });

  it('back makes no wait longer, and the queue is notified of the new time', async () => {
    const board = new Board();
    const line = new Line(board);
    line.limit(60_000);
    const request = line.enter();
    await line.clock.advance(10_000);
    line.clock.epoch -= 3_600_000;
    await line.clock.advance(1000);
    assert.equal(request.block.until, line.clock.now() + 49_000);
    assert.equal(request.changes, 1);
    await line.clock.advance(48_999);
    assert.equal(request.goes, false);
    await line.clock.advance(1);
    assert.equal(request.goes, true);
  });
});

describe('the breaker', () => {
  it('is open until its time is up', async () => {
    const line = new Line();
    line.fail(5);
    assert.equal(line.enter().block.origin, 'request');
    await line.clock.advance(4999);
    assert.equal(line.gate.isBreakerOpen, true);
    await line.clock.advance(1);
    assert.equal(line.gate.isBreakerOpen, false);
  });

  it('counts on after the answer to a request that was sent before it opened', () => {
    const line = new Line();
    const early = line.enter();
    early.permit.accepted();
    line.fail(5);
    early.permit.release(true);
    assert.equal(line.gate.failures, 5);
  });

  it('keeps its cooldown for other requests when its failures are forgotten', () => {
    const line = new Line();
    line.fail(5);
    line.gate.forgetFailures();
    assert.deepEqual([line.gate.failures, line.gate.isBreakerOpen], [0, true]);
  });

  it('opens after five failures in a row', () => {
    const line = new Line();
    line.fail(4);
    assert.deepEqual([line.gate.isBreakerOpen, line.gate.failures], [false, 4]);
    line.fail(1);
    const { until, why, cause } = line.enter().block;
    assert.deepEqual(
      [until - line.clock.now(), why, cause.source, cause.reason],
      [5000, 'breaker', 'backoff', 'breaker'],
    );
    assert.deepEqual([line.gate.isBreakerOpen, line.gate.failures], [true, 5]);
  });

  it('counts from nothing after an answer, and not further where nothing is said of the provider', () => {
    const line = new Line();
    line.fail(4);
    line.enter().permit.release();
    const stopped = line.enter().permit;
    stopped.accepted();
    stopped.release();
    assert.equal(line.gate.failures, 4);
    const { permit } = line.enter();
    permit.accepted();
    assert.equal(line.gate.failures, 4);
    permit.release(true);
    assert.equal(line.gate.failures, 0);
    line.fail(4);
    assert.equal(line.gate.isBreakerOpen, false);
  });

  it('counts a provider that accepts and then fails', () => {
    const line = new Line();
    for (let n = 0; n < 5; n++) {
      const { permit } = line.enter();
      permit.accepted();
      permit.failed();
    }
    assert.equal(line.gate.isBreakerOpen, true);
  });

  it('obeys a hint that is longer than its own time', () => {
    const line = new Line();
    line.fail(4);
    line.fail(1, 90_000);
    const { until, cause } = line.enter().block;
    assert.deepEqual([until - line.clock.now(), cause.source], [90_000, 'server']);
  });

  it('stays open for 1.3 times as long each time a probe fails, up to 15 seconds', async () => {
    const line = new Line();
    line.fail(5);
    const waits: number[] = [];
    for (let n = 0; n < 7; n++) {
      const probe = line.enter();
      const waitMs = probe.block.until - line.clock.now();
      waits.push(waitMs);
      await line.clock.advance(waitMs);
      assert.equal(probe.goes, true);
      probe.permit.failed();
    }
    assert.deepEqual(waits, [5000, 6500, 8450, 10_985, 14_280.5, 15_000, 15_000]);
    line.enter().permit.force();
    const success = line.enter();
    success.permit.force();
    success.permit.accepted();
    success.permit.release(true);
    line.fail(5);
    assert.equal(line.enter().block.until - line.clock.now(), 5000);
  });

  it('is not prolonged by the failures of requests that were on their way when it opened', () => {
    const line = new Line();
    for (const { permit } of line.many(9)) permit.failed();
    assert.equal(line.enter().block.until - line.clock.now(), 5000);
    assert.equal(line.gate.failures, 5);
  });

  it('does not shorten a limit', () => {
    const line = new Line();
    const cause = line.limit(60_000);
    line.fail(5);
    assert.deepEqual(line.enter().block, { until: cause.until, why: 'cooldown', cause, origin: 'request' });
  });
});

describe('a reset', () => {
  it('lets everybody go and forgets the failures and the notes', async () => {
    const board = new Board();
    const line = new Line(board);
    line.fail(4);
    line.limit(60_000);
    const requests = line.many(20);
    await settle();
    line.gate.reset();
    assert.equal(going(requests), 20);
    assert.ok(requests.every(({ changes }) => changes === 1));
    await settle();
    assert.deepEqual([board.note, line.gate.failures, line.clock.pending], [undefined, 0, 0]);
  });

  it('forgets how wide the window was', async () => {
    const line = new Line();
    await halfOpen(line, 8);
    line.gate.reset();
    line.limit(3000);
    const again = line.many(20);
    await line.clock.advance(3000);
    again[0]?.permit.accepted();
    assert.equal(going(again), 1 + 2);
  });
});

describe('windows that share what they were told', () => {
  const windows = (): { readonly board: Board; readonly here: Line; readonly there: Line } => {
    const [board, clock] = [new Board(), new VirtualClock()];
    return { board, here: new Line(board, clock), there: new Line(board, clock) };
  };

  it('wait for a limit that another one was told', async () => {
    const { here, there } = windows();
    const cause = here.limit(30_000);
    await there.gate.sync();
    assert.deepEqual(there.enter().block, { until: cause.until, why: 'cooldown', cause, origin: 'window' });
  });

  it('hear within a second that it has become longer', async () => {
    const { here, there } = windows();
    here.limit(30_000);
    await there.gate.sync();
    const request = there.enter();
    const longer = here.limit(90_000);
    await here.clock.advance(1000);
    assert.deepEqual([request.block.until, request.changes], [longer.until, 1]);
  });

  it('take their own note for what it is', async () => {
    const { here } = windows();
    here.limit(30_000);
    await here.gate.sync();
    assert.equal(here.enter().block.origin, 'request');
  });

  it('do not shorten what they know by what they hear', async () => {
    const { here, there } = windows();
    const longer = there.limit(90_000);
    here.limit(30_000);
    await there.gate.sync();
    assert.equal(there.gate.closedUntil, longer.until);
  });

  it('do not wait for what is over', async () => {
    const { board, there } = windows();
    board.note = there.cooldown(0);
    await there.gate.sync();
    assert.equal(going(there.many(2)), 2);
  });

  it('let a probe go once the note is seen to be gone twice', async () => {
    const { board, here, there } = windows();
    here.limit(30_000);
    await there.gate.sync();
    const requests = there.many(2);
    board.note = undefined;
    await there.gate.sync();
    assert.equal(going(requests), 0);
    await there.gate.sync();
    assert.equal(going(requests), 1);
  });

  it('keep the note of another one where a request is taken that nothing held back', async () => {
    const { board, here, there } = windows();
    const cause = here.limit(30_000);
    await settle();
    there.enter().permit.accepted();
    await settle();
    assert.equal(board.note, cause);
  });

  it('say nothing of a limit that is over before another one', async () => {
    const { board, here } = windows();
    const longer = here.limit(90_000);
    here.limit(30_000);
    await settle();
    assert.equal(board.note, longer);
  });

  it('do not ask for those who have just gone', async () => {
    const { board, here } = windows();
    here.limit(1000);
    const request = here.enter();
    await here.clock.advance(1000);
    assert.deepEqual([request.goes, board.reads], [true, 0]);
  });

  it('forget it when the gateway takes a request again, and read no note that was cleared meanwhile', async () => {
    const { board, here } = windows();
    here.limit(30_000);
    const [forced, waiting] = here.many(2);
    await settle();
    const note = board.note;
    const late = here.gate.sync();
    forced!.permit.force();
    forced!.permit.accepted();
    await late;
    await settle();
    assert.ok(note);
    assert.equal(board.note, undefined);
    assert.equal(waiting!.goes, true);
    assert.equal(here.gate.closedUntil, undefined);
  });

  it('ask once a second while somebody waits, and not at all while nobody does', async () => {
    const { board, here } = windows();
    here.limit(10_000);
    await here.clock.advance(3000);
    assert.deepEqual([board.reads, here.clock.pending], [0, 0]);
    const request = here.enter();
    await here.clock.advance(3000);
    assert.deepEqual([board.reads, here.clock.pending], [3, 1]);
    // Others who come do not put it off.
    for (let n = 0; n < 4; n++) {
      await here.clock.advance(500);
      here.enter().permit.release();
    }
    assert.equal(board.reads, 5);
    request.permit.release();
    assert.equal(here.clock.pending, 0);
  });
});
