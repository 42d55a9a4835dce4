import assert from 'node:assert/strict';
import {
  noSharedCooldowns,
  type Cooldown,
  type GateBlock,
  type SharedCooldowns,
} from '../../../src/engine/gate/cooldowns';
import { Gate } from '../../../src/engine/gate/gate';
import type { Permit } from '../../../src/engine/gate/slowStart';
import { settle, VirtualClock } from '../../support/virtualClock';
import { valuesOf } from '../../support/valuesOf';
import { SharedStore } from './sharedStore';

const scope = { gateway: 'https://gateway.test/v1', key: 'hsa-key', model: 'gpt-4o' };

/** A request at the gate, with the number of notifications about its permit. */
class Request {
  private readonly permit: Permit;
  changes = 0;

  constructor(private readonly gate: Gate) {
    this.permit = gate.enqueue(() => this.changes++);
  }

  get isAdmitted(): boolean {
    return this.permit.block === undefined;
  }

  get block(): GateBlock {
    assert.ok(this.permit.block);
    return this.permit.block;
  }

  force(): void {
    this.gate.force(this.permit);
  }

  accepted(): void {
    this.gate.accepted(this.permit);
  }

  limited(cooldown: Cooldown): void {
    this.gate.limited(this.permit, cooldown);
  }

  failed(retryAfterMs?: number): void {
    this.gate.failed(this.permit, retryAfterMs);
  }

  finished(): void {
    this.gate.finished(this.permit);
  }

  release(): void {
    this.gate.release(this.permit);
  }
}

class GateFixture {
  readonly clock = new VirtualClock();
  readonly gate: Gate;

  constructor(shared: SharedCooldowns = noSharedCooldowns, clock?: VirtualClock) {
    if (clock) this.clock = clock;
    this.gate = new Gate(this.clock, shared, scope);
  }

  enqueue(): Request {
    return new Request(this.gate);
  }

  enqueueMany(count: number): readonly Request[] {
    return Array.from({ length: count }, () => this.enqueue());
  }

  /** Enqueues requests during a cooldown, which then expires. */
  async enqueueDuringCooldown(count: number): Promise<readonly Request[]> {
    this.limit(5000);
    const requests = this.enqueueMany(count);
    await this.clock.advance(5000);
    return requests;
  }

  cooldown(delayMs: number): Cooldown {
    return { until: this.clock.now() + delayMs, delayMs, source: 'server', reason: 'rate-limit' };
  }

  /** Reports that the gateway rate-limited another request of this window. */
  limit(delayMs: number): Cooldown {
    const cooldown = this.cooldown(delayMs);
    const request = this.enqueue();
    request.force();
    request.limited(cooldown);
    return cooldown;
  }

  /** Lets a number of requests fail because of the provider, one after the other. */
  fail(times: number, retryAfterMs?: number): void {
    for (let n = 0; n < times; n++) {
      const request = this.enqueue();
      request.force();
      request.failed(retryAfterMs);
    }
  }
}

const admittedCount = (requests: readonly Request[]): number => requests.filter(({ isAdmitted }) => isAdmitted).length;

/**
 * Enqueues a hundred requests after a cooldown, and accepts requests until `width` of them are sent but not yet
 * accepted.
 */
async function halfOpen(
  width: number,
): Promise<{ readonly requests: readonly Request[]; readonly window: readonly Request[] }> {
  const requests = await fixture.enqueueDuringCooldown(100);
  const acceptedCount = width - 1;
  for (const request of requests.slice(0, acceptedCount)) request.accepted();
  const window = requests.slice(acceptedCount, admittedCount(requests));
  assert.equal(window.length, width);
  return { requests, window };
}

let fixture: GateFixture;
const useFixture = (): unknown => beforeEach(() => (fixture = new GateFixture()));

describe('open gate', () => {
  useFixture();

  it('admits every request without starting a timer', async () => {
    const requests = fixture.enqueueMany(50);
    await settle();
    assert.equal(admittedCount(requests), 50);
    assert.deepEqual(
      [fixture.clock.pending, fixture.gate.closedUntil, fixture.gate.isBreakerOpen],
      [0, undefined, false],
    );
  });
});

