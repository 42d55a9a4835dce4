import { infoStringLanguage } from '../../../shared/protocol';
import { codeToSpecs } from '../codeBlock';
import { createNode, highlightedLanguage, preserveSelection } from '../morph';
import type { CodeRun } from './codeRuns';
import type { FindRuns } from './workerRuns';

/** Calls `work` once, when the browser is idle. @returns a function that cancels the call */
export type ScheduleIdle = (work: () => void) => () => void;

/** Highlights complete code blocks, one block each time the browser is idle. */
export class Highlighter {
  private readonly pending = new Set<Element>();
  private cancel: (() => void) | undefined;
  private isBusy = false;
  private disposed = false;

  constructor(
    private readonly idle: ScheduleIdle,
    private readonly findRuns: FindRuns,
  ) {}

  /** @param element an element that no further text can change */
  add(element: Element): void {
    for (const code of element.querySelectorAll('pre > code')) this.pending.add(code);
    this.scheduleNext();
  }

  dispose(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.disposed = true;
    this.pending.clear();
  }

  private scheduleNext(): void {
    if (this.pending.size === 0 || this.cancel || this.isBusy || this.disposed) return;
    this.cancel = this.idle(() => {
      this.cancel = undefined;
      const [code] = this.pending;
      if (!code) return;
      this.pending.delete(code);
      this.isBusy = true;
      highlightCode(code, this.findRuns, () => {
        this.isBusy = false;
        this.scheduleNext();
      });
    });
  }
}

/** Delay before work runs in a browser without `requestIdleCallback`, in milliseconds. */
const FALLBACK_DELAY_MS = 200;

/** Schedules work for when the browser is idle. */
export const whenIdle: ScheduleIdle = (work) => {
  if (typeof requestIdleCallback === 'undefined') {
    const id = setTimeout(work, FALLBACK_DELAY_MS);
    return () => clearTimeout(id);
  }
  const id = requestIdleCallback(work);
  return () => cancelIdleCallback(id);
};

/**
 * Maximum length of code that is highlighted, in characters. Inserting the colored elements of longer code would block
 * the page.
 */
const MAX_HIGHLIGHTED_LENGTH = 20_000;

/** Highlights complete code and then calls `done`. The text and the user's selection in it don't change. */
function highlightCode(code: Element, findRuns: FindRuns, done: () => void): void {
  const language = findLanguage(code);
  if (isOpen(code) || highlightedLanguage.get(code) === language) return done();
  const text = code.textContent;
  const applyRuns = (runs: readonly CodeRun[] | undefined): void => {
    // Ignores the result if the answer has been replaced meanwhile. The new code is highlighted separately.
    if (!isOpen(code) && code.textContent === text && findLanguage(code) === language) showRuns(code, language, runs);
    done();
  };
  if (language === '' || text.length > MAX_HIGHLIGHTED_LENGTH) applyRuns(undefined);
  else findRuns(language, text, applyRuns);
}

function isOpen(code: Element): boolean {
  return code.closest('.code-block')?.hasAttribute('data-open') ?? false;
}

function findLanguage(code: Element): string {
  return infoStringLanguage(/^language-(.+)/.exec(code.className)?.[1] ?? '');
}

function showRuns(code: Element, language: string, runs: readonly CodeRun[] | undefined): void {
  const { ownerDocument: document } = code;
  if (runs) {
    preserveSelection(code, () => code.replaceChildren(...runs.map((run) => createRunNode(run, document))));
    highlightedLanguage.set(code, language);
  } else if (highlightedLanguage.delete(code)) {
    preserveSelection(code, () =>
      code.replaceChildren(...codeToSpecs(code.textContent).map((spec) => createNode(spec, document))),
    );
  }
}

function createRunNode({ text, kind }: CodeRun, document: Document): Node {
  if (kind === undefined) return document.createTextNode(text);
  const span = document.createElement('span');
  span.className = `code-${kind}`;
  span.textContent = text;
  return span;
}
