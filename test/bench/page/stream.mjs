// Runs in the browser: streams a document into a scrolling page, a piece a frame, with the renderer of this page.
import { lastWord, markdownOf } from './documents';

/** A place to render to, with the panel's style sheet in force. */
export function answerRoot() {
  const root = document.body.appendChild(document.createElement('div'));
  root.dataset.part = 'answer';
  return root;
}

/**
 * @param renderer takes the element to render to, returns what takes the pieces in order. What has been taken is shown
 *   when the frame ends. `afterwards` is called in the same frame, `finish` after the last piece, `dispose` when the
 *   element goes; `busy` tells whether something has been put off.
 */
export function provide(renderer) {
  let kept;
  Object.assign(globalThis, {
    /** @returns milliseconds of script for each piece, and what is on the page when all have been streamed */
    async stream(shape, characters, pieceLength) {
      const root = answerRoot();
      const text = markdownOf(shape, characters);
      const { take, afterwards, finish, busy, dispose } = renderer(root);
      kept = { root, dispose };
      const flushes = new Float64Array(Math.ceil(text.length / pieceLength));
      for (let from = 0; from < text.length; from += pieceLength) {
        await frame();
        const start = performance.now();
        take(text.slice(from, from + pieceLength));
        flushes[from / pieceLength] = performance.now() - start;
        afterwards?.();
        scrollTo(0, root.scrollHeight);
      }
      await frame();
      finish?.();
      await settled(() => root.textContent.includes(lastWord) && !busy?.());
      const shown = root.textContent;
      return { flushes: [...flushes], complete: shown.includes(lastWord), letters: letters(shown) };
    },
    clear() {
      kept?.dispose?.();
      kept?.root.remove();
      kept = undefined;
    },
  });
}

function letters(text) {
  return text.match(/\p{L}/gu)?.length ?? 0;
}

function frame() {
  return new Promise(requestAnimationFrame);
}

/** Some put off a part of their work: it is theirs all the same. */
async function settled(done) {
  const limit = performance.now() + 10_000;
  do await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 1000 }));
  while (!done() && performance.now() < limit);
  await frame();
}
