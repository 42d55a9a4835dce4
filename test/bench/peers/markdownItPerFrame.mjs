import MarkdownIt from 'markdown-it';

/** Options as in our own parser: no raw HTML, and links in plain text are detected. */
const markdownIt = new MarkdownIt({ linkify: true });

export default (root) => {
  let text = '';
  return {
    take(piece) {
      text += piece;
      root.innerHTML = markdownIt.render(text);
    },
  };
};
