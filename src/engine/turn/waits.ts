import type { Clock } from '../clock';
import type { EngineDeps } from '../engine';
import type { WaitingEvent } from '../events/events';
import { isReachable } from '../gate/networkCheck';
import type { Gateway } from '../gateway/gateway';
import type { TurnHistory } from './turnHistory';
import type { EventSink } from './turnOutput';

/** A wait checks the wall clock this often, so that it ends on time after the computer has slept. */
const checkIntervalMs = 1000;

/** A `waiting` event without its times. */
export type WaitDescription = Omit<WaitingEvent, 'type' | 'at' | 'until' | 'delayMs'>;

/** A wait until a wall-clock time. It can be ended at any moment, and its promise never rejects. */
export class Wait {
  readonly finished: Promise<void>;
  private resolve!: () => void;
  private cancel: () => void = () => undefined;

  /** Epoch milliseconds, or Infinity for a wait that lasts until `end` is called. */
  constructor(
    private readonly clock: Clock,
    until: number,
  ) {
    this.finished = new Promise((resolve) => (this.resolve = resolve));
    if (until !== Infinity) this.check(until);
  }

  end(): void {
    this.cancel();
    this.resolve();
  }

  private check(until: number): void {
    const leftMs = until - this.clock.now();
    if (leftMs <= 0) this.end();
    else this.cancel = this.clock.after(Math.min(leftMs, checkIntervalMs), () => this.check(until));
  }
}

/** The waits of a turn, one at a time. The user or the end of the turn can end them at any moment. */
export class Waits {
  private current: Wait | undefined;
  private networkCheck: AbortController | undefined;

  constructor(
    private readonly deps: EngineDeps,
    private readonly output: EventSink,
    private readonly history: TurnHistory,
  ) {}

  get isWaiting(): boolean {
    return this.current !== undefined;
  }

  end(): void {
    this.current?.end();
    this.networkCheck?.abort();
  }

  /** Waits until a task has succeeded or failed, at most `limitMs` milliseconds. Emits no event. */
  async waitForOptional(limitMs: number, task: Promise<unknown>): Promise<void> {
    const ended = this.waitUntil(this.deps.clock.now() + limitMs);
    const wait = this.current;
    const end = (): void => wait?.end();
    task.then(end, end);
    await ended;
  }

  async delay(delayMs: number, description: WaitDescription): Promise<void> {
    const elapsedMs = await this.waitUntil(this.announce(delayMs, description));
    // Counts at most the planned delay, because time in which the computer sleeps does not count against the turn's
    // deadline.
    this.history.recordWait(Math.min(elapsedMs, delayMs));
  }

  /** Until `end` is called. Without `description`, the wait has already been announced. */
  async waitInQueue(expectedMs: number, description: WaitDescription | undefined): Promise<void> {
    if (description) this.announce(expectedMs, description);
    this.history.recordWait(Math.min(await this.waitUntil(Infinity), expectedMs));
  }

  /** Does not count as time without progress, because it puts no load on a gateway. */
  async waitForNetwork(
    gateways: readonly Gateway[],
    description: WaitDescription,
    isInterrupted: () => boolean,
  ): Promise<void> {
    for (let checks = 0; ; checks++) {
      await this.waitUntil(this.announce(networkCheckDelayMs(checks, this.deps.random), description));
      if (isInterrupted()) return;
      if ((await this.firstGateway(gateways, isReachable)) || isInterrupted()) return;
    }
  }

  /** Returns the first gateway that passes the check. Returns undefined if none passes or the wait was ended. */
  async firstGateway(gateways: readonly Gateway[], check: typeof isReachable): Promise<Gateway | undefined> {
    const controller = new AbortController();
    this.networkCheck = controller;
    let found: Gateway | undefined;
    const checks = gateways.map(async (gateway) => {
      if (!(await check(this.deps, gateway.id, controller.signal))) return;
      found ??= gateway;
      this.end();
    });
    const finished = Promise.all(checks).then(() => this.end());
    await this.waitUntil(Infinity);
    this.networkCheck = undefined;
    await finished;
    return found;
  }

  private announce(delayMs: number, description: WaitDescription): number {
    const until = this.deps.clock.now() + delayMs;
    this.output.emit({ type: 'waiting', until, delayMs, ...description });
    return until;
  }

  private async waitUntil(time: number): Promise<number> {
    const { clock } = this.deps;
    const start = clock.monotonicNow();
    this.current = new Wait(clock, time);
    await this.current.finished;
    this.current = undefined;
    return clock.monotonicNow() - start;
  }
}

/** After 1, 2, 4, 8, then 15 s, plus up to 10 % jitter. */
export function networkCheckDelayMs(checks: number, random: () => number): number {
  return Math.min(15_000, 1000 * 2 ** checks) * (1 + 0.1 * random());
}
