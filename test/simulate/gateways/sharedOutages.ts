import type { Clock } from '../../../src/engine/clock';
import type { Cooldown, CooldownScope, SharedCooldowns } from '../../../src/engine/gate/cooldowns';

/** What the windows of one computer tell each other about their gateways. A window does not read what it has written. */
export class SharedOutages {
  private entries: readonly { readonly origin: string; readonly outage: Cooldown; readonly writer: object }[] = [];

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** Returns the outages as a further window sees them. */
  openWindow(): SharedCooldowns {
    const writer = {};
    return {
      read: ({ origin }: CooldownScope) => {
        const now = this.clock.now();
        const found = this.entries.find(
          (entry) => entry.origin === origin && entry.writer !== writer && entry.outage.until > now,
        );
        return Promise.resolve(found?.outage);
      },
      write: ({ origin }, outage) => {
        this.entries = [...this.entries.filter((entry) => entry.writer !== writer), { origin, outage, writer }];
        return Promise.resolve();
      },
      clear: (scope) => {
        this.entries = this.entries.filter(({ origin }) => scope && origin !== scope.origin);
        return Promise.resolve();
      },
    };
  }
}