describe('gate after a rate limit', () => {
  useFixture();

  it('runs no timer while no request waits', () => {
    fixture.limit(5000);
    fixture.enqueue().force();
    assert.equal(fixture.clock.pending, 0);
  });

  it('blocks requests until the cooldown ends', async () => {
    const cause = fixture.limit(30_000);
    const request = fixture.enqueue();
    assert.deepEqual(request.block, {
      until: cause.until,
      blockKind: 'cooldown',
      cause,
      blockedBy: 'request',
    } satisfies GateBlock);
    assert.equal(fixture.gate.closedUntil, cause.until);
    await fixture.clock.advance(29_999);
    assert.deepEqual([request.isAdmitted, request.changes], [false, 0]);
    await fixture.clock.advance(1);
    assert.deepEqual([request.isAdmitted, request.changes, fixture.clock.pending], [true, 1, 0]);
    assert.equal(fixture.gate.closedUntil, undefined);
  });

  it('extends the cooldown for a longer retry-after', () => {
    fixture.limit(30_000);
    const request = fixture.enqueue();
    const longer = fixture.limit(40_000);
    assert.deepEqual([request.block.until, request.block.cause, request.changes], [longer.until, longer, 1]);
  });

  it('keeps the cooldown for a shorter or equal retry-after', () => {
    const first = fixture.limit(40_000);
    const request = fixture.enqueue();
    fixture.limit(10_000);
    fixture.limit(40_000);
    assert.deepEqual([request.block.until, request.block.cause, request.changes], [first.until, first, 0]);
  });

  it('admits only the first waiting request, as a probe, when the cooldown expires', async () => {
    const cause = fixture.limit(5000);
    const requests = fixture.enqueueMany(20);
    await fixture.clock.advance(5000);
    assert.equal(admittedCount(requests), 1);
    assert.equal(requests[0]?.isAdmitted, true);
    const until = fixture.clock.now() + 1000;
    assert.deepEqual(requests[1]!.block, {
      until,
      blockKind: 'probe',
      cause,
      blockedBy: 'request',
    } satisfies GateBlock);
    await fixture.clock.advance(1000);
    assert.equal(requests[1]!.block.until, fixture.clock.now() + 1000);
    assert.equal(admittedCount([...requests, fixture.enqueue()]), 1);
  });

  it('admits 1, 2, 4, 8 and then 16 requests in successive round trips', async () => {
    const requests = await fixture.enqueueDuringCooldown(60);
    const sizes: number[] = [];
    for (let accepted = 0; accepted < 31;) {
      const sent = admittedCount(requests);
      sizes.push(sent - accepted);
      while (accepted < sent) {
        requests[accepted++]?.accepted();
        // An accepted request makes room for another one, and raises the limit by one.
        assert.equal(admittedCount(requests), Math.min(60, 1 + 2 * accepted));
      }
    }
    assert.deepEqual(sizes, [1, 2, 4, 8, 16]);
  });

  it('opens fully when the gateway accepts a request while no other request waits', async () => {
    const requests = await fixture.enqueueDuringCooldown(3);
    requests[0]?.accepted();
    assert.equal(admittedCount(requests), 3);
    const late = fixture.enqueueMany(2);
    assert.equal(admittedCount(late), 0);
    requests[1]?.accepted();
    assert.equal(admittedCount(late), 2);
    assert.equal(admittedCount(fixture.enqueueMany(1)), 0);
    requests[2]?.accepted();
    late[0]?.accepted();
    assert.equal(admittedCount(fixture.enqueueMany(50)), 50);
    assert.equal(fixture.clock.pending, 0);
  });

  it('admits no further request when an accepted request ends', async () => {
    const requests = await fixture.enqueueDuringCooldown(6);
    requests[0]?.accepted();
    assert.equal(admittedCount(requests), 3);
    // The gate already admitted two requests when the gateway accepted this request.
    requests[0]?.release();
    assert.equal(admittedCount(requests), 3);
  });

  it('admits a waiting request when a request ends before the gateway has accepted it', async () => {
    const requests = await fixture.enqueueDuringCooldown(6);
    requests[0]?.accepted();
    requests[1]?.release();
    assert.equal(admittedCount(requests), 4);
  });

  it('makes the next request the probe when a probe ends without a result', async () => {
    const requests = await fixture.enqueueDuringCooldown(3);
    requests[0]?.release();
    assert.deepEqual(valuesOf(requests, 'isAdmitted'), [true, true, false]);
  });

  for (const { width, after } of [
    { width: 2, after: 2 },
    { width: 3, after: 2 },
    { width: 7, after: 3 },
    { width: 8, after: 4 },
  ]) {
    it(`admits one probe and then ${after} requests if ${width} requests were in flight at the rate limit`, async () => {
      const { requests, window } = await halfOpen(width);
      for (const request of window) request.limited(fixture.cooldown(3000));
      const sent = admittedCount(requests);
      await fixture.clock.advance(3000);
      assert.equal(admittedCount(requests), sent + 1);
      requests[sent]?.accepted();
      assert.equal(admittedCount(requests), sent + 1 + after);
    });
  }

  it('does not reduce the number of allowed requests further when a probe is rate-limited', async () => {
    const { requests, window } = await halfOpen(8);
    window[0]?.limited(fixture.cooldown(3000));
    let sent = admittedCount(requests);
    for (let n = 0; n < 3; n++) {
      await fixture.clock.advance(3000);
      assert.equal(admittedCount(requests), ++sent);
      requests[sent - 1]?.limited(fixture.cooldown(3000));
    }
    await fixture.clock.advance(3000);
    requests[sent]?.accepted();
    assert.equal(admittedCount(requests), sent + 1 + 4);
  });

  it('uses a request that the user sends during the cooldown as the probe', async () => {
    fixture.limit(5000);
    const [first, second, third] = fixture.enqueueMany(3);
    second!.force();
    assert.deepEqual([first!.isAdmitted, second!.isAdmitted, second!.changes], [false, true, 1]);
    await fixture.clock.advance(6000);
    assert.deepEqual([first!.isAdmitted, third!.isAdmitted], [false, false]);
    second!.release();
    assert.deepEqual([first!.isAdmitted, third!.isAdmitted], [true, false]);
  });

  it('ends the cooldown when the gateway accepts a request that the user sent during the cooldown', () => {
    fixture.limit(60_000);
    const [first, second, ...others] = fixture.enqueueMany(5);
    second!.force();
    second!.accepted();
    assert.equal(fixture.gate.closedUntil, undefined);
    assert.deepEqual(valuesOf([first!, ...others], 'isAdmitted'), [true, true, false, false]);
  });

  it('opens fully when the gateway accepts a request that the user sent while no other request waited', async () => {
    const store = new SharedStore();
    fixture = new GateFixture(store);
    fixture.limit(60_000);
    const forced = fixture.enqueue();
    forced.force();
    assert.equal(forced.isAdmitted, true);
    forced.accepted();
    assert.equal(fixture.gate.closedUntil, undefined);
    assert.equal(admittedCount(fixture.enqueueMany(20)), 20);
    await settle();
    assert.deepEqual([store.cooldown, fixture.clock.pending], [undefined, 0]);
  });

  it('ignores a second result of the same request', () => {
    const request = fixture.enqueue();
    request.failed();
    request.failed();
    request.limited(fixture.cooldown(5000));
    assert.deepEqual([fixture.gate.failures, fixture.gate.closedUntil], [1, undefined]);
    const limited = fixture.enqueue();
    for (const delayMs of [5000, 90_000]) limited.limited(fixture.cooldown(delayMs));
    assert.equal(fixture.gate.closedUntil, fixture.clock.now() + 5000);
  });

  it('ignores every result of a request that was never admitted', () => {
    const { until } = fixture.limit(5000);
    const waiting = fixture.enqueue();
    waiting.accepted();
    waiting.limited(fixture.cooldown(90_000));
    assert.equal(fixture.gate.closedUntil, until);
    waiting.force();
    assert.equal(waiting.isAdmitted, false);
  });
});

