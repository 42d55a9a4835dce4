import type { CodeRun } from './codeRuns';

/** Calls `found` with the coloured runs of the code, or with undefined when the code keeps one colour. */
export type FindRuns = (language: string, code: string, found: (runs: readonly CodeRun[] | undefined) => void) => void;

export interface WorkerRequest {
  readonly language: string;
  readonly code: string;
}

/** `ready` is the first message, before any request. */
export type WorkerAnswer = 'ready' | readonly CodeRun[] | undefined;

/** The part of `Worker` that is needed. */
export interface HighlightWorker {
  onmessage: ((event: MessageEvent<WorkerAnswer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(request: WorkerRequest): void;
  terminate(): void;
}

interface WorkerRunsDeps {
  /** Throws where the page may not start a worker. */
  readonly startWorker: () => HighlightWorker;
  /** Calls `expired` once, after `ms` milliseconds. @returns a function that cancels the call */
  readonly after: (ms: number, expired: () => void) => () => void;
}

/** Ordinary code takes a few milliseconds; code that takes longer than this is shown plain. */
export const deadlineMs = 1000;

/** Finds runs in a worker, one block of code at a time, and gives up on a block that takes longer than the deadline. */
export function createWorkerRuns({ startWorker, after }: WorkerRunsDeps): FindRuns {
  const queue: { readonly request: WorkerRequest; readonly found: Parameters<FindRuns>[2] }[] = [];
  let worker: HighlightWorker | undefined;
  let isReady = false;
  let isBusy = false;
  let stopClock = (): void => undefined;

  const finish = (runs: readonly CodeRun[] | undefined): void => {
    stopClock();
    isBusy = false;
    queue.shift()?.found(runs);
    next();
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
      // The code is readable without colours, so this is not reported.
      giveUp();
      return;
    }
    worker.onerror = giveUp;
    worker.onmessage = ({ data }) => {
      if (data !== 'ready') return finish(data);
      isReady = true;
      next();
    };
  };
  const next = (): void => {
    const [waiting] = queue;
    if (!waiting || isBusy) return;
    if (!worker) return start();
    if (!isReady) return;
    isBusy = true;
    stopClock = after(deadlineMs, giveUp);
    worker.postMessage(waiting.request);
  };

  return (language, code, found) => {
    queue.push({ request: { language, code }, found });
    next();
  };
}

/** @param source the script of the worker, which a webview can start only from text */
export function workerRunsInBrowser(source: string): FindRuns {
  return createWorkerRuns({
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
