import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noSharedCooldowns, type GateBlock } from '../../../src/engine/gate/cooldowns';
import { Gate } from '../../../src/engine/gate/gate';
import type { Permit } from '../../../src/engine/gate/slowStart';
import { propertyRuns } from '../../support/propertyRuns';
import { VirtualClock } from '../../support/virtualClock';

type Step =
  | { readonly do: 'enqueue' | 'reset' }
  /** `crowd` enqueues many requests. `roundTrip` accepts every request that is in flight. */
  | { readonly do: 'crowd' | 'roundTrip' }
  | { readonly do: 'force' | 'accepted' | 'release'; readonly which: number }
  | { readonly do: 'limited'; readonly which: number; readonly delayMs: number }
  | { readonly do: 'failed'; readonly which: number; readonly retryAfterMs: number | undefined }
  | { readonly do: 'advance' | 'jump'; readonly ms: number };

interface TrackedRequest {
  readonly permit: Permit;
  /** The `block` of the permit at the last notification. */
  lastBlock: GateBlock | undefined;
  isForced: boolean;
  /** The value of `closings` when the request was sent. Undefined while the request waits. */
  sentAfter: number | undefined;
  isAccepted: boolean;
  hasEnded: boolean;
}

/** A gate and a model of its state. Checks after each step that the gate agrees with the model. */
class Model {
  readonly clock = new VirtualClock();
  readonly gate = new Gate(this.clock, noSharedCooldowns, { gateway: 'g', key: 'k', model: 'm' });
  readonly requests: TrackedRequest[] = [];
  /** Number of times the gate was closed or its cooldown was extended. */
  private closings = 0;
  /** Maximum number of requests that are sent but not yet accepted. */
  private width = Infinity;
  /**
   * The value of `width` when the gate was last closed, or 0 if the gate was open. A failed probe does not change it.
   */
  private limitedWidth = 0;
  /** Whether the wall clock has jumped since the gate last checked it. */
  private hasJumped = false;

  do(step: Step): void {
    const before = { until: this.gate.closedUntil };
    const mayOpen = this.apply(step);
    const until = this.gate.closedUntil;
    if (until !== undefined && (before.until === undefined || until > before.until) && step.do !== 'jump') {
      this.closings++;
      if (this.width > 1) this.limitedWidth = this.width === Infinity ? 0 : this.width;
      this.width = 1;
    }
    if (before.until !== undefined && !mayOpen) this.checkTime(before.until, until);
    this.checkQueue(until);
  }

  /** @returns whether the step may open the gate before the cooldown ends */
  private apply(step: Step): boolean {
    switch (step.do) {
      case 'enqueue':
        this.enqueue();
        return false;
      case 'crowd':
        for (let n = 0; n < 8; n++) this.do({ do: 'enqueue' });
        return false;
      case 'roundTrip': {
        const { closings } = this;
        const inFlight = this.requests.map(({ sentAfter, isAccepted }) => sentAfter === closings && !isAccepted);
        inFlight.forEach((isInFlight, which) => {
          if (isInFlight) this.do({ do: 'accepted', which });
        });
        return true;
      }
      case 'reset':
        this.width = Infinity;
        this.closings++;
        this.gate.reset();
        return true;
      case 'advance':
        this.clock.advanceAtOnce(step.ms);
        if (step.ms >= 1000) this.hasJumped = false;
        return false;
      case 'jump':
        this.clock.epoch += step.ms;
        this.hasJumped = true;
        return false;
      case 'force':
      case 'accepted':
      case 'release':
      case 'limited':
      case 'failed': {
        const request = this.requests[step.which % Math.max(1, this.requests.length)];
        return request !== undefined && this.applyTo(request, step);
      }
    }
  }

  private enqueue(): void {
    let isEnqueuing = true;
    const request: TrackedRequest = {
      permit: this.gate.enqueue(() => {
        assert.equal(isEnqueuing, false);
        request.lastBlock = request.permit.block;
      }),
      lastBlock: undefined,
      isForced: false,
      sentAfter: undefined,
      isAccepted: false,
      hasEnded: false,
    };
    isEnqueuing = false;
    request.lastBlock = request.permit.block;
    this.requests.push(request);
  }

