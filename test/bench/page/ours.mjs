import { findCodeRuns } from '../../../src/webview/markdown/highlight/codeRuns';
import { createStreamingMarkdown } from '../../../src/webview/markdown/streamingMarkdown';
import { answerOptions } from './answerOptions.mjs';

/** Flushes each piece in the frame in which it arrives, and highlights finished code in the same frame. */
export default (root) => {
  let flush;
  const idle = [];
  const markdown = createStreamingMarkdown(root, {
    ...answerOptions,
    findRuns: (language, code, found) => found(findCodeRuns(language, code)),
    schedule: (call) => (flush = call),
    idle: (work) => {
      idle.push(work);
      return () => idle.splice(idle.indexOf(work), 1);
    },
  });
  const afterwards = () => {
    for (let work = idle.shift(); work; work = idle.shift()) work();
  };
  return {
    take(piece) {
      markdown.append(piece);
      flush();
    },
    afterwards,
    finish() {
      markdown.finish();
      afterwards();
    },
    dispose: () => markdown.dispose(),
  };
};
