import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Clock } from '../../../src/engine/clock';
import type { GateBlock } from '../../../src/engine/gate/cooldowns';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { Gate, type Permit } from '../../../src/engine/gate/gate';
import { propertyRuns } from '../../support/propertyRuns';

/** Virtual time without promises: a thousand runs take a second. */
class StepClock implements Clock {
  epoch = Date.UTC(2026, 0, 15, 9, 0, 0);
  private time = 0;
  private readonly timers = new Set<{ readonly at: number; readonly call: () => void }>();

  now(): number {
    return this.epoch + this.time;
  }

  ticks(): number {
    return this.time;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.time + ms, call };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  get pending(): number {
    return this.timers.size;
  }

  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due);
      this.time = due.at;
      due.call();
    }
    this.time = end;
  }
}

type Step =
  | { readonly do: 'enter' | 'reset' }
  /** Many come; everything that is on its way is taken. */
  | { readonly do: 'crowd' | 'roundTrip' }
  | { readonly do: 'force' | 'accepted' | 'over'; readonly which: number }
  | { readonly do: 'limited'; readonly which: number; readonly delayMs: number }
  | { readonly do: 'failed'; readonly which: number; readonly hintMs: number | undefined }
  | { readonly do: 'pass' | 'jump'; readonly ms: number };

interface Known {
  readonly permit: Permit;
  /** What its owner saw last. */
  seen: GateBlock | undefined;
  forced: boolean;
  /** Number of the closing after which it was sent; undefined: it waits. */
  sentIn: number | undefined;
  accepted: boolean;
  ended: boolean;
}

/** A gate, what was done to it, and what must hold after each step. */
class Model {
  readonly clock = new StepClock();
  readonly gate = new Gate(this.clock, noSharedCooldowns, { origin: 'o', apiKey: 'k', model: 'm' });
  readonly all: Known[] = [];
  /** How often it was closed, or for longer. */
  private closings = 0;
  /** How many may be on their way, sent and not yet taken. */
  private width = Infinity;
  /** The window that met the limit, if one did. */
  private met = 0;
  /** Since the clock jumped the line has not looked at it. */
  private jumped = false;
  /** Monotonic: the time is up by then, whatever becomes of the wall clock. */
  private latest = 0;

  do(step: Step): void {
    const before = { until: this.gate.closedUntil, now: this.clock.now(), ticks: this.clock.ticks() };
    const opened = this.carryOut(step);
    const until = this.gate.closedUntil;
    if (until !== undefined && (before.until === undefined || until > before.until) && step.do !== 'jump') {
      this.closings++;
      if (this.width > 1) this.met = this.width === Infinity ? 0 : this.width;
      this.width = 1;
      this.latest = this.clock.ticks() + until - this.clock.now();
    }
    if (before.until !== undefined && !opened) this.checkTime(before.until, before, until);
    this.checkLine(until);
  }

  /** @returns whether it is a reason to open the gate before its time */
  private carryOut(step: Step): boolean {
    switch (step.do) {
      case 'enter':
        this.enter();
        return false;
      case 'crowd':
        for (let n = 0; n < 8; n++) this.do({ do: 'enter' });
        return false;
      case 'roundTrip': {
        const { closings } = this;
        const before = this.all.map(({ sentIn, accepted }) => sentIn === closings && !accepted);
        before.forEach((onItsWay, which) => {
          if (onItsWay) this.do({ do: 'accepted', which });
        });
        return true;
      }
      case 'reset':
        this.width = Infinity;
        this.closings++;
        this.gate.reset();
        return true;
      case 'pass':
        this.clock.advance(step.ms);
        if (step.ms >= 1000) this.jumped = false;
        return false;
      case 'jump':
        this.clock.epoch += step.ms;
        this.jumped = true;
        return false;
      case 'force':
      case 'accepted':
      case 'over':
      case 'limited':
      case 'failed': {
        const known = this.all[step.which % Math.max(1, this.all.length)];
        return known !== undefined && this.judge(known, step);
      }
    }
  }

  private enter(): void {
    let inside = true;
    const known: Known = {
      permit: this.gate.enqueue(() => {
        assert.equal(inside, false);
        known.seen = known.permit.block;
      }),
      seen: undefined,
      forced: false,
      sentIn: undefined,
      accepted: false,
      ended: false,
    };
    inside = false;
    known.seen = known.permit.block;
    this.all.push(known);
  }

