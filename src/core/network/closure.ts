import type { Clock } from '../clock';
import { Deadline } from './deadline';
import type { Cooldown } from './sharedCooldowns';

/** Estimate for a wait behind other requests. It is renewed when it has passed. */
const estimateMs = 1000;

/** Why a request has to wait. */
export interface Closed {
  /** Epoch milliseconds; while others go first an estimate, renewed each second. */
  readonly until: number;
  /** `probe`: the time is up, and others go first. */
  readonly why: 'cooldown' | 'breaker' | 'probe';
  /** What closed the gate. */
  readonly cause: Cooldown;
  /** Who was told. A gate says `request` or `window`; that it was the very turn, only the turn knows. */
  readonly told: 'turn' | 'request' | 'window';
}

/** What has closed a gate: a limit, or a breaker. */
export class Closure {
  private readonly deadline: Deadline;

  constructor(
    private readonly clock: Clock,
    readonly why: 'cooldown' | 'breaker',
    readonly cause: Cooldown,
    readonly told: 'request' | 'window',
    until = cause.until,
  ) {
    this.deadline = new Deadline(clock, until);
  }

  /** Zero: the time is up. */
  get leftMs(): number {
    return this.deadline.leftMs;
  }

  /** Epoch milliseconds. */
  get until(): number {
    return this.deadline.until;
  }

  /** The same, and its time is up now. */
  ended(): Closure {
    return new Closure(this.clock, this.why, this.cause, this.told, this.clock.now());
  }

  /**
   * What is said to a request that has to wait.
   * @param before what was said last; the same object comes back where there is nothing new
   */
  say(before: Closed | undefined): Closed {
    const { cause, told } = this;
    const now = this.clock.now();
    const why = this.leftMs > 0 ? this.why : 'probe';
    const until = why === 'probe' ? now + estimateMs : this.until;
    const same = before?.cause === cause && before.why === why;
    // An estimate holds until it has passed, or a clock that was set back has made it too long.
    const holds = same && (why === 'probe' ? before.until > now && before.until <= until : before.until === until);
    return holds ? before : { until, why, cause, told };
  }
}
