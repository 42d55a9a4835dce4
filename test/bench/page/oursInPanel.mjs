import { whenIdle } from '../../../src/webview/markdown/highlight/highlighter';
import { findCodeRuns } from '../../../src/webview/markdown/highlight/codeRuns';
import { createStreamingMarkdown } from '../../../src/webview/markdown/streamingMarkdown';
import { answerOptions } from './answerOptions.mjs';

/** Flushes each piece with the next frame, and highlights code while the browser is idle. */
export default (root) => {
  let idle = 0;
  const markdown = createStreamingMarkdown(root, {
    ...answerOptions,
    findRuns: (language, code, found) => found(findCodeRuns(language, code)),
    schedule: (flush) => requestAnimationFrame(flush),
    idle(work) {
      idle++;
      const cancel = whenIdle(() => {
        work();
        idle--;
      });
      return () => {
        idle--;
        cancel();
      };
    },
  });
  return {
    take: (piece) => markdown.append(piece),
    finish: () => markdown.finish(),
    busy: () => idle > 0,
    dispose: () => markdown.dispose(),
  };
};
