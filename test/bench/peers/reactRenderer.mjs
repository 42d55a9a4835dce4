import { createElement } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';

/** A renderer of a component that is given all of the text so far. */
export const reactRenderer = (component) => (root) => {
  const reactRoot = createRoot(root);
  let text = '';
  const show = (finished) => flushSync(() => reactRoot.render(createElement(component, { text, finished })));
  return {
    take(piece) {
      text += piece;
      show(false);
    },
    finish: () => show(true),
    dispose: () => reactRoot.unmount(),
  };
};
