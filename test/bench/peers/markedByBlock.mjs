import { marked } from 'marked';
import { blockElements } from './blockElements.mjs';

export default (root) => {
  const show = blockElements(root, (source) => marked.parse(source));
  let text = '';
  return {
    take(piece) {
      text += piece;
      show(marked.lexer(text).map(({ raw }) => raw));
    },
  };
};
