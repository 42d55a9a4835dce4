import type { DelaySource, FaultKind } from '../events';
import type { Scope } from './scope';

/** Why nobody may go before a certain time. */
export interface Cooldown {
  /** Epoch milliseconds. */
  readonly until: number;
  /** From when it was noted until `until`. */
  readonly delayMs: number;
  readonly source: DelaySource;
  readonly reason: FaultKind;
}

/** Cooldowns that all windows of a machine know of. None of the methods rejects. */
export interface SharedCooldowns {
  /** The one that ends last, of those that other windows have noted and that are not over; own ones may come back. */
  read(scope: Scope): Promise<Cooldown | undefined>;
  /** Tells the other windows. */
  write(scope: Scope, cooldown: Cooldown): Promise<void>;
  /** Forgets those of a scope, or all. */
  clear(scope?: Scope): Promise<void>;
}

/** For one window alone. */
export const noSharedCooldowns: SharedCooldowns = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};
