import type { Clock } from '../clock';
import {
  GateCooldown,
  CooldownSync,
  type Cooldown,
  type GateBlock,
  type Scope,
  type SharedCooldowns,
} from './cooldowns';
import { SlowStart } from './slowStart';

/**
 * Admits the requests to one model. A limit, or a provider that keeps failing, closes the gate. When the cooldown has
 * expired, one request goes first as a probe, and the others follow as the gateway accepts them, in their order.
 */
export class Gate {
  private readonly queue = new Set<Permit>();
  private inFlight = 0;
  private readonly slowStart = new SlowStart();
  private breaker = new Breaker();
  /** The round that began when the breaker last opened. The failure of an earlier request does not count again. */
  private openedInRound = 0;
  /** Kept as long as the slow start lasts, because it is also the reason why requests wait behind others. */
  private cooldown: GateCooldown | undefined;
  /** How often in succession other windows had no cooldown. */
  private emptyReads = 0;
  private readonly sharedCooldowns: CooldownSync;
  private readonly timer: QueueTimer;
  private readonly events: PermitEvents = {
    forced: (permit) => {
      this.send(permit);
      this.update();
      permit.onChange();
    },
    accepted: (round) => this.accepted(round),
    limited: (cooldown) => {
      if (this.close('cooldown', cooldown, 'request')) this.sharedCooldowns.write(cooldown);
    },
    failed: (round, retryAfterMs) => this.failed(round, retryAfterMs),
    finished: (round) => {
      if (round >= this.openedInRound) this.breaker.reset();
    },
    released: (permit, round) => this.released(permit, round),
  };

  constructor(
    private readonly clock: Clock,
    shared: SharedCooldowns,
    scope: Scope,
    /** Called when a cooldown starts, changes or is cleared, but not when it expires. */
    private readonly onCooldown: () => void = () => undefined,
  ) {
    this.sharedCooldowns = new CooldownSync(shared, scope);
    this.timer = new QueueTimer(clock, () => {
      this.update();
      if (this.queue.size > 0) void this.sync();
    });
  }

  /** Epoch milliseconds; undefined: no cooldown, though other requests may have to go first. */
  get closedUntil(): number | undefined {
    return this.leftMs > 0 ? this.cooldown?.until : undefined;
  }

  get isBreakerOpen(): boolean {
    return this.leftMs > 0 && this.cooldown?.kind === 'breaker';
  }

  /** Failures of the provider in succession. */
  get failures(): number {
    return this.breaker.failures;
  }

  /** Whether no request waits or is in flight, and none would have to wait. */
  get isIdle(): boolean {
    return this.queue.size === 0 && this.inFlight === 0 && this.leftMs === 0;
  }

  /** Reads the cooldowns of other windows. Never rejects. */
  async sync(): Promise<void> {
    const cooldown = await this.sharedCooldowns.read();
    this.emptyReads = cooldown ? 0 : this.emptyReads + 1;
    // Once is not enough: a note that is being renamed, or a folder that can't be read, looks the same.
    if (this.emptyReads > 1) this.endSharedCooldown();
    if (!cooldown || cooldown.until <= this.clock.now()) return;
    // The note that closed the gate is not news, even if a clock that was set back makes it look longer.
    if (cooldown.until === this.cooldown?.cause.until) return;
    if (this.close('cooldown', cooldown, 'window')) this.update();
  }

  /**
   * Adds a request to the queue.
   * @param onChange called when the permit's `block` changes, but never before `enqueue` has returned
   */
  enqueue(onChange: () => void): Permit {
    const permit = new Permit(this.events, onChange);
    this.queue.add(permit);
    this.update(permit);
    return permit;
  }

  /** Opens the gate and forgets everything, the notes of other windows too. All waiting requests are sent. */
  reset(): void {
    this.breaker = new Breaker();
    this.setCooldown(undefined);
    this.slowStart.open();
    this.sharedCooldowns.clear();
    this.update();
  }

