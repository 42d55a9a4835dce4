import { infoStringLanguage } from '../../../shared/protocol';
import { highlightedCode, preserveSelection } from '../morph';
import type { CodeRun } from './codeRuns';

/** Splits complete code into colored runs. Resolves to undefined if the code stays in the default color. */
export type FindRuns = (language: string, code: string) => Promise<readonly CodeRun[] | undefined>;

/**
 * Maximum length of code that is highlighted, in characters. Inserting the colored elements of longer code would block
 * the page.
 */
const MAX_HIGHLIGHTED_LENGTH = 20_000;

/** Highlights complete code blocks, one after the other. */
export class CodeHighlighter {
  private last = Promise.resolve();
  private isDisposed = false;

  constructor(private readonly findRuns: FindRuns) {}

  /** @param element an element that no further text can change */
  add(element: Element): void {
    for (const code of element.querySelectorAll('pre > code')) this.last = this.last.then(() => this.highlight(code));
  }

  dispose(): void {
    this.isDisposed = true;
  }

  /** Colors code. The text and the user's selection in it don't change. */
  private async highlight(code: Element): Promise<void> {
    const text = code.textContent;
    const language = infoStringLanguage(/^language-(.+)/.exec(code.className)?.[1] ?? '');
    if (this.isDisposed || highlightedCode.has(code) || language === '' || text.length > MAX_HIGHLIGHTED_LENGTH) return;
    const runs = await this.findRuns(language, text);
    // Code that has been replaced meanwhile is highlighted separately.
    const isCurrent = !code.closest('[data-open]') && code.textContent === text;
    if (!runs || !isCurrent) return;
    const nodes = runs.map((run) => createRunNode(run, code.ownerDocument));
    preserveSelection(code, () => code.replaceChildren(...nodes));
    highlightedCode.add(code);
  }
}

function createRunNode({ text, kind }: CodeRun, document: Document): Node {
  if (kind === undefined) return document.createTextNode(text);
  const span = document.createElement('span');
  span.className = `code-${kind}`;
  span.textContent = text;
  return span;
}
