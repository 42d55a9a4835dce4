import { findCodeRuns } from '../../../src/webview/markdown/highlight/codeRuns';
import { MarkdownStream } from '../../../src/webview/markdown/streamingMarkdown';
import { answerOptions } from './answerOptions.mjs';

const frameMs = 1000 / 60;

/** Flushes each piece in the frame in which it arrives, and highlights finished code in the same frame. */
export default (root) => {
  let flush;
  let frames = 0;
  const markdown = new MarkdownStream(root, {
    ...answerOptions,
    findRuns: (language, code) => Promise.resolve(findCodeRuns(language, code)),
    schedule: (call) => (flush = call),
    slice: (call) => setTimeout(call),
    monotonicNow: () => frames * frameMs,
  });
  return {
    take(piece) {
      frames++;
      markdown.append(piece);
      flush();
    },
    finish: () => markdown.finish(),
    dispose: () => markdown.dispose(),
  };
};
