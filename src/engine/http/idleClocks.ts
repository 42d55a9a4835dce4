import type { Clock } from '../clock';
import type { EngineSettings } from '../engine';
import type { StalledClock } from '../faults/classify';
import { doesReason } from '../models/modelParameters';
import type { ModelFacts } from '../models/modelFacts';

/**
 * Maximum time between two checks of the timeouts, in milliseconds. It is short, because the first check after a sleep
 * of the computer detects that sleep.
 */
const maxCheckIntervalMs = 10_000;
/** If a timer fires at least this many milliseconds too late, the computer is assumed to have slept. */
const minSleepMs = 15_000;
/**
 * Time within which data must arrive after the computer has woken up, in milliseconds. Otherwise the connection counts
 * as broken.
 */
const wakeGraceMs = 10_000;

/**
 * The timeouts of an attempt. To keep the cost of a token low, this class only records times when data arrives. A
 * single timer checks them at the nearest deadline and every few seconds. Bytes and payload (text or reasoning) have
 * separate timeouts: with a timeout for bytes alone, keep-alives would keep a dead stream open, and with a timeout for
 * payload alone, a healthy connection would be closed while the model reasons.
 */
export class IdleClocks {
  private phase: 'headers' | 'first' | 'stream' | 'tail' = 'headers';
  private readonly start: number;
  private phaseStart: number;
  private lastBytes: number;
  /**
   * Monotonic time of the last text or reasoning, or of the start of the attempt, in milliseconds. When the computer
   * has slept, this time is moved forward by the duration of the sleep, so that the sleep does not count as idle time.
   */
  lastPayload: number;
  /**
   * Monotonic time by which data must arrive after a sleep of the computer, because the connection may have been lost.
   */
  private wakeDeadline = Infinity;
  /** The wall-clock and monotonic times at which the timer was started, and its delay. */
  private armedAt = { now: 0, ticks: 0, forMs: 0 };
  private hasReportedQuiet = false;
  private isDisposed = false;
  private tailLimitMs = 0;
  private cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly timeouts: Timeouts,
    private readonly callbacks: {
      /** Called when a timeout has expired. */
      expired(name: StalledClock | 'tail', afterMs: number): void;
      /** Called when no data has arrived within `wakeGraceMs` after the computer woke up. */
      slept(): void;
      /** Called once when no text or reasoning has arrived for `quietMs`. */
      quiet(forMs: number): void;
    },
  ) {
    this.start = this.phaseStart = this.lastBytes = this.lastPayload = clock.monotonicNow();
    this.armTimer();
  }

  onHeaders(): void {
    this.wakeDeadline = Infinity;
    this.enterPhase('first');
  }

  onBytes(): void {
    this.lastBytes = this.clock.monotonicNow();
    this.wakeDeadline = Infinity;
  }

  /** Records that text or reasoning has arrived. */
  onPayload(): void {
    this.lastPayload = this.lastBytes;
    this.hasReportedQuiet = false;
    if (this.phase === 'first') this.enterPhase('stream');
  }

  /**
   * Starts the timeout for the end of the stream: the answer is complete, and the remaining chunks must arrive within
   * `limitMs` milliseconds.
   */
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
    this.phaseStart = this.clock.monotonicNow();
    this.cancel?.();
    this.armTimer();
  }

  private armTimer(): void {
    if (this.isDisposed) return;
    const { deadline } = this.nearestDeadline();
    const next = this.hasReportedQuiet || this.phase === 'tail' ? deadline : Math.min(deadline, this.quietAt());
    const ticks = this.clock.monotonicNow();
    const forMs = Math.min(maxCheckIntervalMs, Math.max(0, Math.min(next, this.wakeDeadline) - ticks));
    this.armedAt = { now: this.clock.now(), ticks, forMs };
    this.cancel = this.clock.after(forMs, () => this.check());
  }

  /**
   * Detects a sleep of the computer: the timer then fires much too late by the wall clock or the monotonic clock.
   * Connections rarely survive a sleep, and their loss is rarely reported, so data must then arrive within
   * `wakeGraceMs`.
   */
  private detectSleep(): void {
    const delayMs = (from: number, to: number): number => Math.max(0, to - from - this.armedAt.forMs);
    const monotonicDelayMs = delayMs(this.armedAt.ticks, this.clock.monotonicNow());
    if (Math.max(monotonicDelayMs, delayMs(this.armedAt.now, this.clock.now())) < minSleepMs) return;
    this.wakeDeadline = this.clock.monotonicNow() + wakeGraceMs;
    this.phaseStart += monotonicDelayMs;
    this.lastBytes += monotonicDelayMs;
    this.lastPayload += monotonicDelayMs;
  }

  private check(): void {
    this.detectSleep();
    const now = this.clock.monotonicNow();
    if (now >= this.wakeDeadline) {
      this.callbacks.slept();
      return;
    }
    const { name, deadline, afterMs } = this.nearestDeadline();
    if (now >= deadline) {
      this.callbacks.expired(name, afterMs);
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

  private nearestDeadline(): { name: StalledClock | 'tail'; deadline: number; afterMs: number } {
    const { headersMs, firstTokenMs, idleMs, silentMs } = this.timeouts;
    switch (this.phase) {
      case 'headers':
        return { name: 'headersTimeout', deadline: this.phaseStart + headersMs, afterMs: headersMs };
      case 'first':
        return { name: 'firstTokenTimeout', deadline: this.phaseStart + firstTokenMs, afterMs: firstTokenMs };
      case 'tail':
        return { name: 'tail', deadline: this.phaseStart + this.tailLimitMs, afterMs: this.tailLimitMs };
      case 'stream': {
        const idle = this.lastBytes + idleMs;
        const silent = this.lastPayload + silentMs;
        return idle <= silent
          ? { name: 'streamStalled', deadline: idle, afterMs: idleMs }
          : { name: 'streamSilent', deadline: silent, afterMs: silentMs };
      }
    }
  }
}

/** Timeouts of an attempt in milliseconds. All defaults are below 300 s, the usual timeout of runtimes and proxies. */
interface Timeouts {
  /** Timeout from the start of the attempt to the headers of the response. */
  readonly headersMs: number;
  /** Timeout from the headers to the first text or reasoning. */
  readonly firstTokenMs: number;
  /** Maximum time without any bytes in a stream that has started. */
  readonly idleMs: number;
  /** Maximum time without text or reasoning in a stream that has started, even if comments or empty events arrive. */
  readonly silentMs: number;
}

const defaultTimeouts: Timeouts = { headersMs: 60_000, firstTokenMs: 120_000, idleMs: 60_000, silentMs: 180_000 };
const reasoningTimeouts: Timeouts = { headersMs: 180_000, firstTokenMs: 270_000, idleMs: 180_000, silentMs: 270_000 };

/** Maximum time to wait for the usage and `[DONE]` after the finish reason, in milliseconds. */
export const tailMs = 5_000;
/**
 * Maximum time to wait for the end of the body after `[DONE]`, so that the connection can be reused, in milliseconds.
 */
export const drainMs = 100;
/**
 * Time without text or reasoning after which a `quiet` event reports that the attempt is still waiting, in
 * milliseconds.
 */
export const quietMs = 10_000;

/**
 * Returns the timeouts for a model: those that the user has set, and the defaults for the kind of model. A model of
 * which it is unknown whether it reasons gets the longer ones, because shorter ones could end each attempt too early.
 */
export function timeoutsFor(
  model: string,
  facts: ModelFacts | undefined,
  configured: EngineSettings['timeout'],
): Timeouts {
  const defaults = doesReason(model, facts) === false ? defaultTimeouts : reasoningTimeouts;
  return {
    headersMs: configured.headersMs ?? defaults.headersMs,
    firstTokenMs: configured.firstTokenMs ?? defaults.firstTokenMs,
    idleMs: configured.idleMs ?? defaults.idleMs,
    silentMs: configured.silentMs ?? defaults.silentMs,
  };
}
