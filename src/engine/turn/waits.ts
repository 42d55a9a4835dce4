import { Deadline, type Clock } from '../clock';
import type { EngineDeps } from '../engine';
import type { WaitingEvent } from '../events';
import { faultRows } from '../faults/faultTable';
import { transportRow } from '../faults/transportError';
import type { TurnHistory } from './turnHistory';
import type { TurnOutput } from './turnOutput';

/** How often a wait checks the wall clock, in milliseconds, so that a laptop that slept does not wait twice. */
const checkEveryMs = 1000;

/** What a wait card says beyond the times. */
export type WaitDescription = Omit<WaitingEvent, 'type' | 'at' | 'until' | 'delayMs'>;

/** A wait until a wall-clock time that can be ended at any moment. Its promise resolves once and never rejects. */
export class Wait {
  readonly finished: Promise<void>;
  private resolve!: () => void;
  private cancel: () => void = () => undefined;

  /** @param until epoch milliseconds; Infinity: until `end` is called */
  constructor(
    private readonly clock: Clock,
    until: number,
  ) {
    this.finished = new Promise((resolve) => (this.resolve = resolve));
    if (until !== Infinity) this.check(new Deadline(clock, until));
  }

  end(): void {
    this.cancel();
    this.resolve();
  }

  private check(deadline: Deadline): void {
    const { leftMs } = deadline;
    if (leftMs === 0) this.end();
    else this.cancel = this.clock.after(Math.min(leftMs, checkEveryMs), () => this.check(deadline));
  }
}

/** The waits of a turn, one at a time. All of them end at once when the user, or the end of the turn, requires it. */
export class Waits {
  /** Time spent in waits, over all attempts. */
  waitedMs = 0;
  private current: Wait | undefined;
  private probe: AbortController | undefined;

  constructor(
    private readonly deps: Pick<EngineDeps, 'clock' | 'random' | 'fetch'>,
    private readonly output: TurnOutput,
    private readonly history: TurnHistory,
  ) {}

  get isWaiting(): boolean {
    return this.current !== undefined;
  }

  end(): void {
    this.current?.end();
    this.probe?.abort();
  }

  /** Waits for something optional, at most `limitMs`, and not longer than the user wants. Is not announced. */
  async forOptional(limitMs: number, optional: Promise<void>): Promise<void> {
    const { clock } = this.deps;
    const wait = new Wait(clock, clock.now() + limitMs);
    this.current = wait;
    void optional.then(() => wait.end());
    await wait.finished;
    this.current = undefined;
  }

  /** Waits for a known time. */
  async forMs(delayMs: number, description: WaitDescription): Promise<void> {
    const lasted = await this.until(this.announce(delayMs, description));
    // A machine that slept meanwhile has not been trying for longer.
    this.history.wait(Math.min(lasted, delayMs));
  }

  /**
   * Waits in the queue of a gate until `end` is called.
   * @param expectedMs how long the gate expects it to last
   * @param description undefined: the wait has been announced
   */
  async inQueue(expectedMs: number, description: WaitDescription | undefined): Promise<void> {
    if (description) this.announce(expectedMs, description);
    this.history.wait(Math.min(await this.until(Infinity), expectedMs));
  }

  /** Waits until the network is back. Is charged to no budget, because no gateway has to be spared. */
  async untilOnline(baseUrl: string, description: WaitDescription, isInterrupted: () => boolean): Promise<void> {
    for (let n = 0; ; n++) {
      await this.until(this.announce(probeDelayMs(n, this.deps.random), description));
      if (isInterrupted()) return;
      if (await this.isOnline(baseUrl)) return;
      if (isInterrupted()) return;
    }
  }

  /** @returns false, too, if the wait was ended before there was an answer */
  private async isOnline(baseUrl: string): Promise<boolean> {
    const controller = new AbortController();
    this.probe = controller;
    let isAnswered = false;
    const probed = isReachable(this.deps, baseUrl, controller.signal).then((reachable) => {
      isAnswered = reachable;
      this.end();
    });
    await this.until(Infinity);
    this.probe = undefined;
    await probed;
    return isAnswered;
  }

  /** @returns when the wait is over, in epoch milliseconds */
  private announce(delayMs: number, description: WaitDescription): number {
    const until = this.deps.clock.now() + delayMs;
    this.output.emit({ type: 'waiting', until, delayMs, ...description });
    return until;
  }

  /** @returns how long the wait lasted, in milliseconds */
  private async until(time: number): Promise<number> {
    const { clock } = this.deps;
    const from = clock.ticks();
    this.current = new Wait(clock, time);
    await this.current.finished;
    this.current = undefined;
    const lasted = clock.ticks() - from;
    this.waitedMs += lasted;
    return lasted;
  }
}

/** A probe that has no answer by then has none. */
const probeMs = 5000;
/** Rows of the fault table that mean that nothing is reachable: no route, no name server, no answer to a connect. */
const unreachableRows: ReadonlySet<number> = new Set([faultRows.offline, faultRows.connectTimeout]);

/** From one probe of the network to the next: 1, 2, 4, 8, then 15 s, and up to a tenth more. @param n from 0 */
export function probeDelayMs(n: number, random: () => number): number {
  return Math.min(15_000, 1000 * 2 ** n) * (1 + 0.1 * random());
}

/**
 * Whether anything answers at the gateway, whatever it says: a request without the key, whose answer is thrown away.
 * Never rejects; false once `signal` is aborted.
 */
export async function isReachable(
  { clock, fetch }: Pick<EngineDeps, 'clock' | 'fetch'>,
  baseUrl: string,
  signal: AbortSignal,
): Promise<boolean> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal.addEventListener('abort', abort, { once: true });
  const cancel = clock.after(probeMs, abort);
  try {
    await fetch(`${baseUrl}/models`, { method: 'HEAD', redirect: 'manual', signal: controller.signal });
    return true;
  } catch (error) {
    return !controller.signal.aborted && !unreachableRows.has(transportRow(error));
  } finally {
    cancel();
    // Whatever came with the answer is not read.
    controller.abort();
    signal.removeEventListener('abort', abort);
  }
}
