// Runs in the browser: streams a text into a scrolling page, a piece a frame, with one of the renderers.
import MarkdownIt from 'markdown-it';
import { chinese } from '../../../src/demo/answers.zh';
import { english } from '../../../src/demo/answers.en';
import { createStreamingMarkdown } from '../../../src/webview/markdown/streamingMarkdown';

const mixed = [english, chinese].flatMap(({ answers }) => Object.values(answers)).join('\n\n');

/** Each takes the pieces in order; what it has taken is shown when the frame ends. */
const renderers = {
  ours(root) {
    let flush = () => {};
    const markdown = createStreamingMarkdown(root, {
      schedule: (call) => (flush = call),
      labels: { copy: 'Copy', insert: 'Insert at cursor', apply: 'Apply to selection' },
      onCodeAction() {},
      onLink() {},
      canApply: true,
    });
    return (piece) => {
      markdown.append(piece);
      flush();
    };
  },
  markdownIt(root) {
    const parser = new MarkdownIt({ linkify: true });
    let text = '';
    return (piece) => {
      text += piece;
      root.innerHTML = parser.render(text);
    };
  },
  textNodes(root) {
    root.style.whiteSpace = 'pre-wrap';
    return (piece) => root.append(piece);
  },
};

/** @returns how many characters are on the page when all have been streamed */
globalThis.stream = async (renderer, characters, pieceLength) => {
  const text = mixed.repeat(Math.ceil(characters / mixed.length)).slice(0, characters);
  const root = document.body.appendChild(document.createElement('div'));
  root.dataset.part = 'answer';
  const take = renderers[renderer](root);
  for (let from = 0; from < text.length; from += pieceLength) {
    await new Promise(requestAnimationFrame);
    take(text.slice(from, from + pieceLength));
    scrollTo(0, root.scrollHeight);
  }
  await new Promise(requestAnimationFrame);
  return root.textContent.length;
};
