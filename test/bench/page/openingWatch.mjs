// Runs in the workbench's page, which can access the panel's page because both have the same origin.
{
  const answers = () => {
    const outer = document.querySelector('iframe.webview.ready')?.contentDocument;
    const panel = outer?.querySelector('#active-frame')?.contentDocument;
    return [...(panel?.querySelectorAll('article.assistant') ?? [])];
  };
  const frame = () => new Promise(requestAnimationFrame);

  Object.assign(globalThis, {
    /**
     * Resolves with the milliseconds from the next press of a mouse button until the last of `count` answers contains
     * `lastWord`.
     */
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
