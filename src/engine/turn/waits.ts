import type { EngineDeps } from '../engine';
import type { WaitingEvent } from '../events/events';
import { isReachable } from '../gate/networkCheck';
import type { Gateway } from '../gateway/gateway';
import type { TurnHistory } from '../retry/turnHistory';
import type { EventSink } from './turnOutput';

/** A wait checks the wall clock this often, so that it ends on time after the computer has slept. */
const checkIntervalMs = 1000;

/** A `waiting` event without its times. */
export type WaitDescription = Omit<WaitingEvent, 'type' | 'at' | 'until' | 'delayMs'>;

/** The waits of a turn, one at a time. The user or the end of the turn can end them at any moment. */
export class Waits {
  private endCurrent: (() => void) | undefined;

  constructor(
    private readonly deps: EngineDeps,
    private readonly output: EventSink,
    private readonly history: TurnHistory,
  ) {}

  get isWaiting(): boolean {
    return this.endCurrent !== undefined;
  }

  end(): void {
    this.endCurrent?.();
  }

  /** Waits until a task has succeeded or failed, at most `limitMs` milliseconds. Emits no event. */
  async waitForOptional(limitMs: number, task: Promise<unknown>): Promise<void> {
    const end = this.waitUntil(this.deps.clock.now() + limitMs);
    const { endCurrent } = this;
    void task.then(endCurrent, endCurrent);
    await end;
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
    const abort = (): void => controller.abort();
    const checks = gateways.map(async (gateway) => {
      if (await check(this.deps, gateway.id, controller.signal)) return gateway;
      throw new Error('The gateway has not passed the check.');
    });
    this.endCurrent = abort;
    const found = await Promise.any(checks).catch(() => undefined);
    this.endCurrent = undefined;
    abort();
    return found;
  }

  private announce(delayMs: number, description: WaitDescription): number {
    const until = this.deps.clock.now() + delayMs;
    this.output.emit({ type: 'waiting', until, delayMs, ...description });
    return until;
  }

  /**
   * @param time epoch milliseconds, or Infinity for a wait that lasts until `end` is called
   * @returns the duration in milliseconds
   */
  private async waitUntil(time: number): Promise<number> {
    const { clock } = this.deps;
    const start = clock.monotonicNow();
    await new Promise<void>((resolve) => {
      let cancel = (): void => undefined;
      const end = (): void => {
        cancel();
        resolve();
      };
      const check = (): void => {
        const leftMs = time - clock.now();
        if (leftMs <= 0) end();
        else if (time !== Infinity) cancel = clock.after(Math.min(leftMs, checkIntervalMs), check);
      };
      this.endCurrent = end;
      check();
    });
    this.endCurrent = undefined;
    return clock.monotonicNow() - start;
  }
}

/** After 1, 2, 4, 8, then 15 s, plus up to 10 % jitter. */
export function networkCheckDelayMs(checks: number, random: () => number): number {
  return Math.min(15_000, 1000 * 2 ** checks) * (1 + 0.1 * random());
}