  private applyTo(request: TrackedRequest, step: Step): boolean {
    const { gate } = this;
    const { permit } = request;
    switch (step.do) {
      case 'force':
        request.isForced ||= permit.block !== undefined && !request.hasEnded;
        gate.force(permit);
        return false;
      case 'accepted': {
        const widens = !request.hasEnded && !request.isAccepted && request.sentAfter === this.closings;
        request.isAccepted ||= request.sentAfter !== undefined;
        if (widens) this.widen();
        gate.accepted(permit);
        return widens;
      }
      case 'limited':
        request.hasEnded = true;
        gate.limited(permit, {
          until: this.clock.now() + step.delayMs,
          delayMs: step.delayMs,
          source: 'server',
          reason: 'rate-limit',
        });
        return false;
      case 'failed':
        request.hasEnded = true;
        gate.failed(permit, step.retryAfterMs);
        return false;
      default:
        request.hasEnded = true;
        gate.release(permit);
        return false;
    }
  }

  private widen(): void {
    if (!this.hasWaiting) this.width = Infinity;
    else this.width = this.width === 1 ? Math.max(2, Math.floor(this.limitedWidth / 2)) : this.width + 1;
  }

  private get hasWaiting(): boolean {
    return this.requests.some(({ hasEnded, permit }) => !hasEnded && permit.block !== undefined);
  }

  /** Checks that a cooldown does not end early. */
  private checkTime(untilBefore: number, until: number | undefined): void {
    if (until === undefined) assert.ok(this.clock.now() >= untilBefore);
    else assert.ok(until >= untilBefore);
  }

  private checkQueue(until: number | undefined): void {
    for (const request of this.requests) {
      if (request.hasEnded) continue;
      assert.equal(request.lastBlock, request.permit.block, 'every change of a block is notified');
      if (request.permit.block || request.sentAfter !== undefined) continue;
      request.sentAfter = this.closings;
      if (request.isForced) continue;
      assert.equal(until, undefined, 'no request is sent while the gate is closed');
      const previous = this.requests.slice(0, this.requests.indexOf(request));
      assert.ok(
        !previous.some(({ permit, hasEnded }) => !hasEnded && permit.block),
        'requests are admitted in their order',
      );
    }
    const inFlight = this.requests.filter(
      ({ sentAfter, isAccepted, hasEnded }) => sentAfter === this.closings && !isAccepted && !hasEnded,
    );
    const unforced = inFlight.filter(({ isForced }) => !isForced).length;
    assert.ok(unforced <= this.width, `${unforced} requests in flight in a window of ${this.width}`);
    if (until !== undefined || this.hasJumped || !this.hasWaiting) return;
    assert.ok(
      inFlight.length >= this.width,
      `requests wait although only ${inFlight.length} of ${this.width} are in flight`,
    );
  }

  /** Accepts every further request until all of them have ended. */
  finish(): void {
    for (let round = 0; this.requests.some(({ hasEnded }) => !hasEnded); round++) {
      assert.ok(round < 1000, 'every request is admitted in the end');
      this.requests.forEach(({ hasEnded, permit }, which) => {
        if (hasEnded || permit.block) return;
        this.do({ do: 'accepted', which });
        this.do({ do: 'release', which });
      });
      this.do({ do: 'advance', ms: 5000 });
    }
    assert.equal(this.clock.pending, 0);
  }
}

const which = fc.nat(100);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('enqueue' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('crowd' as const, 'roundTrip' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('force' as const), which }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('accepted' as const, 'release' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('limited' as const), which, delayMs: fc.integer({ min: 1, max: 30_000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('failed' as const),
      which,
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: undefined }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 20_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      // While the computer sleeps.
      ms: fc.constantFrom(5000, 30_000, 7_200_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const) }) },
);

describe('gate after any sequence of requests, results and waits', () => {
  it('admits one probe after the cooldown, and eventually every request', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60, size: 'max' }), (steps) => {
        const model = new Model();
        for (const step of steps) model.do(step);
        model.finish();
      }),
      { numRuns: propertyRuns },
    );
  });

  it('runs no timer when all requests have ended', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40, size: 'max' }), (steps) => {
        const model = new Model();
        for (const step of steps) model.do(step);
        model.requests.forEach((_, which) => model.do({ do: 'release', which }));
        assert.equal(model.clock.pending, 0);
      }),
      { numRuns: propertyRuns },
    );
  });
});
