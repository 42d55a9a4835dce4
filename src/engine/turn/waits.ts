import type { EngineDeps } from '../engine';
import type { WaitingEvent } from '../events/events';
import { isReachable } from '../gate/networkCheck';
import type { Gateway } from '../gateway/gateway';
import type { TurnHistory } from '../retry/turnHistory';
import type { EventSink } from './turnOutput';

/**
 * Interval at which a wait checks the wall clock, in milliseconds. Without these checks, a wait would last too long if
 * the computer sleeps.
 */
const checkIntervalMs = 1000;

/** A `waiting` event without its times. */
export type WaitDescription = Omit<WaitingEvent, 'type' | 'at' | 'until' | 'delayMs'>;

/** Carries out the waits of a turn, one at a time. A wait ends early if the user ends it or the turn ends. */
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

  /** Waits until a task has succeeded or failed, but not longer than `limitMs` milliseconds. Emits no event. */
  async waitForOptional(limitMs: number, task: Promise<unknown>): Promise<void> {
    const end = this.waitUntil(this.deps.clock.now() + limitMs);
    const { endCurrent } = this;
    void task.then(endCurrent, endCurrent);
    await end;
  }

  async delay(delayMs: number, description: WaitDescription): Promise<void> {
    const elapsedMs = await this.waitUntil(this.announce(delayMs, description));
    // The recorded duration is at most the planned delay. Otherwise, a sleep of the computer would count as time
    // without progress, and the turn could reach its limit for this time.
    this.history.recordWait(Math.min(elapsedMs, delayMs));
  }

  /**
   * Waits in the gate's queue until `end` is called.
   * @param description undefined if the wait has already been announced
   */
  async waitInQueue(expectedMs: number, description: WaitDescription | undefined): Promise<void> {
    if (description) this.announce(expectedMs, description);
    this.history.recordWait(Math.min(await this.waitUntil(Infinity), expectedMs));
  }

  /**
   * Waits until a gateway can be reached or the user ends the wait. The turn's limit for the time without progress does
   * not include this wait, because the wait puts no load on a gateway.
   */
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

  /**
   * Checks all gateways at the same time and returns the first that passes the check. Returns undefined if no gateway
   * passes, or if the wait ends first.
   */
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
   * Waits until a time or until `end` is called.
   * @param time epoch milliseconds; with Infinity, only `end` ends the wait
   * @returns the duration of the wait in milliseconds
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
        else if (time !== Infinity) cancel = clock.callAfter(Math.min(leftMs, checkIntervalMs), check);
      };
      this.endCurrent = end;
      check();
    });
    this.endCurrent = undefined;
    return clock.monotonicNow() - start;
  }
}

/**
 * Returns the delay before a network check, in milliseconds. The delays are 1, 2, 4, 8, and then always 15 seconds,
 * plus up to 10 % jitter.
 * @param checks the number of previous checks
 */
export function networkCheckDelayMs(checks: number, random: () => number): number {
  return Math.min(15_000, 1000 * 2 ** checks) * (1 + 0.1 * random());
}
