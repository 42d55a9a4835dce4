import type { Scope } from './scope';
import type { Cooldown, SharedCooldowns } from './sharedCooldowns';

/** One scope's part of what windows tell each other, in order: nothing is read that was cleared meanwhile. */
export class SharedNotes {
  private told: Promise<void> = Promise.resolve();
  private reading: Promise<Cooldown | undefined> | undefined;
  private clears = 0;

  constructor(
    private readonly shared: SharedCooldowns,
    private readonly scope: Scope,
  ) {}

  /** Who asks while an answer is on its way gets that one. */
  read(): Promise<Cooldown | undefined> {
    this.reading ??= this.readOnce().finally(() => (this.reading = undefined));
    return this.reading;
  }

  write(cooldown: Cooldown): void {
    this.told = this.told.then(() => this.attempt(() => this.shared.write(this.scope, cooldown)));
  }

  clear(): void {
    this.clears++;
    this.told = this.told.then(() => this.attempt(() => this.shared.clear(this.scope)));
  }

  private async readOnce(): Promise<Cooldown | undefined> {
    const { clears } = this;
    await this.told;
    const cooldown = await this.attempt(() => this.shared.read(this.scope));
    return clears === this.clears ? cooldown : undefined;
  }

  /** Calls the store. Returns undefined when it throws, so that a turn goes on without shared cooldowns. */
  private async attempt<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch {
      return undefined;
    }
  }
}