describe('gate when the system clock jumps forward', () => {
  useFixture();

  it('admits the queued requests within a second if the new time is after the end of the cooldown', async () => {
    fixture.limit(600_000);
    const request = fixture.enqueue();
    await fixture.clock.advance(500);
    fixture.clock.epoch += 3_600_000;
    await fixture.clock.advance(500);
    assert.equal(request.isAdmitted, true);
  });
});

describe('circuit breaker of a gate', () => {
  useFixture();

  it('stays open until its cooldown ends', async () => {
    fixture.fail(5);
    assert.equal(fixture.enqueue().block.blockedBy, 'request');
    await fixture.clock.advance(4999);
    assert.equal(fixture.gate.isBreakerOpen, true);
    await fixture.clock.advance(1);
    assert.equal(fixture.gate.isBreakerOpen, false);
  });

  it('ignores the success of a request that was sent before the breaker opened', () => {
    const early = fixture.enqueue();
    early.accepted();
    fixture.fail(5);
    early.finished();
    assert.equal(fixture.gate.failures, 5);
  });

  it('opens after five consecutive failures', () => {
    fixture.fail(4);
    assert.deepEqual([fixture.gate.isBreakerOpen, fixture.gate.failures], [false, 4]);
    fixture.fail(1);
    const { block } = fixture.enqueue();
    assert.deepEqual(
      [block.until - fixture.clock.now(), block.blockKind, block.cause.source, block.cause.reason],
      [5000, 'breaker', 'backoff', 'breaker'],
    );
    assert.deepEqual([fixture.gate.isBreakerOpen, fixture.gate.failures], [true, 5]);
  });

  it('keeps its failure count when a request is abandoned without a result', () => {
    fixture.fail(4);
    fixture.enqueue().release();
    const stopped = fixture.enqueue();
    stopped.accepted();
    stopped.release();
    assert.equal(fixture.gate.failures, 4);
  });

  it('resets its failure count after a complete answer', () => {
    fixture.fail(4);
    const request = fixture.enqueue();
    request.accepted();
    assert.equal(fixture.gate.failures, 4);
    request.finished();
    request.failed();
    assert.equal(fixture.gate.failures, 0);
    fixture.fail(4);
    assert.equal(fixture.gate.isBreakerOpen, false);
  });

  it('counts a failure even if the gateway had already accepted the request', () => {
    for (let n = 0; n < 5; n++) {
      const request = fixture.enqueue();
      request.accepted();
      request.failed();
    }
    assert.equal(fixture.gate.isBreakerOpen, true);
  });

  it('stays open until the end of a long retry-after', () => {
    fixture.fail(4);
    fixture.fail(1, 90_000);
    const { until, cause } = fixture.enqueue().block;
    assert.deepEqual([until - fixture.clock.now(), cause.source], [90_000, 'server']);
  });

  it('multiplies its cooldown by 1.3 after each failed probe, up to 15 seconds', async () => {
    fixture.fail(5);
    const waits: number[] = [];
    for (let n = 0; n < 7; n++) {
      const probe = fixture.enqueue();
      const waitMs = probe.block.until - fixture.clock.now();
      waits.push(waitMs);
      await fixture.clock.advance(waitMs);
      assert.equal(probe.isAdmitted, true);
      probe.failed();
    }
    assert.deepEqual(waits, [5000, 6500, 8450, 10_985, 14_280.5, 15_000, 15_000]);
    fixture.enqueue().force();
    const success = fixture.enqueue();
    success.force();
    success.accepted();
    success.finished();
    fixture.fail(5);
    assert.equal(fixture.enqueue().block.until - fixture.clock.now(), 5000);
  });

  it('ignores later failures of requests that were sent before the breaker opened', () => {
    for (const request of fixture.enqueueMany(9)) request.failed();
    assert.equal(fixture.enqueue().block.until - fixture.clock.now(), 5000);
    assert.equal(fixture.gate.failures, 5);
  });

  it('does not shorten a longer cooldown that a rate limit has started', () => {
    const cause = fixture.limit(60_000);
    fixture.fail(5);
    assert.deepEqual(fixture.enqueue().block, {
      until: cause.until,
      blockKind: 'cooldown',
      cause,
      blockedBy: 'request',
    } satisfies GateBlock);
  });
});

