import { findCodeRuns } from '../../../src/webview/markdown/highlight/codeRuns';
import { MarkdownStream } from '../../../src/webview/markdown/streamingMarkdown';
import { answerOptions } from './answerOptions.mjs';

/** Flushes each piece with the next frame. */
export default (root) => {
  const markdown = new MarkdownStream(root, {
    ...answerOptions,
    findRuns: (language, code) => Promise.resolve(findCodeRuns(language, code)),
    schedule: (flush) => requestAnimationFrame(flush),
    slice: (flush) => setTimeout(flush),
    monotonicNow: () => performance.now(),
  });
  return {
    take: (piece) => markdown.append(piece),
    finish: () => markdown.finish(),
    dispose: () => markdown.dispose(),
  };
};
