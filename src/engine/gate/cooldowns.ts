import type { Clock } from '../clock';
import type { DelaySource, WaitOrigin } from '../events/events';
import type { FaultKind } from '../events/kinds';

/**
 * Scope of a cooldown. A rate limit or a circuit breaker applies to the requests for one model at one gateway with one
 * API key.
 */
export interface CooldownScope {
  /** Base URL of the gateway. */
  readonly gateway: string;
  /** API key of the requests, or undefined if the gateway needs no key. */
  readonly key: string | undefined;
  readonly model: string;
}

export interface Cooldown {
  /** End of the cooldown, in epoch milliseconds. */
  readonly until: number;
  /** Length of the cooldown in milliseconds, measured from the response that started the cooldown. */
  readonly delayMs: number;
  readonly source: DelaySource;
  readonly reason: FaultKind;
  /** The provider's error message. It is not shared with other windows. */
  readonly detail?: string | undefined;
}

/** The cooldowns that all VS Code windows of a computer share. The promises of the methods never reject. */
export interface SharedCooldowns {
  /** Returns the active cooldown that ends last, whichever window started it. */
  read(scope: CooldownScope): Promise<Cooldown | undefined>;
  write(scope: CooldownScope, cooldown: Cooldown): Promise<void>;
  /** Clears the cooldown of one scope, or all cooldowns if no scope is given. */
  clear(scope?: CooldownScope): Promise<void>;
}

/** Implementation that shares no cooldowns with other windows. */
export const noSharedCooldowns: SharedCooldowns = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};

/**
 * Estimated time in milliseconds for which a request waits for the requests ahead in the queue. If the request still
 * waits after this time, a new estimate begins.
 */
const estimateMs = 1000;

export interface BlockCause {
  /**
   * Why the request waits. `probe` means that the cooldown has expired, but the request must wait for the probe and for
   * the requests ahead in the queue.
   */
  readonly blockKind: 'cooldown' | 'breaker' | 'probe';
  readonly cause: Cooldown;
}

export interface GateBlock extends BlockCause {
  /**
   * Time until which the request waits, in epoch milliseconds. While other requests are sent first, this is an estimate
   * that is renewed every second.
   */
  readonly until: number;
  /**
   * What started the cooldown: another request of this window, another window, or the turn itself. The gate sets only
   * `request` or `window`, and the turn sets `turn`.
   */
  readonly blockedBy: WaitOrigin;
}

/** A cooldown of a gate, started by a rate limit or by an open circuit breaker. */
export class GateCooldown {
  constructor(
    private readonly clock: Clock,
    readonly kind: 'cooldown' | 'breaker',
    readonly cause: Cooldown,
    readonly blockedBy: 'request' | 'window',
    readonly until = cause.until,
  ) {}

  get leftMs(): number {
    return Math.max(0, this.until - this.clock.now());
  }

  /**
   * Returns a copy of the cooldown that ends now. The copy keeps the reason, which is shown for the requests in the
   * queue.
   */
  expired(): GateCooldown {
    return new GateCooldown(this.clock, this.kind, this.cause, this.blockedBy, this.clock.now());
  }

  /**
   * Returns the reason why a request can't be sent yet. If the `previous` reason still applies, returns the same
   * object.
   */
  renewBlock(previous: GateBlock | undefined): GateBlock {
    const { cause, blockedBy } = this;
    const now = this.clock.now();
    const kind = this.leftMs > 0 ? this.kind : 'probe';
    const until = kind === 'probe' ? now + estimateMs : this.until;
    const isSame = previous?.cause === cause && previous.blockKind === kind;
    // An estimated end of the wait is kept until it has passed, so that the estimate does not change with every check.
    const isStillValid = isSame && (kind === 'probe' ? previous.until > now : previous.until === until);
    return isStillValid ? previous : { until, blockKind: kind, cause, blockedBy };
  }
}

/**
 * Reads and writes the shared cooldowns of one scope. Each write waits for the previous write, and a read waits for all
 * earlier writes. A cooldown that is cleared while it is being read is not returned.
 */
export class CooldownSync {
  private pendingWrites: Promise<void> = Promise.resolve();
  private clearCount = 0;

  constructor(
    private readonly shared: SharedCooldowns,
    private readonly scope: CooldownScope,
  ) {}

  async read(): Promise<Cooldown | undefined> {
    const countBefore = this.clearCount;
    const cooldown = await this.pendingWrites.then(() => this.shared.read(this.scope)).catch(ignore);
    return countBefore === this.clearCount ? cooldown : undefined;
  }

  write(cooldown: Cooldown): void {
    this.pendingWrites = this.pendingWrites.then(() => this.shared.write(this.scope, cooldown)).catch(ignore);
  }

  clear(): void {
    this.clearCount++;
    this.pendingWrites = this.pendingWrites.then(() => this.shared.clear(this.scope)).catch(ignore);
  }
}

/** Ignores a failure of the shared cooldowns, so that turns continue without them. */
const ignore = (): undefined => undefined;
