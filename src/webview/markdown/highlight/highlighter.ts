import { fenceWord } from '../../../shared/protocol';
import { codeToSpecs } from '../codeBlock';
import { createNode, highlightedLanguage, preserveSelection } from '../morph';
import type { CodeRun } from './codeRuns';
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

/** Longer code keeps one colour: highlighting it would be felt. */
const LONGEST = 20_000;

/** Colours finished code and then calls `done`. The text and the user's selection in it stay as they are. */
function highlightCode(code: Element, findRuns: FindRuns, done: () => void): void {
  const language = languageOf(code);
  if (isOpen(code) || highlightedLanguage.get(code) === language) return done();
  const text = code.textContent;
  const show = (runs: readonly CodeRun[] | undefined): void => {
    // The answer may have been replaced meanwhile. The new code is highlighted separately.
    if (!isOpen(code) && code.textContent === text && languageOf(code) === language) showRuns(code, language, runs);
    done();
  };
  if (language === '' || text.length > LONGEST) show(undefined);
  else findRuns(language, text, show);
}

function isOpen(code: Element): boolean {
  return code.closest('.code-block')?.hasAttribute('data-open') ?? false;
}

function languageOf(code: Element): string {
  return fenceWord(/^language-(.+)/.exec(code.className)?.[1] ?? '');
}

function showRuns(code: Element, language: string, runs: readonly CodeRun[] | undefined): void {
  const { ownerDocument: document } = code;
  if (runs) {
    preserveSelection(code, () => code.replaceChildren(...runs.map((run) => nodeOf(run, document))));
    highlightedLanguage.set(code, language);
  } else if (highlightedLanguage.delete(code)) {
    preserveSelection(code, () =>
      code.replaceChildren(...codeToSpecs(code.textContent).map((spec) => createNode(spec, document))),
    );
  }
}

function nodeOf({ text, kind }: CodeRun, document: Document): Node {
  if (kind === undefined) return document.createTextNode(text);
  const span = document.createElement('span');
  span.className = `code-${kind}`;
  span.textContent = text;
  return span;
}
