import { afterUnblocked, type Clock } from '../clock';
import type { ConnectionObserver, EngineSettings } from '../environment';
import type { TimeoutName } from '../faults/classify';
import { connectTimeoutMs } from '../gate/networkCheck';
import { doesReason } from '../models/modelParameters';
import type { ModelFacts } from '../models/modelFacts';

/**
 * Maximum time between two checks of the timeouts, in milliseconds. The check after a sleep of the computer detects the
 * sleep.
 */
const maxCheckIntervalMs = 10_000;
/** If a timer fires at least this many milliseconds too late, the computer was probably asleep. */
const minSleepMs = 15_000;
/**
 * Time within which data must arrive after a sleep of the computer, in milliseconds. If no data arrives, the connection
 * is assumed to be broken.
 */
const wakeGraceMs = 10_000;

/**
 * The timeout that has expired. `tail` is the timeout for the last chunks after a finish reason. `slept` is the timeout
 * for data after a sleep of the computer.
 */
export type Expiry = TimeoutName | 'tail' | 'slept';

/**
 * Watches the timeouts of an attempt. For speed, this class only records the times at which data arrives. A single
 * timer checks these times at the nearest deadline and every few seconds.
 */
export class IdleClocks implements ConnectionObserver {
  private phase: 'connecting' | 'headers' | 'first' | 'stream' | 'tail' = 'headers';
  private phaseStart: number;
  private lastBytes: number;
  /**
   * Monotonic time of the last payload (text or reasoning). Before the first payload, the start of the attempt. The
   * duration of a sleep of the computer is added, because it is not idle time.
   */
  lastPayload: number;
  /** Monotonic time by which data must arrive after the computer has slept. */
  private wakeDeadline = Infinity;
  private armedAt = { now: 0, ticks: 0, forMs: 0 };
  private isDisposed = false;
  private tailLimitMs = 0;
  private cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly timeouts: Timeouts,
    /** Called at most once, when a timeout expires. */
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
   * Begins the time limit of `limitMs` milliseconds for the last chunks, which follow a complete answer. The limit
   * counts from now, but its timer is only set by `endRead`, because the last chunks usually arrive in the same read
   * from the network as the end of the answer, so that no timer is needed.
   */
  startTail(limitMs: number): void {
    this.tailLimitMs = limitMs;
    this.phase = 'tail';
    this.phaseStart = this.clock.monotonicNow();
  }

  /** Sets the timer for the last chunks if the answer is complete. Must be called after each read from the network. */
  endRead(): void {
    // The timer is set in a microtask, after the text of this read has been delivered. Otherwise, setting the timer
    // would delay the text.
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

  /**
   * Makes sure that the timeouts are checked at the nearest deadline. If the next check is early enough, no timer is
   * set, because setting a timer would delay the first text.
   */
  private checkInTime(): void {
    const ticks = this.clock.monotonicNow();
    const forMs = Math.max(0, this.armedAt.ticks + this.armedAt.forMs - ticks);
    if (this.phase === 'connecting' || this.nearestDeadline().deadline < ticks + forMs) {
      this.cancel?.();
      this.armTimer();
    } else {
      // The current time is recorded as if the timer had been set now. Otherwise, the next check might report a sleep
      // of the computer before the latest data, although this data shows that the connection still works.
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
    // Only the timeout for connecting uses `afterUnblocked`. For the longer timeouts, it hardly matters if the process
    // is blocked for a short time.
    const isConnecting = this.phase === 'connecting';
    this.cancel = isConnecting ? afterUnblocked(this.clock, forMs, check) : this.clock.callAfter(forMs, check);
  }

  /**
   * Detects a sleep of the computer: the timer fires much too late. After a sleep, most connections are broken, but the
   * operating system rarely reports this.
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
  /** Maximum time from the response headers to the first text or reasoning. */
  readonly firstTokenMs: number;
  /**
   * Maximum time without any bytes in a stream that has started. It can be shorter than `silentMs`, because keep-alives
   * arrive while the model reasons.
   */
  readonly idleMs: number;
  /**
   * Maximum time without text or reasoning in a stream that has started. Without this timeout, keep-alives would keep a
   * dead stream open.
   */
  readonly silentMs: number;
}

const defaultTimeouts: Timeouts = { headersMs: 60_000, firstTokenMs: 120_000, idleMs: 60_000, silentMs: 180_000 };
const reasoningTimeouts: Timeouts = { headersMs: 180_000, firstTokenMs: 270_000, idleMs: 180_000, silentMs: 270_000 };

/**
 * Maximum time between the finish reason and the end of the stream, in milliseconds. The usage and `[DONE]` can arrive
 * in this time.
 */
export const tailMs = 5_000;
/**
 * Maximum time to wait for the end of the body after `[DONE]`, in milliseconds. The connection can be reused only after
 * the end of the body.
 */
export const drainMs = 100;

/**
 * Returns the timeouts for a request to a model. The longer defaults apply unless the model is known not to reason, so
 * that no attempt ends too early.
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
