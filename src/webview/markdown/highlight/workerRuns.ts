import type { CodeRequest, CodeRun } from './codeRuns';
import type { FindRuns } from './codeHighlighter';

export interface HighlightWorker {
  onmessage: ((event: MessageEvent<readonly CodeRun[] | undefined>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(request: CodeRequest): void;
  terminate(): void;
}

interface WorkerRunsDeps {
  /** @throws if the page may not start workers */
  readonly startWorker: () => HighlightWorker;
  /** Calls `expired` once, after `ms` milliseconds. @returns a function that cancels the call */
  readonly after: (ms: number, expired: () => void) => () => void;
}

/**
 * Time limit for highlighting a block of code, including the start of the worker, in milliseconds. Ordinary code takes
 * a few milliseconds. A block that takes longer than the limit is shown without colors.
 */
export const maxHighlightMs = 3000;

/** Returns a function that highlights code in a worker, one block at a time, and gives up on slow blocks. */
export function createRunFinder({ startWorker, after }: WorkerRunsDeps): FindRuns {
  let worker: HighlightWorker | undefined;
  let last: ReturnType<FindRuns> = Promise.resolve(undefined);

  const run = (request: CodeRequest): ReturnType<FindRuns> =>
    new Promise((resolve) => {
      const current = (worker ??= startWorker());
      const giveUp = (): void => {
        cancelTimeout();
        current.terminate();
        worker = undefined;
        resolve(undefined);
      };
      const cancelTimeout = after(maxHighlightMs, giveUp);
      current.onerror = giveUp;
      current.onmessage = ({ data }) => {
        cancelTimeout();
        resolve(data);
      };
      current.postMessage(request);
    });

  // An error of `startWorker` is not shown or logged, because the code is readable without colors.
  return (language, code) => (last = last.then(() => run({ language, code })).catch(() => undefined));
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
