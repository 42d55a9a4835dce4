// Runs in the browser before the panel, replaces VS Code's API and observes the rendered page.
{
  const listening = new Promise((resolve) => {
    globalThis.acquireVsCodeApi = () => ({
      postMessage: ({ type }) => type === 'ready' && resolve(),
      getState: () => undefined,
      setState() {},
    });
  });

  const frame = () => new Promise(requestAnimationFrame);
  const answers = () => [...document.querySelectorAll('article.assistant')];
  /** A turn that has not been rendered contains no answer. */
  const shown = (article, word) => article?.querySelector('[data-part="answer"]')?.textContent.includes(word) ?? false;

  /** Resolves when the frame that shows the answer has been rendered. */
  const until = async (holds) => {
    const limit = performance.now() + 60_000;
    while (!holds()) {
      if (performance.now() > limit) throw new Error('It is not shown.');
      await frame();
    }
    await frame();
  };

  let messages = [];

  Object.assign(globalThis, {
    /** Parses the messages before the measurement, because this takes a while. */
    prepare(json) {
      messages = JSON.parse(json);
    },
    /** @returns milliseconds from the message until the last answer is shown, and until all answers are shown */
    async open(lastWord) {
      await listening;
      const [snapshot] = messages;
      const start = performance.now();
      window.postMessage(snapshot, '*');
      const count = snapshot.items.length;
      await until(() => answers().length === count && shown(answers().at(-1), lastWord));
      const last = performance.now() - start;
      const missing = new Set(answers());
      await until(() => {
        for (const article of missing) if (shown(article, lastWord)) missing.delete(article);
        return missing.size === 0;
      });
      return { last, all: performance.now() - start };
    },
    /** Shows a conversation without answers, and forgets the messages of earlier ones. */
    async clear(snapshot) {
      messages = [];
      window.postMessage(snapshot, '*');
      await until(() => answers().length === 0);
    },
    /** @returns milliseconds from the last message until the answer is shown and marked as done */
    async answer(lastWord, every) {
      let start = 0;
      for (const sent of messages) {
        start = performance.now();
        for (const message of [sent].flat()) window.postMessage(message, '*');
        await (every === 'frame' ? frame() : new Promise((resolve) => setTimeout(resolve, every)));
      }
      await until(() => answers().at(-1).dataset.state === 'done' && shown(answers().at(-1), lastWord));
      return performance.now() - start;
    },
  });
}
