import type { Cooldown, SharedCooldowns } from '../../../src/engine/gate/cooldowns';

/** The cooldown that all windows share, and the number of reads. */
export class SharedStore implements SharedCooldowns {
  cooldown: Cooldown | undefined;
  reads = 0;

  read(): Promise<Cooldown | undefined> {
    this.reads++;
    return Promise.resolve(this.cooldown);
  }

  write(_: unknown, cooldown: Cooldown): Promise<void> {
    this.cooldown = cooldown;
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.cooldown = undefined;
    return Promise.resolve();
  }
}
