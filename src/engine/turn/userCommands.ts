import type { Clock } from '../clock';
import type { AttemptTrigger } from '../events';
import type { Attempts } from './attempts';
import type { Waits } from './waits';

/**
 * A command for the next attempt: *Retry now*, *Switch model* or *Switch route*, or a changed base URL or key.
 * `other-route` does not bypass the queue: the attempt waits for a permit of the new route. `end` means that the turn has
 * ended, so that there is no next attempt.
 */
type UserCommand = 'retry-now' | 'switch' | 'other-route' | 'end';

/**
 * Time after the start of an attempt during which *Retry now* is ignored, in milliseconds. The attempt that has just
 * started is already the retry that the user wants.
 */
const singleFlightMs = 1000;
/**
 * Maximum time between two clicks on *Retry now* or *Switch route* that count as one click, in milliseconds, even if the
 * attempt that the first click started has already failed.
 */
const doubleClickMs = 250;

/** Applies the user's commands to the current attempt or wait of a turn. */
export class UserCommands {
  /** The command that the turn has not carried out yet. */
  private command: UserCommand | undefined;
  /** Monotonic time of the last click that was not ignored, in milliseconds. */
  private lastClickAt = -Infinity;

  constructor(
    private readonly clock: Pick<Clock, 'monotonicNow'>,
    private readonly waits: Waits,
    private readonly attempts: Pick<Attempts, 'current'>,
  ) {}

  /** Whether the turn has ended or the user wants it to go on at once. */
  hasPending(): boolean {
    return this.command !== undefined;
  }

  /** Whether the turn has ended or the user wants another model or another route. */
  isDiverting(): boolean {
    return this.command !== undefined && this.command !== 'retry-now';
  }

  /** Ends the current wait, because the turn has ended. */
  end(): void {
    this.command = 'end';
    this.waits.end();
  }

  /** Ends the wait or the attempt that the command replaces. An attempt that has streamed survives *Retry now*. */
  apply(command: Exclude<UserCommand, 'end'>): void {
    const attempt = this.attempts.current;
    // Another model or route takes precedence over *Retry now*, in whichever order the user requested them.
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

  /** Does the same as `apply('retry-now')`, but ignores clicks that can't be meant as a further retry. */
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

  /** Returns the trigger of the next attempt that the command asks for, and forgets the command. */
  take(): AttemptTrigger | undefined {
    const { command } = this;
    if (command === 'end') return undefined;
    this.command = undefined;
    return command === 'other-route' ? 'switch' : command;
  }
}
