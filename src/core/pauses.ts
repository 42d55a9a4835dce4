import type { EngineDeps } from './engine';
import type { WaitingEvent } from './events';
import type { Closed, Ticket } from './network/gate';
import { isReachable, probeDelayMs } from './reachability';
import type { TurnHistory } from './turnHistory';
import type { TurnOutput } from './turnOutput';
import { Wait } from './wait';

/** What a wait card says beyond the times. */
export type WaitWords = Omit<WaitingEvent, 'type' | 'at' | 'until' | 'delayMs'>;

/** The waits of a turn, one at a time; all of them end at once when the user, or the end of the turn, says so. */
export class Pauses {
  /** Time spent in waits, over all attempts. */
  waitedMs = 0;
  private current: Wait | undefined;
  private probing: AbortController | undefined;

  constructor(
    private readonly deps: Pick<EngineDeps, 'clock' | 'random' | 'fetch'>,
    private readonly output: TurnOutput,
    private readonly history: TurnHistory,
  ) {}

  get waiting(): boolean {
    return this.current !== undefined;
  }

  end(): void {
    this.current?.end();
    this.probing?.abort();
  }

  /** For something that a turn can do without; `late`: it goes on without it, and so it does when the user says so. */
  async upTo(lateMs: number, something: Promise<void>): Promise<void> {
    const { clock } = this.deps;
    const wait = new Wait(clock, clock.now() + lateMs);
    this.current = wait;
    void something.then(() => wait.end());
    await wait.over;
    this.current = undefined;
  }

  /** A wait of known length. */
  async forMs(delayMs: number, words: WaitWords): Promise<void> {
    const until = this.tell(delayMs, words);
    const lasted = await this.wait(until);
    // A machine that slept meanwhile has not been trying for longer.
    this.history.wait(Math.min(lasted, delayMs));
  }

  /**
   * Waits before a gate until the ticket is let through, or until `interrupted` says that the user wants something
   * else. When the gate renews an estimate, the wait is not announced again.
   * @param wordsFor undefined: nobody waits that long
   * @returns whether the ticket may go
   */
  async inLine(
    ticket: Ticket,
    wordsFor: (closed: Closed) => WaitWords | undefined,
    interrupted: () => boolean,
  ): Promise<boolean> {
    let announced: Closed | undefined;
    while (ticket.closed) {
      const { closed } = ticket;
      const words = wordsFor(closed);
      if (!words) return false;
      const delayMs = Math.max(0, closed.until - this.deps.clock.now());
      if (!isSameEstimate(closed, announced)) this.tell(delayMs, words);
      announced = closed;
      this.history.wait(Math.min(await this.wait(Infinity), delayMs));
      if (interrupted()) return false;
    }
    return true;
  }

  /** Until a probe of the network gets any answer. Not charged to anything: there is nobody to spare. */
  async offline(baseUrl: string, words: WaitWords, interrupted: () => boolean): Promise<void> {
    for (let n = 0; ; n++) {
      await this.wait(this.tell(probeDelayMs(n, this.deps.random), words));
      if (interrupted()) return;
      if (await this.probe(baseUrl)) return;
      if (interrupted()) return;
    }
  }

  /** @returns false too where it was ended before there was an answer */
  private async probe(baseUrl: string): Promise<boolean> {
    const controller = new AbortController();
    this.probing = controller;
    let answered = false;
    const probed = isReachable(this.deps, baseUrl, controller.signal).then((reachable) => {
      answered = reachable;
      this.end();
    });
    await this.wait(Infinity);
    this.probing = undefined;
    await probed;
    return answered;
  }

  /** @returns epoch milliseconds at which the wait is over */
  private tell(delayMs: number, words: WaitWords): number {
    const until = this.deps.clock.now() + delayMs;
    this.output.emit({ type: 'waiting', until, delayMs, ...words });
    return until;
  }

  /** @returns how long it was, in milliseconds */
  private async wait(until: number): Promise<number> {
    const { clock } = this.deps;
    const from = clock.ticks();
    this.current = new Wait(clock, until);
    await this.current.over;
    this.current = undefined;
    const lasted = clock.ticks() - from;
    this.waitedMs += lasted;
    return lasted;
  }
}

function isSameEstimate(closed: Closed, announced: Closed | undefined): boolean {
  return closed.why === 'probe' && announced?.why === 'probe' && announced.cause === closed.cause;
}
