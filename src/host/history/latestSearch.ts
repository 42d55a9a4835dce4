import type { Clock } from '../../engine/clock';

interface LatestSearchDeps<T> {
  readonly clock: Pick<Clock, 'after'>;
  readonly find: (words: string, signal: AbortSignal) => Promise<T>;
  readonly onBusy: (busy: boolean) => void;
  readonly onFound: (found: T, words: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Looks for what was typed last once the typing pauses; what was looked for before is given up. */
export class LatestSearch<T> {
  private current: AbortController | undefined;
  private cancelTimer: () => void = () => undefined;

  constructor(private readonly deps: LatestSearchDeps<T>) {}

  update(words: string, afterMs: number): void {
    this.cancel();
    this.deps.onBusy(true);
    this.cancelTimer = this.deps.clock.after(afterMs, () => {
      this.run(words).catch(this.deps.onError);
    });
  }

  dispose(): void {
    this.cancel();
  }

  private cancel(): void {
    this.cancelTimer();
    this.current?.abort();
    this.current = undefined;
  }

  private async run(words: string): Promise<void> {
    const present = new AbortController();
    this.current = present;
    try {
      const found = await this.deps.find(words, present.signal);
      if (this.current === present) this.deps.onFound(found, words);
    } catch (error) {
      if (this.current === present) this.deps.onError(error);
    }
    if (this.current === present) this.deps.onBusy(false);
  }
}
