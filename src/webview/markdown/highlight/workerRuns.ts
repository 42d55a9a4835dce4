import type { CodeRun } from './codeRuns';

/** Calls `found` with the colored runs of the code, or with undefined when the code stays in the default color. */
export type FindRuns = (language: string, code: string, found: (runs: readonly CodeRun[] | undefined) => void) => void;

/** Code that the worker is to highlight. */
export interface WorkerRequest {
  readonly language: string;
  readonly code: string;
}

/** A message from the worker: `ready` before the first request, then one result for each request. */
export type WorkerMessage = 'ready' | readonly CodeRun[] | undefined;

/** The part of the `Worker` interface that highlighting needs. */
export interface HighlightWorker {
  onmessage: ((event: MessageEvent<WorkerMessage>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(request: WorkerRequest): void;
  terminate(): void;
}

interface WorkerRunsDeps {
  /** Starts a worker. @throws if the page may not start workers */
  readonly startWorker: () => HighlightWorker;
  /** Calls `expired` once, after `ms` milliseconds. @returns a function that cancels the call */
  readonly after: (ms: number, expired: () => void) => () => void;
}

/**
 * Time limit for highlighting a block of code, in milliseconds. Ordinary code takes a few milliseconds. A block that
 * takes longer than the limit is shown without colors.
 */
export const maxHighlightMs = 1000;

/** Returns a function that highlights code in a worker, one block at a time, and gives up on slow blocks. */
export function createRunFinder({ startWorker, after }: WorkerRunsDeps): FindRuns {
  const queue: { readonly request: WorkerRequest; readonly found: Parameters<FindRuns>[2] }[] = [];
  let worker: HighlightWorker | undefined;
  let isReady = false;
  let isBusy = false;
  let cancelTimeout = (): void => undefined;

  const finish = (runs: readonly CodeRun[] | undefined): void => {
    cancelTimeout();
    isBusy = false;
    queue.shift()?.found(runs);
    sendNext();
  };
  const giveUp = (): void => {
    if (worker) worker.onmessage = null;
    worker?.terminate();
    worker = undefined;
    finish(undefined);
  };
  const start = (): void => {
    isReady = false;
    try {
      worker = startWorker();
    } catch {
      // The error is not shown or logged, because the code is readable without colors.
      giveUp();
      return;
    }
    worker.onerror = giveUp;
    worker.onmessage = ({ data }) => {
      if (data !== 'ready') return finish(data);
      isReady = true;
      sendNext();
    };
  };
  const sendNext = (): void => {
    const [waiting] = queue;
    if (!waiting || isBusy) return;
    if (!worker) return start();
    if (!isReady) return;
    isBusy = true;
    cancelTimeout = after(maxHighlightMs, giveUp);
    worker.postMessage(waiting.request);
  };

  return (language, code, found) => {
    queue.push({ request: { language, code }, found });
    sendNext();
  };
}

/**
 * Returns a function that highlights code in a web worker.
 * @param source the script of the worker as text, because a webview can't start a worker from a file
 */
export function createBrowserRunFinder(source: string): FindRuns {
  return createRunFinder({
    startWorker: () => {
      const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
      try {
        return new Worker(url);
      } finally {
        URL.revokeObjectURL(url);
      }
    },
    after: (ms, expired) => {
      const timer = setTimeout(expired, ms);
      return () => clearTimeout(timer);
    },
  });
}
