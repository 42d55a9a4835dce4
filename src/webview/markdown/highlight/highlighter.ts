import { fenceWord } from '../../../shared/protocol';
import { codeToSpecs } from '../codeBlock';
import { createNode, highlightedLanguage, preserveSelection } from '../morph';
import type { CodeRun } from './codeRuns';
import type { FindRuns } from './workerRuns';

/** Calls `work` once, when there is nothing better to do. @returns what cancels it. */
export type ScheduleIdle = (work: () => void) => () => void;

/** Highlights finished code, a block each time nothing else is to be done. */
export class Highlighter {
  private readonly pending = new Set<Element>();
  private cancel: (() => void) | undefined;
  private isBusy = false;
  private disposed = false;

  constructor(
    private readonly idle: ScheduleIdle,
    private readonly findRuns: FindRuns,
  ) {}

  /** @param element whose code is final. */
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

const FALLBACK_DELAY_MS = 200;

export const whenIdle: ScheduleIdle = (work) => {
  if (typeof requestIdleCallback === 'undefined') {
    const id = setTimeout(work, FALLBACK_DELAY_MS);
    return () => clearTimeout(id);
  }
  const id = requestIdleCallback(work);
  return () => cancelIdleCallback(id);
};

/** Longer code keeps one colour: highlighting it would be felt. */
const MAX_HIGHLIGHTED_LENGTH = 20_000;

/** Colours finished code and then calls `done`. The text and the user's selection in it stay as they are. */
function highlightCode(code: Element, findRuns: FindRuns, done: () => void): void {
  const language = findLanguage(code);
  if (isOpen(code) || highlightedLanguage.get(code) === language) return done();
  const text = code.textContent;
  const applyRuns = (runs: readonly CodeRun[] | undefined): void => {
    // The answer may have been replaced meanwhile. The new code is highlighted separately.
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
  return fenceWord(/^language-(.+)/.exec(code.className)?.[1] ?? '');
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
