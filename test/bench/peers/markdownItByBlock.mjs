import { blockElements } from './blockElements.mjs';
import { blocksOf, markdownIt } from './markdownIt.mjs';

export default (root) => {
  const show = blockElements(root, (source) => markdownIt.render(source));
  let text = '';
  return {
    take(piece) {
      text += piece;
      show(blocksOf(text));
    },
  };
};