  private judge(known: Known, step: Step): boolean {
    const { permit } = known;
    switch (step.do) {
      case 'force':
        known.forced ||= permit.block !== undefined && !known.ended;
        permit.force();
        return false;
      case 'accepted': {
        const counts = !known.ended && !known.accepted && known.sentIn === this.closings;
        known.accepted ||= known.sentIn !== undefined;
        if (counts) this.widen();
        permit.accepted();
        return counts;
      }
      case 'limited':
        known.ended = true;
        permit.limited({
          until: this.clock.now() + step.delayMs,
          delayMs: step.delayMs,
          source: 'server',
          reason: 'rate-limit',
        });
        return false;
      case 'failed':
        known.ended = true;
        permit.failed(step.hintMs);
        return false;
      default:
        known.ended = true;
        permit.release();
        return false;
    }
  }

  private widen(): void {
    if (!this.someWait) this.width = Infinity;
    else this.width = this.width === 1 ? Math.max(2, Math.floor(this.met / 2)) : this.width + 1;
  }

  private get someWait(): boolean {
    return this.all.some(({ ended, permit }) => !ended && permit.block !== undefined);
  }

  /** The end of a closing never comes nearer but by time; a clock set back makes no wait longer. */
  private checkTime(
    untilBefore: number,
    before: { readonly now: number; readonly ticks: number },
    until: number | undefined,
  ): void {
    const passed = this.clock.ticks() - before.ticks;
    const setBack = this.clock.now() - before.now - passed < 0;
    const leftBefore = untilBefore - before.now;
    if (until === undefined) assert.ok(this.clock.now() >= untilBefore || passed >= leftBefore);
    else if (setBack) assert.ok(until - this.clock.now() <= this.latest - this.clock.ticks());
    else assert.ok(until >= untilBefore);
  }

  private checkLine(until: number | undefined): void {
    for (const known of this.all) {
      if (known.ended) continue;
      assert.equal(known.seen, known.permit.block, 'everybody hears of everything that is new');
      if (known.permit.block || known.sentIn !== undefined) continue;
      known.sentIn = this.closings;
      if (known.forced) continue;
      assert.equal(until, undefined, 'nobody goes while it is closed');
      const earlier = this.all.slice(0, this.all.indexOf(known));
      assert.ok(!earlier.some(({ permit, ended }) => !ended && permit.block), 'first come, first served');
    }
    const onTheWay = this.all.filter(({ sentIn, accepted, ended }) => sentIn === this.closings && !accepted && !ended);
    const unforced = onTheWay.filter(({ forced }) => !forced).length;
    assert.ok(unforced <= this.width, `${unforced} on their way in a window of ${this.width}`);
    if (until !== undefined || this.jumped || !this.someWait) return;
    assert.ok(
      onTheWay.length >= this.width,
      `some wait, and only ${onTheWay.length} of ${this.width} are on their way`,
    );
  }

  /** Everything that is sent from now on is taken. */
  finish(): void {
    for (let round = 0; this.all.some(({ ended }) => !ended); round++) {
      assert.ok(round < 1000, 'everybody gets in');
      this.all.forEach(({ ended, permit }, which) => {
        if (ended || permit.block) return;
        this.do({ do: 'accepted', which });
        this.do({ do: 'over', which });
      });
      this.do({ do: 'pass', ms: 5000 });
    }
    assert.equal(this.clock.pending, 0);
  }
}

const which = fc.nat(100);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('enter' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('crowd' as const, 'roundTrip' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('force' as const), which }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('accepted' as const, 'over' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('limited' as const), which, delayMs: fc.integer({ min: 1, max: 30_000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('failed' as const),
      which,
      hintMs: fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: undefined }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 20_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      // Less than a second back is drift, and only postpones what is said.
      ms: fc.constantFrom(-3_600_000, -60_000, 5000, 30_000, 7_200_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const) }) },
);

describe('a gate, whatever is done to it', () => {
  it('never opens before its time, lets one go first, one more with each that is taken, and everybody in the end', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const model = new Model();
        for (const each of steps) model.do(each);
        model.finish();
      }),
      { numRuns: propertyRuns },
    );
  });

  it('has no timer when all are over', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const model = new Model();
        for (const each of steps) model.do(each);
        model.all.forEach((_, which) => model.do({ do: 'over', which }));
        assert.equal(model.clock.pending, 0);
      }),
      { numRuns: propertyRuns },
    );
  });
});