  /** Forgets the failures of the provider. A cooldown stays, for the other requests. */
  forgetFailures(): void {
    this.breaker = new Breaker();
  }

  /** The other window has learned that its cooldown is over, or everything was reset: a probe may go. */
  private endSharedCooldown(): void {
    if (this.leftMs === 0 || this.cooldown?.blockedBy !== 'window') return;
    this.setCooldown(this.cooldown.expired());
    this.update();
  }

  private get leftMs(): number {
    return this.cooldown?.leftMs ?? 0;
  }

  private accepted(round: number): void {
    const { isProbing } = this.slowStart;
    if (!this.slowStart.countAccepted(round)) return;
    if (this.queue.size === 0) this.slowStart.open();
    this.setCooldown(this.slowStart.isOpen ? undefined : this.cooldown?.expired());
    if (isProbing) this.sharedCooldowns.clear();
    this.update();
  }

  private failed(round: number, retryAfterMs: number | undefined): void {
    if (round < this.openedInRound) return;
    const delayMs = this.breaker.countFailure(retryAfterMs);
    if (delayMs === undefined) return;
    const source = delayMs === retryAfterMs ? 'server' : 'backoff';
    this.close('breaker', { until: this.clock.now() + delayMs, delayMs, source, reason: 'breaker' }, 'request');
    this.openedInRound = this.slowStart.round;
  }

  /** @returns false if the gate is already closed for at least as long */
  private close(kind: GateCooldown['kind'], cause: Cooldown, blockedBy: GateCooldown['blockedBy']): boolean {
    const cooldown = new GateCooldown(this.clock, kind, cause, blockedBy);
    if (this.slowStart.isProbing && cooldown.leftMs <= this.leftMs) return false;
    this.setCooldown(cooldown);
    this.slowStart.start();
    return true;
  }

  private setCooldown(cooldown: GateCooldown | undefined): void {
    const before = this.closedUntil;
    this.cooldown = cooldown;
    if (this.closedUntil !== before) this.onCooldown();
  }

  private released(permit: Permit, round: number | undefined): void {
    this.queue.delete(permit);
    if (round !== undefined) {
      this.inFlight--;
      if (!permit.isAccepted) this.slowStart.countUnaccepted(round);
    }
    this.update();
  }

  private send(permit: Permit): void {
    this.queue.delete(permit);
    this.inFlight++;
    permit.grant(this.slowStart.countSent());
  }

  /** Admits as many requests as possible, and notifies those whose permit has changed, except the newcomer's. */
  private update(newcomer?: Permit): void {
    const changed = [...this.queue].filter((permit) => this.updatePermit(permit));
    if (this.queue.size === 0) this.timer.stop();
    else this.timer.start(this.leftMs);
    for (const permit of changed) if (permit !== newcomer) permit.onChange();
  }

  /** @returns whether the permit has changed */
  private updatePermit(permit: Permit): boolean {
    const { block } = permit;
    if (!this.cooldown || (this.leftMs === 0 && this.slowStart.hasRoom)) this.send(permit);
    else permit.block = this.cooldown.renewBlock(block);
    return permit.block !== block;
  }
}

/**
 * One admission to a gate, requested or granted. Exactly one of `limited`, `failed` and `release` ends it. Later calls
 * are ignored, and so are the results of a request that was never admitted.
 */
export class Permit {
  /** Why and until when the request has to wait; undefined: it is admitted, and in flight until the permit ends. */
  block: GateBlock | undefined;
  /** The gateway has accepted the request. */
  isAccepted = false;
  private round: number | undefined;
  private hasEnded = false;

  constructor(
    private readonly events: PermitEvents,
    readonly onChange: () => void,
  ) {}

  /** Called by the gate. */
  grant(round: number): void {
    this.round = round;
    this.block = undefined;
  }

