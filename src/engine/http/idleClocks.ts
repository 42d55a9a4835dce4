import { afterUnblocked, type Clock } from '../clock';
import type { ConnectionObserver, EngineSettings } from '../environment';
import type { StalledClock } from '../faults/classify';
import { connectTimeoutMs } from '../gate/networkCheck';
import { doesReason } from '../models/modelParameters';
import type { ModelFacts } from '../models/modelFacts';

/** Milliseconds between two checks of the timeouts at most. The first check after a sleep of the computer detects it. */
const maxCheckIntervalMs = 10_000;
/** If a timer fires at least this many milliseconds too late, the computer is assumed to have slept. */
const minSleepMs = 15_000;
/** Milliseconds after the computer has woken up within which data must arrive, or else the connection is broken. */
const wakeGraceMs = 10_000;

/** A timeout, `tail` if the rest of a complete answer is late, or `slept` if the connection did not survive a sleep. */
export type Expiry = StalledClock | 'tail' | 'slept';

/**
 * The timeouts of an attempt. To keep the cost of a token low, this class only records times when data arrives. A
 * single timer checks them at the nearest deadline and every few seconds. Bytes and payload (text or reasoning) have
 * separate timeouts: with a timeout for bytes alone, keep-alives would keep a dead stream open, and with a timeout for
 * payload alone, a healthy connection would be closed while the model reasons.
 */
export class IdleClocks implements ConnectionObserver {
  private phase: 'connecting' | 'headers' | 'first' | 'stream' | 'tail' = 'headers';
  private phaseStart: number;
  private lastBytes: number;
  /** Monotonic time of the last payload or the start, moved forward by each sleep, which does not count as idle time. */
  lastPayload: number;
  /** Monotonic time by which data must arrive after a sleep of the computer. */
  private wakeDeadline = Infinity;
  private armedAt = { now: 0, ticks: 0, forMs: 0 };
  private isDisposed = false;
  private tailLimitMs = 0;
  private cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly timeouts: Timeouts,
    /** Called once, at the end of the attempt. */
    private readonly report: (expiry: Expiry, afterMs: number) => void,
  ) {
    this.phaseStart = this.lastBytes = this.lastPayload = clock.monotonicNow();
    this.armTimer();
  }

  onConnecting(): void {
    if (this.phase === 'headers') this.enterPhase('connecting');
  }

  onSent(): void {
    if (this.phase === 'connecting') this.enterPhase('headers');
  }

  onHeaders(): void {
    this.wakeDeadline = Infinity;
    this.enterPhase('first');
  }

  onBytes(): void {
    this.lastBytes = this.clock.monotonicNow();
    this.wakeDeadline = Infinity;
  }

  onPayload(): void {
    this.lastPayload = this.lastBytes;
    if (this.phase === 'first') this.enterPhase('stream');
  }

  /**
   * Starts the timeout for the chunks that follow a complete answer: `limitMs` milliseconds. Its timer is set by
   * `endRead`, because these chunks usually arrive in the same read.
   */
  startTail(limitMs: number): void {
    this.tailLimitMs = limitMs;
    this.phase = 'tail';
    this.phaseStart = this.clock.monotonicNow();
  }

  /** Call this after each read. */
  endRead(): void {
    // Sets the timer after the text of this read has been delivered, because it would delay the text.
    if (this.phase === 'tail') void Promise.resolve().then(() => this.checkInTime());
  }

  dispose(): void {
    this.isDisposed = true;
    this.cancel?.();
  }

  private enterPhase(phase: IdleClocks['phase']): void {
    this.phase = phase;
    this.phaseStart = this.clock.monotonicNow();
    this.checkInTime();
  }

  /** Sets a timer only if the deadline is earlier than the next check, because a timer would delay the first text. */
  private checkInTime(): void {
    const ticks = this.clock.monotonicNow();
    const forMs = Math.max(0, this.armedAt.ticks + this.armedAt.forMs - ticks);
    if (this.phase === 'connecting' || this.nearestDeadline().deadline < ticks + forMs) {
      this.cancel?.();
      this.armTimer();
    } else {
      // The connection has survived a sleep before this moment.
      this.armedAt = { now: this.clock.now(), ticks, forMs };
    }
  }

  private armTimer(): void {
    if (this.isDisposed) return;
    const { deadline } = this.nearestDeadline();
    const ticks = this.clock.monotonicNow();
    const forMs = Math.min(maxCheckIntervalMs, Math.max(0, Math.min(deadline, this.wakeDeadline) - ticks));
    this.armedAt = { now: this.clock.now(), ticks, forMs };
    const check = (): void => this.check();
    // The other timeouts are so long that a blocked process hardly matters.
    const isConnecting = this.phase === 'connecting';
    this.cancel = isConnecting ? afterUnblocked(this.clock, forMs, check) : this.clock.after(forMs, check);
  }

  /** After a sleep, the timer fires much too late. Connections rarely survive it, and their loss is rarely reported. */
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
    if (now >= this.wakeDeadline) return this.report('slept', wakeGraceMs);
    const { name, deadline, afterMs } = this.nearestDeadline();
    if (now >= deadline) return this.report(name, afterMs);
    this.armTimer();
  }

  private nearestDeadline() {
    const { headersMs, firstTokenMs, idleMs, silentMs } = this.timeouts;
    switch (this.phase) {
      case 'connecting':
        return deadlineOf('connectTimeout', this.phaseStart, Math.min(connectTimeoutMs, headersMs));
      case 'headers':
        return deadlineOf('headersTimeout', this.phaseStart, headersMs);
      case 'first':
        return deadlineOf('firstTokenTimeout', this.phaseStart, firstTokenMs);
      case 'tail':
        return deadlineOf('tail', this.phaseStart, this.tailLimitMs);
      case 'stream': {
        const idle = deadlineOf('streamStalled', this.lastBytes, idleMs);
        const silent = deadlineOf('streamSilent', this.lastPayload, silentMs);
        return idle.deadline <= silent.deadline ? idle : silent;
      }
    }
  }
}

function deadlineOf(name: Expiry, from: number, afterMs: number) {
  return { name, deadline: from + afterMs, afterMs };
}

/** Timeouts of an attempt in milliseconds. All defaults are below 300 s, the usual timeout of runtimes and proxies. */
interface Timeouts {
  readonly headersMs: number;
  /** From the headers to the first text or reasoning. */
  readonly firstTokenMs: number;
  /** Without any bytes in a stream that has started. */
  readonly idleMs: number;
  /** Without text or reasoning in a stream that has started, even if comments or empty events arrive. */
  readonly silentMs: number;
}

const defaultTimeouts: Timeouts = { headersMs: 60_000, firstTokenMs: 120_000, idleMs: 60_000, silentMs: 180_000 };
const reasoningTimeouts: Timeouts = { headersMs: 180_000, firstTokenMs: 270_000, idleMs: 180_000, silentMs: 270_000 };

/** Maximum time to wait for the usage and `[DONE]` after the finish reason, in milliseconds. */
export const tailMs = 5_000;
/** Milliseconds to wait for the end of the body after `[DONE]`, so that the connection can be reused. */
export const drainMs = 100;

/** A model of which it is unknown whether it reasons gets the longer defaults, so that no attempt ends too early. */
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
