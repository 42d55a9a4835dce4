import { highlightCode } from './highlightCode';
import type { FindRuns } from './workerRuns';

/** Calls `work` once, when there is nothing better to do. @returns what cancels it. */
export type Idle = (work: () => void) => () => void;

/** Highlights finished code, a block each time nothing else is to be done. */
export class Highlighter {
  private readonly waiting = new Set<Element>();
  private cancel: (() => void) | undefined;
  private isBusy = false;
  private disposed = false;

  constructor(
    private readonly idle: Idle,
    private readonly findRuns: FindRuns,
  ) {}

  /** @param element whose code is final. */
  add(element: Element): void {
    for (const code of element.querySelectorAll('pre > code')) this.waiting.add(code);
    this.ask();
  }

  dispose(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.disposed = true;
    this.waiting.clear();
  }

  private ask(): void {
    if (this.waiting.size === 0 || this.cancel || this.isBusy || this.disposed) return;
    this.cancel = this.idle(() => {
      this.cancel = undefined;
      const [code] = this.waiting;
      if (!code) return;
      this.waiting.delete(code);
      this.isBusy = true;
      highlightCode(code, this.findRuns, () => {
        this.isBusy = false;
        this.ask();
      });
    });
  }
}

const SOON_MS = 200;

export const whenIdle: Idle = (work) => {
  if (typeof requestIdleCallback === 'undefined') {
    const id = setTimeout(work, SOON_MS);
    return () => clearTimeout(id);
  }
  const id = requestIdleCallback(work);
  return () => cancelIdleCallback(id);
};
