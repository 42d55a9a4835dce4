import type { Clock } from '../clock';
import type { AttemptTrigger } from '../events/events';
import type { Attempts } from './attempts';
import type { Waits } from './waits';

/**
 * A command that affects the next attempt: *Retry now* (`retry-now`), or a change of the model, gateway, base URL or
 * API key (`switch`). `end` means that the turn has ended, so that there is no next attempt.
 */
type UserCommand = 'retry-now' | 'switch' | 'end';

/**
 * Time after the start of an attempt in which *Retry now* is ignored, in milliseconds. The user probably wanted the
 * retry that has just started.
 */
const singleFlightMs = 1000;
/**
 * Two clicks within this number of milliseconds count as one, even if the attempt that the first click started has
 * already failed.
 */
const doubleClickMs = 250;

/** Applies the user's commands to the current attempt or wait of a turn. */
export class UserCommands {
  private command: UserCommand | undefined;
  /** Time of the last accepted click, in monotonic milliseconds. */
  private lastClickAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly waits: Waits,
    private readonly attempts: Attempts,
  ) {}

  hasPending(): boolean {
    return this.command !== undefined;
  }

  isDiverting(): boolean {
    return this.command !== undefined && this.command !== 'retry-now';
  }

  /** Ends the current wait, because the turn has ended. Later commands have no effect. */
  end(): void {
    this.command = 'end';
    this.waits.end();
  }

  /**
   * Applies a command by ending the current wait or attempt. *Retry now* does not end an attempt that has already
   * received a part of the answer.
   */
  apply(command: Exclude<UserCommand, 'end'>): void {
    const attempt = this.attempts.current;
    // A switch to another model or gateway takes precedence over *Retry now*, whichever command comes first.
    if (this.command && (this.command !== 'retry-now' || command === 'retry-now')) return;
    if (this.waits.isWaiting) {
      this.command = command;
      this.waits.end();
    } else if (!attempt) this.command = command;
    else if (command !== 'retry-now' || !attempt.hasStreamed) {
      this.command = command;
      attempt.abandon();
    }
  }

  /** Retries. Does nothing if the current attempt has just started, or for the second click of a double click. */
  retryNow(): void {
    const started = this.waits.isWaiting ? undefined : this.attempts.current?.startedAt;
    const isTooEarly = started !== undefined && this.clock.monotonicNow() - started < singleFlightMs;
    if (!isTooEarly && this.acceptsClick()) this.apply('retry-now');
  }

  /** Returns false for the second click of a double click. */
  acceptsClick(): boolean {
    const now = this.clock.monotonicNow();
    const isSecondClick = now - this.lastClickAt < doubleClickMs;
    if (!isSecondClick) this.lastClickAt = now;
    return !isSecondClick;
  }

  take(): AttemptTrigger | undefined {
    const { command } = this;
    if (command === 'end') return undefined;
    this.command = undefined;
    return command;
  }
}
