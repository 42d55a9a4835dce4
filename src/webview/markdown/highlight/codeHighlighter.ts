import { infoStringLanguage } from '../../../shared/protocol';
import type { PanelClock } from '../../util/panelClock';
import { highlightedCode, preserveSelection } from '../morph';
import type { CodeRequest, CodeRun } from './codeRuns';

/** Splits complete code into runs of one color each. Resolves to undefined if the code keeps the default color. */
export type FindRuns = (language: string, code: string) => Promise<readonly CodeRun[] | undefined>;

/**
 * Maximum length of code that is highlighted, in characters. Inserting the colored elements of longer code would block
 * the page.
 */
const MAX_HIGHLIGHTED_LENGTH = 20_000;

/** Colors code that no further text can change, after the worker has split the code into colored runs. */
export async function highlightCode(code: Element, findRuns: FindRuns): Promise<void> {
  const text = code.textContent;
  const language = infoStringLanguage(/^language-(.+)/.exec(code.className)?.[1] ?? '');
  if (highlightedCode.has(code) || language === '' || text.length > MAX_HIGHLIGHTED_LENGTH) return;
  const runs = await findRuns(language, text);
  // If the code on the page was replaced while the worker was running, the result is dropped. Another call highlights
  // the new code.
  const isCurrent = !code.closest('[data-open]') && code.textContent === text;
  if (!runs || !isCurrent) return;
  const nodes = runs.map(createRunNode);
  preserveSelection(code, () => code.replaceChildren(...nodes));
  highlightedCode.add(code);
}

function createRunNode({ text, kind }: CodeRun): Node {
  if (kind === undefined) return document.createTextNode(text);
  const span = document.createElement('span');
  span.className = `code-${kind}`;
  span.textContent = text;
  return span;
}

/**
 * Maximum time for highlighting a code block, including the start of the worker, in milliseconds. Ordinary code takes a
 * few milliseconds.
 */
const maxHighlightMs = 3000;

/**
 * Returns a function that highlights code in a worker, one code block at a time, and gives up on slow code blocks.
 * @param startWorker starts the worker, or throws if the page is not allowed to start workers
 */
export function createRunFinder(startWorker: () => Worker, callAfter: PanelClock['callAfter']): FindRuns {
  let worker: Worker | undefined;
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
      const cancelTimeout = callAfter(maxHighlightMs, giveUp);
      current.onerror = giveUp;
      current.onmessage = ({ data }: MessageEvent<readonly CodeRun[] | undefined>) => {
        cancelTimeout();
        resolve(data);
      };
      current.postMessage(request);
    });

  // An error of `startWorker` is neither shown nor logged, because the code is readable without colors.
  return (language, code) => (last = last.then(() => run({ language, code })).catch(() => undefined));
}

/**
 * Starts the worker that highlights code.
 * @param source the script of the worker as text, because a webview can't start a worker from a file
 */
export function startHighlightWorker(source: string): Worker {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return new Worker(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}