  /** The user wants the request to be sent now. */
  force(): void {
    if (!this.hasEnded && this.round === undefined) this.events.forced(this);
  }

  /** Response headers with a 2xx have arrived. The request stays in flight. */
  accepted(): void {
    if (this.hasEnded || this.isAccepted || this.round === undefined) return;
    this.isAccepted = true;
    this.events.accepted(this.round);
  }

  /** The gateway wants the request to wait. */
  limited(cooldown: Cooldown): void {
    this.end(() => this.events.limited(cooldown));
  }

  /**
   * The provider has failed, before or after it had accepted the request.
   * @param retryAfterMs for how long it wants no requests
   */
  failed(retryAfterMs?: number): void {
    this.end((round) => this.events.failed(round, retryAfterMs));
  }

  /** @param isFinished the answer is complete; otherwise the end says nothing about the provider */
  release(isFinished = false): void {
    this.end((round) => isFinished && this.events.finished(round));
  }

  private end(report: (round: number) => unknown): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    if (this.round !== undefined) report(this.round);
    this.events.released(this, this.round);
  }
}

/** What a gate does about the events of a permit. A round is the one in which the request was sent. */
interface PermitEvents {
  forced(permit: Permit): void;
  accepted(round: number): void;
  limited(cooldown: Cooldown): void;
  failed(round: number, retryAfterMs: number | undefined): void;
  finished(round: number): void;
  /** Comes after the event that ended the permit. @param round undefined: the request was still in the queue */
  released(permit: Permit, round: number | undefined): void;
}

/** How often a queue checks the wall clock, which may have slept, and the notes of other windows, in milliseconds. */
const checkEveryMs = 1000;

/** The one timer of a queue. It runs only while requests wait. */
export class QueueTimer {
  /** Monotonic time of the next check. */
  private dueAt = Infinity;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly check: () => void,
  ) {}

  /** Checks in a second, or earlier if the cooldown ends earlier. @param leftMs 0: it has expired */
  start(leftMs: number): void {
    const delayMs = leftMs > 0 ? Math.min(leftMs, checkEveryMs) : checkEveryMs;
    const dueAt = this.clock.ticks() + delayMs;
    // Requests that join the queue must not postpone a check.
    if (this.dueAt <= dueAt) return;
    this.stop();
    this.dueAt = dueAt;
    this.cancel = this.clock.after(delayMs, () => {
      this.dueAt = Infinity;
      this.check();
    });
  }

  stop(): void {
    this.cancel();
    this.dueAt = Infinity;
  }
}

/** Failures in succession that open the breaker. */
const failuresToOpen = 5;
/**
 * The cooldowns of an open breaker: 5 s · 1.3^k, up to 15 s. They may be short, because only one probe of all requests
 * is sent after each of them. In the simulation of an outage of 30 s, they answer 1.2 times as late as possible, and
 * 15 s · 2^k up to 2 min answers 1.6 times as late.
 */
const breakerCooldown = { firstMs: 5_000, growth: 1.3, maxMs: 15_000 } as const;

/** Counts the failures of a provider in succession, and decides for how long no request goes to it. */
class Breaker {
  private count = 0;
  private openings = 0;

  get failures(): number {
    return this.count;
  }

  /**
   * Counts a failure. Once the breaker has opened, each further failure before a success opens it again, for longer.
   * @param retryAfterMs the delay that the provider named
   * @returns the length of the cooldown in milliseconds; undefined: there is none
   */
  countFailure(retryAfterMs = 0): number | undefined {
    this.count++;
    if (this.count < failuresToOpen) return undefined;
    const { firstMs, growth, maxMs } = breakerCooldown;
    const delayMs = Math.min(maxMs, firstMs * growth ** this.openings);
    this.openings++;
    return Math.max(retryAfterMs, delayMs);
  }

  reset(): void {
    this.count = 0;
    this.openings = 0;
  }
}
