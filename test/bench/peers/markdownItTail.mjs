import DOMPurify from 'dompurify';
import { blocksOf, markdownIt } from './markdownIt.mjs';

/** A block is done with when another one follows it. */
export default (root) => {
  const open = root.appendChild(document.createElement('div'));
  const html = (source) => DOMPurify.sanitize(markdownIt.render(source));
  let tail = '';
  return {
    take(piece) {
      tail += piece;
      const last = blocksOf(tail).at(-1) ?? tail;
      const done = tail.slice(0, tail.length - last.length);
      if (done !== '') open.insertAdjacentHTML('beforebegin', html(done));
      open.innerHTML = html(last);
      tail = last;
    },
  };
};
