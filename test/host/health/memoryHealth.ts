import type { AttemptRecord } from '../../../src/host/health/attemptRecord';

/** A health book without files. */
export class MemoryHealth {
  constructor(private readonly content: readonly AttemptRecord[] = []) {}

  records(): readonly AttemptRecord[] {
    return this.content;
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }
}
