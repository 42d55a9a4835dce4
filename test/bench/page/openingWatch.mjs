// Runs in the workbench's page, which may look into the panel's: both have one origin.
{
  const answers = () => {
    const outer = document.querySelector('iframe.webview.ready')?.contentDocument;
    const panel = outer?.querySelector('#active-frame')?.contentDocument;
    return [...(panel?.querySelectorAll('article.assistant') ?? [])];
  };
  const frame = () => new Promise(requestAnimationFrame);

  Object.assign(globalThis, {
    /** Resolves with milliseconds from the next press of a button until the last of `count` answers has `lastWord` in it. */
    opened: (count, lastWord) => {
      const pressed = new Promise((resolve) => {
        addEventListener('pointerdown', () => resolve(performance.now()), { capture: true, once: true });
      });
      globalThis.openedAfter = pressed.then(async (start) => {
        const last = () => answers()[count - 1]?.querySelector('[data-part="answer"]');
        while (!last()?.textContent.includes(lastWord)) await frame();
        await frame();
        return performance.now() - start;
      });
    },
  });
}
