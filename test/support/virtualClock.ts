import assert from 'node:assert/strict';
import type { Clock } from '../../src/engine/clock';

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** Maximum number of timers that fire at the same time. More of them mean that a timer starts itself again and again. */
const maxTimersAtOnce = 10_000;

/** A clock that only the test advances. Real promises still run: they are flushed between two timers. */
export class VirtualClock implements Clock {
  /** Difference between wall clock and ticks, in milliseconds. It grows while a laptop sleeps. */
  epoch = Date.UTC(2026, 0, 15, 9, 0, 0);
  private time = 0;
  private readonly timers = new Set<Timer>();
  private firedAtOnce = 0;

  now(): number {
    return this.epoch + this.time;
  }

  monotonicNow(): number {
    return this.time;
  }

  callAfter(ms: number, call: () => void): () => void {
    const timer = { at: this.time + ms, call };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Simulates that the computer sleeps while both clocks go on. Timers that are due during the sleep fire after it. */
  sleep(ms: number): void {
    this.time += ms;
  }

  get pending(): number {
    return this.timers.size;
  }

  /** Runs all timers that are due within `ms`, in order, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    while (this.runNextTimer(end)) await settle();
    this.time = end;
  }

  /** Like `advance`, but promises do not settle, so that a thousand runs of a property take only a second. */
  advanceAtOnce(ms: number): void {
    const end = this.time + ms;
    while (this.runNextTimer(end));
    this.time = end;
  }

  /** @returns whether a timer was due by `end` */
  private runNextTimer(end: number): boolean {
    const due = [...this.timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
    if (!due) return false;
    this.timers.delete(due);
    this.firedAtOnce = due.at > this.time ? 1 : this.firedAtOnce + 1;
    assert.ok(this.firedAtOnce <= maxTimersAtOnce, 'timers fire without end');
    this.time = Math.max(this.time, due.at);
    due.call();
    return true;
  }

  /** Advances to the next timer. @returns the elapsed milliseconds, or undefined if no timer is pending */
  async next(): Promise<number | undefined> {
    await settle();
    if (this.timers.size === 0) return undefined;
    const wait = Math.max(0, Math.min(...[...this.timers].map((timer) => timer.at)) - this.time);
    await this.advance(wait);
    return wait;
  }
}

/** Lets all pending promises settle. Streams and the SDK need many turns of the event loop, and files need real time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (filesAtWork()) turn = 0;
  }
}

function filesAtWork(): boolean {
  return process.getActiveResourcesInfo().some((resource) => /^(FSReq|CloseReq)/.test(resource));
}
