import morphdom from 'morphdom';
import { markdownIt } from './markdownIt.mjs';

export default (root) => {
  let text = '';
  return {
    take(piece) {
      text += piece;
      const next = document.createElement('div');
      next.innerHTML = markdownIt.render(text);
      morphdom(root, next, { childrenOnly: true });
    },
  };
};
