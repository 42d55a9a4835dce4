import { createRunFinder, startHighlightWorker } from '../../../src/webview/markdown/highlight/codeHighlighter';
import highlightWorker from '../../../src/webview/markdown/highlight/highlightWorker?worker';
import { texToTree } from '../../../src/webview/markdown/math/texToTree';
import { Typesetter } from '../../../src/webview/markdown/math/typesetter';
import { MarkdownStream } from '../../../src/webview/markdown/streamingMarkdown';
import { browserClock } from '../../../src/webview/util/panelClock';
import { panelStrings } from '../../../src/shared/panelStrings';

const frameMs = 1000 / 60;
const typesetter = new Typesetter(() => Promise.resolve(texToTree));
const findRuns = createRunFinder(() => startHighlightWorker(highlightWorker), browserClock.after);

/** Formulas are typeset by default, as in VS Code. */
export default (root) => renderInto(root, typesetter);

/**
 * Renders each piece in the frame in which it arrives. Like in the panel, a worker highlights complete code.
 * @param formulaTypesetter undefined if formulas stay text
 */
export function renderInto(root, formulaTypesetter) {
  let flush;
  let frames = 0;
  const markdown = new MarkdownStream(root, {
    labels: panelStrings,
    canApply: true,
    onCodeAction() {},
    onLink() {},
    findRuns,
    typesetter: formulaTypesetter,
    clock: {
      frame: (call) => (flush = call),
      runInNextTask: (call) => setTimeout(call),
      monotonicNow: () => frames * frameMs,
    },
  });
  return {
    take(piece) {
      frames++;
      markdown.append(piece);
      flush();
    },
    finish: () => markdown.finish(),
  };
}
