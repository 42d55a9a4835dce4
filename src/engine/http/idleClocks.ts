import type { Clock } from '../clock';
import type { EngineSettings } from '../engine';
import type { StalledClock } from '../faults/classify';

/** Between two looks; a sleep is noticed at the first look after it. */
const maxCheckIntervalMs = 10_000;
/** A timer that is later than this was not late: the machine slept. */
const minSleepMs = 15_000;
/** From waking up until a connection has to have shown that it lives. */
const wakeGraceMs = 10_000;

/**
 * Watches one attempt. A token costs two assignments: times are noted, and a single timer looks at them when the
 * nearest deadline could have passed, and every few seconds. Bytes and payload have clocks of their own: a bytes-only
 * watchdog hangs for ever on keep-alives, a payload-only one kills healthy connections that think.
 */
export class IdleClocks {
  private phase: 'headers' | 'first' | 'stream' | 'tail' = 'headers';
  private readonly start: number;
  private phaseStart: number;
  private lastBytes: number;
  /** Monotonic; of the last text or reasoning, else the start; moved on by what the machine slept since. */
  lastPayload: number;
  /** Monotonic: by then something must have arrived over a connection that may not have survived a sleep. */
  private wakeDeadline = Infinity;
  private armedAt = { now: 0, ticks: 0, forMs: 0 };
  private hasReportedQuiet = false;
  private isDisposed = false;
  private tailLimitMs = 0;
  private cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly timeouts: Timeouts,
    private readonly callbacks: {
      expired(which: StalledClock | 'tail', afterMs: number): void;
      /** Nothing has arrived since the machine woke up. */
      slept(): void;
      quiet(forMs: number): void;
    },
  ) {
    this.start = this.phaseStart = this.lastBytes = this.lastPayload = clock.ticks();
    this.armTimer();
  }

  onHeaders(): void {
    this.wakeDeadline = Infinity;
    this.enterPhase('first');
  }

  onBytes(): void {
    this.lastBytes = this.clock.ticks();
    this.wakeDeadline = Infinity;
  }

  /** Text or reasoning has arrived. */
  onPayload(): void {
    this.lastPayload = this.lastBytes;
    this.hasReportedQuiet = false;
    if (this.phase === 'first') this.enterPhase('stream');
  }

  /** The answer is whole; only what belongs to it can still come, for at most `limitMs`. */
  startTail(limitMs: number): void {
    this.tailLimitMs = limitMs;
    this.enterPhase('tail');
  }

  dispose(): void {
    this.isDisposed = true;
    this.cancel?.();
  }

  private enterPhase(phase: 'first' | 'stream' | 'tail'): void {
    this.phase = phase;
    this.phaseStart = this.clock.ticks();
    this.cancel?.();
    this.armTimer();
  }

  private armTimer(): void {
    if (this.isDisposed) return;
    const { deadline } = this.nearestDeadline();
    const next = this.hasReportedQuiet || this.phase === 'tail' ? deadline : Math.min(deadline, this.quietAt());
    const ticks = this.clock.ticks();
    const forMs = Math.min(maxCheckIntervalMs, Math.max(0, Math.min(next, this.wakeDeadline) - ticks));
    this.armedAt = { now: this.clock.now(), ticks, forMs };
    this.cancel = this.clock.after(forMs, () => this.check());
  }

  /**
   * A timer that comes much too late, by either clock, slept. A connection seldom survives that and seldom says so:
   * it gets a short grace instead of the long silence that a living one is allowed.
   */
  private detectSleep(): void {
    const late = (from: number, to: number): number => Math.max(0, to - from - this.armedAt.forMs);
    const byTicks = late(this.armedAt.ticks, this.clock.ticks());
    if (Math.max(byTicks, late(this.armedAt.now, this.clock.now())) < minSleepMs) return;
    this.wakeDeadline = this.clock.ticks() + wakeGraceMs;
    this.phaseStart += byTicks;
    this.lastBytes += byTicks;
    this.lastPayload += byTicks;
  }

  private check(): void {
    this.detectSleep();
    const now = this.clock.ticks();
    if (now >= this.wakeDeadline) {
      this.callbacks.slept();
      return;
    }
    const { which, deadline, afterMs } = this.nearestDeadline();
    if (now >= deadline) {
      this.callbacks.expired(which, afterMs);
      return;
    }
    if (!this.hasReportedQuiet && this.phase !== 'tail' && now >= this.quietAt()) {
      this.hasReportedQuiet = true;
      this.callbacks.quiet(now - this.quietSince());
    }
    this.armTimer();
  }

  private quietSince(): number {
    return this.phase === 'stream' ? this.lastPayload : this.start;
  }

  private quietAt(): number {
    return this.quietSince() + quietMs;
  }

  private nearestDeadline(): { which: StalledClock | 'tail'; deadline: number; afterMs: number } {
    const { headersMs, firstTokenMs, idleMs, silentMs } = this.timeouts;
    switch (this.phase) {
      case 'headers':
        return { which: 'headers', deadline: this.phaseStart + headersMs, afterMs: headersMs };
      case 'first':
        return { which: 'first', deadline: this.phaseStart + firstTokenMs, afterMs: firstTokenMs };
      case 'tail':
        return { which: 'tail', deadline: this.phaseStart + this.tailLimitMs, afterMs: this.tailLimitMs };
      case 'stream': {
        const idle = this.lastBytes + idleMs;
        const silent = this.lastPayload + silentMs;
        return idle <= silent
          ? { which: 'idle', deadline: idle, afterMs: idleMs }
          : { which: 'silent', deadline: silent, afterMs: silentMs };
      }
    }
  }
}

