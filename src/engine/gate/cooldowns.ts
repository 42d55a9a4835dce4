import type { Clock } from '../clock';
import type { DelaySource, WaitOrigin } from '../events/events';
import type { FaultKind } from '../events/kinds';

/** The requests to which a rate limit or a circuit breaker applies: those for one model at one gateway with one key. */
export interface CooldownScope {
  /** The base URL. */
  readonly gateway: string;
  /** The API key, or undefined if the gateway needs no key. */
  readonly key: string | undefined;
  readonly model: string;
}

export interface Cooldown {
  /** Epoch milliseconds at which the cooldown ends. */
  readonly until: number;
  /** Length of the cooldown in milliseconds, counted from the response that started it. */
  readonly delayMs: number;
  readonly source: DelaySource;
  readonly reason: FaultKind;
  /** The provider's message. Other windows do not receive it. */
  readonly detail?: string | undefined;
}

/** The cooldowns that all VS Code windows of a computer share. The promises of the methods never reject. */
export interface SharedCooldowns {
  /** The active cooldown that ends last, whichever window started it. */
  read(scope: CooldownScope): Promise<Cooldown | undefined>;
  write(scope: CooldownScope, cooldown: Cooldown): Promise<void>;
  /** Of one scope, or all of them. */
  clear(scope?: CooldownScope): Promise<void>;
}

/** For a single window. */
export const noSharedCooldowns: SharedCooldowns = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};

/** Estimated wait while other requests are sent first. After it, the request gets a new estimate. */
const estimateMs = 1000;

export interface BlockCause {
  /** `probe`: the cooldown has expired, but the probe and the requests ahead in the queue are sent first. */
  readonly blockKind: 'cooldown' | 'breaker' | 'probe';
  readonly cause: Cooldown;
}

export interface GateBlock extends BlockCause {
  /** Epoch milliseconds. While other requests are sent first, an estimate that is renewed every second. */
  readonly until: number;
  /** The gate sets only `request` and `window`, and the turn itself sets `turn`. */
  readonly blockedBy: WaitOrigin;
}

/** A cooldown of a gate, started by a rate limit or an open circuit breaker. */
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

  /** Returns a copy that ends now but still tells the waiting requests why they waited. */
  expired(): GateCooldown {
    return new GateCooldown(this.clock, this.kind, this.cause, this.blockedBy, this.clock.now());
  }

  /** Returns `previous` unchanged if it still applies. */
  renewBlock(previous: GateBlock | undefined): GateBlock {
    const { cause, blockedBy } = this;
    const now = this.clock.now();
    const kind = this.leftMs > 0 ? this.kind : 'probe';
    const until = kind === 'probe' ? now + estimateMs : this.until;
    const isSame = previous?.cause === cause && previous.blockKind === kind;
    // Keeps an estimate until its time has passed.
    const isStillValid = isSame && (kind === 'probe' ? previous.until > now : previous.until === until);
    return isStillValid ? previous : { until, blockKind: kind, cause, blockedBy };
  }
}

/**
 * Reads and writes the shared cooldowns of one scope: each write waits for the previous one, and a read waits for all earlier writes. A
 * cooldown that is cleared while it is being read is not returned.
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

/** A failure of the shared cooldowns is ignored, so that turns continue without them. */
const ignore = (): undefined => undefined;
