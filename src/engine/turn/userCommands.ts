import type { Clock } from '../clock';
import type { AttemptTrigger } from '../events/events';
import type { Attempts } from './attempts';
import type { Waits } from './waits';

/**
 * A command for the next attempt: *Retry now*, *Switch model* or *Switch gateway*, or a changed base URL or key.
 * `end` means that the turn has ended, so that there is no next attempt.
 */
type UserCommand = 'retry-now' | 'switch' | 'end';

/** *Retry now* is ignored for so long, because the attempt that has just started is the retry that the user wants. */
const singleFlightMs = 1000;
/** Two clicks within this time count as one, even if the attempt of the first click has already failed. */
const doubleClickMs = 250;

/** Applies the user's commands to the current attempt or wait of a turn. */
export class UserCommands {
  private command: UserCommand | undefined;
  /** Monotonic milliseconds. */
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

  /** Ends the wait. Later commands have no effect. */
  end(): void {
    this.command = 'end';
    this.waits.end();
  }

  /** Ends the wait or the attempt that the command replaces. An attempt that has streamed survives *Retry now*. */
  apply(command: Exclude<UserCommand, 'end'>): void {
    const attempt = this.attempts.current;
    // Another model or gateway takes precedence over *Retry now*, in whichever order the user requested them.
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

  /** Ignores clicks that can't be meant as a further retry. */
  retryNow(): void {
    const started = this.waits.isWaiting ? undefined : this.attempts.current?.startedAt;
    const isTooEarly = started !== undefined && this.clock.monotonicNow() - started < singleFlightMs;
    if (!isTooEarly && this.acceptsClick()) this.apply('retry-now');
  }

  /** False for the second click of a double click. */
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
