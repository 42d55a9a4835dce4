import { Deadline, type Clock } from '../clock';
import type { DelaySource, FaultKind, WaitOrigin } from '../events';

/** What a limit or a breaker applies to: the requests for one model at one origin with one key. */
export interface Scope {
  /** e.g. `https://api.holysheep.ai` */
  readonly origin: string;
  readonly apiKey: string;
  readonly model: string;
}

/** A period in which no request is sent, and the reason for it. */
export interface Cooldown {
  /** Epoch milliseconds. */
  readonly until: number;
  /** Its length, from the response that started it. */
  readonly delayMs: number;
  readonly source: DelaySource;
  readonly reason: FaultKind;
}

/** Cooldowns that all windows of a machine know of. None of the methods rejects. */
export interface SharedCooldowns {
  /** Returns the cooldown of other windows that ends last, if any is running. May also return one of this window. */
  read(scope: Scope): Promise<Cooldown | undefined>;
  /** Makes a cooldown known to the other windows. */
  write(scope: Scope, cooldown: Cooldown): Promise<void>;
  /** Removes the cooldowns of a scope, or all. */
  clear(scope?: Scope): Promise<void>;
}

/** Shares nothing: for a single window. */
export const noSharedCooldowns: SharedCooldowns = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};

/** Estimate for a wait behind other requests, in milliseconds. It is renewed when it has passed. */
const estimateMs = 1000;

/** Why a request has to wait. */
export interface GateBlock {
  /** Epoch milliseconds. While other requests go first, an estimate that is renewed each second. */
  readonly until: number;
  /** `probe`: the cooldown has expired, and other requests go first. */
  readonly why: 'cooldown' | 'breaker' | 'probe';
  /** What closed the gate. */
  readonly cause: Cooldown;
  /** Whose request was told to wait. A gate knows `request` and `window`; only a turn knows that it was its own. */
  readonly origin: WaitOrigin;
}

/** A cooldown that a limit or an open breaker has started at a gate. */
export class GateCooldown {
  private readonly deadline: Deadline;

  constructor(
    private readonly clock: Clock,
    readonly kind: 'cooldown' | 'breaker',
    readonly cause: Cooldown,
    readonly blockedBy: 'request' | 'window',
    until = cause.until,
  ) {
    this.deadline = new Deadline(clock, until);
  }

  /** Zero: it has expired. */
  get leftMs(): number {
    return this.deadline.leftMs;
  }

  /** Epoch milliseconds. */
  get until(): number {
    return this.deadline.until;
  }

  /** Returns the same cooldown, but expired. */
  expired(): GateCooldown {
    return new GateCooldown(this.clock, this.kind, this.cause, this.blockedBy, this.clock.now());
  }

  /**
   * Returns why a request has to wait.
   * @param previous what the request knows; the same object is returned if that still holds
   */
  renewBlock(previous: GateBlock | undefined): GateBlock {
    const { cause, blockedBy } = this;
    const now = this.clock.now();
    const kind = this.leftMs > 0 ? this.kind : 'probe';
    const until = kind === 'probe' ? now + estimateMs : this.until;
    const isSame = previous?.cause === cause && previous.why === kind;
    // An estimate holds until it has passed, or a clock that was set back has made it too long.
    const isStillValid =
      isSame && (kind === 'probe' ? previous.until > now && previous.until <= until : previous.until === until);
    return isStillValid ? previous : { until, why: kind, cause, origin: blockedBy };
  }
}

/** The shared cooldowns of one scope. Calls run in order, and a cooldown that is cleared while it is read is not returned. */
export class CooldownSync {
  private pendingWrites: Promise<void> = Promise.resolve();
  private pendingRead: Promise<Cooldown | undefined> | undefined;
  private clearCount = 0;

  constructor(
    private readonly shared: SharedCooldowns,
    private readonly scope: Scope,
  ) {}

  /** Calls during a read share its result. */
  read(): Promise<Cooldown | undefined> {
    this.pendingRead ??= this.readOnce().finally(() => (this.pendingRead = undefined));
    return this.pendingRead;
  }

  write(cooldown: Cooldown): void {
    this.pendingWrites = this.pendingWrites.then(() => this.callStore(() => this.shared.write(this.scope, cooldown)));
  }

  clear(): void {
    this.clearCount++;
    this.pendingWrites = this.pendingWrites.then(() => this.callStore(() => this.shared.clear(this.scope)));
  }

  private async readOnce(): Promise<Cooldown | undefined> {
    const countBefore = this.clearCount;
    await this.pendingWrites;
    const cooldown = await this.callStore(() => this.shared.read(this.scope));
    return countBefore === this.clearCount ? cooldown : undefined;
  }

  /** Calls the store. Returns undefined when it throws, so that a turn goes on without shared cooldowns. */
  private async callStore<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch {
      return undefined;
    }
  }
}
