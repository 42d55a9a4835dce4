import type { Clock } from '../../engine/clock';

interface LatestSearchDeps<T> {
  readonly clock: Pick<Clock, 'after'>;
  readonly find: (query: string, signal: AbortSignal) => Promise<T>;
  readonly onBusy: (busy: boolean) => void;
  readonly onFound: (results: T, query: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Starts a search when the user pauses while typing, and cancels the previous search. */
export class LatestSearch<T> {
  private current: AbortController | undefined;
  private cancelTimer: () => void = () => undefined;

  constructor(private readonly deps: LatestSearchDeps<T>) {}

  update(query: string, afterMs: number): void {
    this.cancel();
    this.deps.onBusy(true);
    this.cancelTimer = this.deps.clock.after(afterMs, () => {
      this.run(query).catch(this.deps.onError);
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

  private async run(query: string): Promise<void> {
    const controller = new AbortController();
    this.current = controller;
    try {
      const results = await this.deps.find(query, controller.signal);
      if (this.current === controller) this.deps.onFound(results, query);
    } catch (error) {
      if (this.current === controller) this.deps.onError(error);
    }
    if (this.current === controller) this.deps.onBusy(false);
  }
}
