import { markdownIt } from './markdownIt.mjs';

export default (root) => {
  let text = '';
  return {
    take(piece) {
      text += piece;
      root.innerHTML = markdownIt.render(text);
    },
  };
};