/** Milliseconds. All stay under 300 s, where runtimes and proxies have clocks of their own. */
interface Timeouts {
  /** From sending the request to the headers of its response. */
  readonly headersMs: number;
  /** From the headers to the first text or reasoning. */
  readonly firstTokenMs: number;
  /** No bytes at all. */
  readonly idleMs: number;
  /** Only comments, keep-alives and empty events. */
  readonly silentMs: number;
}

const defaultTimeouts: Timeouts = { headersMs: 60_000, firstTokenMs: 120_000, idleMs: 60_000, silentMs: 180_000 };
const reasoningTimeouts: Timeouts = { headersMs: 180_000, firstTokenMs: 270_000, idleMs: 180_000, silentMs: 270_000 };

/** After the finish reason: how long to wait for the usage chunk and `[DONE]`. */
export const tailMs = 5_000;
/** After `[DONE]`: how long to wait for the end of the body, so that the connection can be used again. */
export const drainMs = 100;
/** Nothing for so long: say that we are still waiting. */
export const quietMs = 10_000;

const reasoningModel =
  /(?:^|[/:\-_.])(?:o[1-9]|gpt-[5-9]|r[12]|qwq|qvq|magistral|grok-[4-9]|gemini-(?:2\.5|[3-9](?:\.\d+)?)-pro|reason(?:er|ing)?|think(?:ing)?)(?:[/:\-_.]|$)/i;
const nonReasoningModel = /non-?(?:reasoning|thinking)/i;

/** Models that think, silently, for minutes; by the names their makers give them. */
export function isReasoningModel(model: string): boolean {
  return reasoningModel.test(model) && !nonReasoningModel.test(model);
}

export function timeoutsFor(model: string, set: EngineSettings['timeout']): Timeouts {
  const defaults = isReasoningModel(model) ? reasoningTimeouts : defaultTimeouts;
  return {
    headersMs: set.headersMs ?? defaults.headersMs,
    firstTokenMs: set.firstTokenMs ?? defaults.firstTokenMs,
    idleMs: set.idleMs ?? defaults.idleMs,
    silentMs: set.silentMs ?? defaults.silentMs,
  };
}
