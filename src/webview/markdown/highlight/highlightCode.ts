import { fenceWord } from '../../../fenceWord';
import { codeContent } from '../codeBlock';
import { create } from '../morph';
import { codeRuns, type CodeRun } from './codeRuns';
import { highlighted } from './highlighted';
import { keepSelection } from './keepSelection';

/** Longer code keeps one colour: highlighting it would be felt. */
const LONGEST = 20_000;

/** Colours finished code. Its text stays as it is, and so does what is selected of it. */
export function highlightCode(code: Element): void {
  if (code.closest('.code-block')?.hasAttribute('data-open')) return;
  const language = fenceWord(/^language-(.+)/.exec(code.className)?.[1] ?? '');
  if (highlighted.get(code) === language) return;
  const text = code.textContent;
  const { ownerDocument: document } = code;
  const runs = text.length <= LONGEST ? codeRuns(language, text) : undefined;
  if (runs) {
    keepSelection(code, () => code.replaceChildren(...runs.map((run) => nodeOf(run, document))));
    highlighted.set(code, language);
  } else if (highlighted.delete(code)) {
    keepSelection(code, () => code.replaceChildren(...codeContent(text).map((spec) => create(spec, document))));
  }
}

function nodeOf({ text, kind }: CodeRun, document: Document): Node {
  if (kind === undefined) return document.createTextNode(text);
  const span = document.createElement('span');
  span.className = `code-${kind}`;
  span.textContent = text;
  return span;
}
