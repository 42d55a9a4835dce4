// Runs in the panel's page before a prompt is sent, and records when each numbered word of the answer arrives and is
// painted.
{
  const arrived = {};
  const painted = {};
  const { port1, port2 } = new MessageChannel();
  let isInFrame = false;
  let shown = -1;

  // A task that is posted from a frame callback runs after that frame has been painted.
  const wrapped = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (call) =>
    wrapped((at) => {
      if (!isInFrame) port2.postMessage(undefined);
      isInFrame = true;
      call(at);
    });
  port1.onmessage = () => {
    isInFrame = false;
    const answer = [...document.querySelectorAll('[data-part="answer"]')].at(-1);
    const last = Number(/(\d+)\D*$/.exec(answer?.textContent ?? '')?.[1] ?? -1);
    while (shown < last) painted[++shown] = Date.now();
  };
  const changes = new MutationObserver(() => {
    if (!isInFrame) window.requestAnimationFrame(() => undefined);
  });
  changes.observe(document.documentElement, { subtree: true, childList: true, characterData: true });

  window.addEventListener('message', ({ data }) => {
    for (const event of data?.events ?? []) {
      for (const [number] of (event.type === 'text' ? event.text : '').matchAll(/\d+/g)) arrived[number] = Date.now();
    }
  });

  Object.assign(globalThis, { wordTimes: { arrived, painted } });
}