describe('reset of a gate', () => {
  useFixture();

  it('admits all requests, and clears the failures and cooldowns', async () => {
    const store = new SharedStore();
    fixture = new GateFixture(store);
    fixture.fail(4);
    fixture.limit(60_000);
    const requests = fixture.enqueueMany(20);
    await settle();
    fixture.gate.reset();
    assert.equal(admittedCount(requests), 20);
    assert.ok(requests.every(({ changes }) => changes === 1));
    await settle();
    assert.deepEqual([store.cooldown, fixture.gate.failures, fixture.clock.pending], [undefined, 0, 0]);
  });
});

describe('gate with cooldowns shared between VS Code windows', () => {
  const windows = (): { readonly store: SharedStore; readonly here: GateFixture; readonly there: GateFixture } => {
    const [store, clock] = [new SharedStore(), new VirtualClock()];
    return { store, here: new GateFixture(store, clock), there: new GateFixture(store, clock) };
  };

  it('blocks requests after a request in another window was rate-limited', async () => {
    const { here, there } = windows();
    const cause = here.limit(30_000);
    await there.gate.sync();
    assert.deepEqual(there.enqueue().block, {
      until: cause.until,
      blockKind: 'cooldown',
      cause,
      blockedBy: 'window',
    } satisfies GateBlock);
  });

  it('notices within a second that another window has extended the cooldown', async () => {
    const { here, there } = windows();
    here.limit(30_000);
    await there.gate.sync();
    const request = there.enqueue();
    const longer = here.limit(90_000);
    await here.clock.advance(1000);
    assert.deepEqual([request.block.until, request.changes], [longer.until, 1]);
  });

  it('recognizes the shared cooldown of its own window', async () => {
    const { here } = windows();
    here.limit(30_000);
    await here.gate.sync();
    assert.equal(here.enqueue().block.blockedBy, 'request');
  });

  it('keeps its cooldown when the cooldown of another window is shorter', async () => {
    const { here, there } = windows();
    const longer = there.limit(90_000);
    here.limit(30_000);
    await there.gate.sync();
    assert.equal(there.gate.closedUntil, longer.until);
  });

  it('ignores a shared cooldown that has expired', async () => {
    const { store, there } = windows();
    store.cooldown = there.cooldown(0);
    await there.gate.sync();
    assert.equal(admittedCount(there.enqueueMany(2)), 2);
  });

  it('admits a probe after another window has cleared the shared cooldown', async () => {
    const { store, here, there } = windows();
    here.limit(30_000);
    await there.gate.sync();
    const requests = there.enqueueMany(2);
    assert.equal(admittedCount(requests), 0);
    store.cooldown = undefined;
    await there.gate.sync();
    assert.equal(admittedCount(requests), 1);
  });

  it('does not clear a cooldown of another window that it has not read yet', async () => {
    const { store, here, there } = windows();
    const cause = here.limit(30_000);
    await settle();
    there.enqueue().accepted();
    await settle();
    assert.equal(store.cooldown, cause);
  });

  it('does not share a cooldown that is shorter than the current cooldown', async () => {
    const { store, here } = windows();
    const longer = here.limit(90_000);
    here.limit(30_000);
    await settle();
    assert.equal(store.cooldown, longer);
  });

  it('does not read the shared cooldown when it admits a request', async () => {
    const { store, here } = windows();
    here.limit(1000);
    const request = here.enqueue();
    await here.clock.advance(1000);
    assert.deepEqual([request.isAdmitted, store.reads], [true, 0]);
  });

  it('clears the shared cooldown when the gateway accepts a request, even while a read of the cooldown is pending', async () => {
    const { store, here, there } = windows();
    there.limit(30_000);
    await here.gate.sync();
    const [forced, waiting] = here.enqueueMany(2);
    there.limit(90_000);
    await settle();
    const sharedCooldown = store.cooldown;
    const late = here.gate.sync();
    forced!.force();
    forced!.accepted();
    await late;
    await settle();
    assert.ok(sharedCooldown);
    assert.equal(store.cooldown, undefined);
    assert.equal(waiting!.isAdmitted, true);
    assert.equal(here.gate.closedUntil, undefined);
  });

  it('reads the shared cooldown once per second, but only while a request waits', async () => {
    const { store, here } = windows();
    here.limit(10_000);
    await here.clock.advance(3000);
    assert.deepEqual([store.reads, here.clock.pending], [0, 0]);
    const request = here.enqueue();
    await here.clock.advance(3000);
    assert.deepEqual([store.reads, here.clock.pending], [3, 1]);
    request.release();
    assert.equal(here.clock.pending, 0);
  });
});
