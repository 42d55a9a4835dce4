import type { Clock } from '../../../src/engine/clock';
import type { Cooldown, CooldownScope, SharedCooldowns } from '../../../src/engine/gate/cooldowns';

/**
 * What the windows of one computer tell each other about outages of their gateways, whose scope has no model. Cooldowns of
 * models are not shared. A window does not read what it has written.
 */
export class SharedOutages {
  private entries: readonly { readonly gateway: string; readonly outage: Cooldown; readonly writer: object }[] = [];

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** Returns the outages as a further window sees them. */
  openWindow(): SharedCooldowns {
    const writer = {};
    return {
      read: ({ gateway, model }: CooldownScope) => {
        const now = this.clock.now();
        const found = this.entries.find(
          (entry) => model === '' && entry.gateway === gateway && entry.writer !== writer && entry.outage.until > now,
        );
        return Promise.resolve(found?.outage);
      },
      write: ({ gateway, model }, outage) => {
        if (model !== '') return Promise.resolve();
        this.entries = [...this.entries.filter((entry) => entry.writer !== writer), { gateway, outage, writer }];
        return Promise.resolve();
      },
      clear: (scope) => {
        this.entries = this.entries.filter(({ gateway }) => scope && (scope.model !== '' || gateway !== scope.gateway));
        return Promise.resolve();
      },
    };
  }
}
