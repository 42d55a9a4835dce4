import type { HealthTally } from '../../../src/host/health/healthTally';

/** A health book without a file. */
export class MemoryHealth {
  constructor(private readonly content: readonly HealthTally[] = []) {}

  tallies(): readonly HealthTally[] {
    return this.content;
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }
}
