import { markdownIt } from './markdownIt.mjs';

/** Characters, as of English text. */
const tokenLength = 4;

export default (root) => {
  let text = '';
  return {
    take(piece) {
      for (let from = 0; from < piece.length; from += tokenLength) {
        text += piece.slice(from, from + tokenLength);
        root.innerHTML = markdownIt.render(text);
      }
    },
  };
};
