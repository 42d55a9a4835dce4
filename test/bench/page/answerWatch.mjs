// Runs in the panel's page before a prompt is sent, and records when its answer is done and which tasks were long.
{
  const longTasks = [];
  // The workbench shares the thread. `self` marks a task of this page.
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) longTasks.push({ own: name === 'self', ms: duration });
  }).observe({ type: 'longtask', buffered: false });

  const answered = new Promise((resolve) => {
    const changes = new MutationObserver(() => {
      const last = [...document.querySelectorAll('article.assistant')].at(-1);
      if (last?.dataset.state !== 'done') return;
      changes.disconnect();
      resolve({ at: Date.now(), text: last.querySelector('[data-part="answer"]').textContent });
    });
    const attributes = { attributes: true, attributeFilter: ['data-state'] };
    changes.observe(document.documentElement, { subtree: true, childList: true, ...attributes });
  });

  Object.assign(globalThis, { longTasks, answered });
}
