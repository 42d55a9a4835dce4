// Runs in the browser and streams a document into a scrolling page with the renderer of this page, one piece per frame.
import { lastWord, markdownOf } from './documents';

/** Creates the element to render into, to which the panel's style sheet applies. */
function answerRoot() {
  const root = document.body.appendChild(document.createElement('div'));
  root.dataset.part = 'answer';
  return root;
}

/**
 * @param renderer function that gets the element and returns callbacks. `take` gets each piece in order and must show
 * it by the end of the frame. `finish` is called after the last piece.
 */
export function provide(renderer) {
  let kept;
  Object.assign(globalThis, {
    /** @returns script time of each piece in milliseconds, and the content of the page after the last piece */
    async stream(shape, characters, pieceLength) {
      const root = answerRoot();
      const text = markdownOf(shape, characters);
      const { take, finish } = renderer(root);
      kept = root;
      const flushes = new Float64Array(Math.ceil(text.length / pieceLength));
      for (let from = 0; from < text.length; from += pieceLength) {
        await frame();
        const start = performance.now();
        take(text.slice(from, from + pieceLength));
        flushes[from / pieceLength] = performance.now() - start;
        scrollTo(0, root.scrollHeight);
      }
      await frame();
      finish?.();
      await settled(() => root.textContent.includes(lastWord));
      const shown = root.textContent;
      return { flushes: [...flushes], complete: shown.includes(lastWord), letters: letters(shown) };
    },
    clear() {
      kept?.remove();
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

/** Waits for deferred work, which also counts as work of the renderer. */
async function settled(done) {
  const limit = performance.now() + 10_000;
  do await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 1000 }));
  while (!done() && performance.now() < limit);
  await frame();
}
