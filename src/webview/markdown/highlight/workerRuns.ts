import type { CodeRun } from './codeRuns';

/** Calls `found` with the coloured runs of the code, or with undefined when the code keeps one colour. */
export type FindRuns = (language: string, code: string, found: (runs: readonly CodeRun[] | undefined) => void) => void;

export interface WorkerRequest {
  readonly language: string;
  readonly code: string;
}

/** `ready` is the first message, before any request. */
export type WorkerMessage = 'ready' | readonly CodeRun[] | undefined;

/** The part of `Worker` that is needed. */
export interface HighlightWorker {
  onmessage: ((event: MessageEvent<WorkerMessage>) => void) | null;
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
export const maxHighlightMs = 1000;

/** Finds runs in a worker, one block of code at a time, and gives up on a block that takes longer than the deadline. */
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
      // The code is readable without colours, so this is not reported.
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

/** @param source the script of the worker, which a webview can start only from text */
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
