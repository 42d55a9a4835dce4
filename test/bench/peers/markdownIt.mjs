import MarkdownIt from 'markdown-it';

/** With what our own parser has: no raw HTML, links found in plain text. */
export const markdownIt = new MarkdownIt({ linkify: true });

/** The top-level blocks of `text`, each with its source. */
export function blocksOf(text) {
  const starts = [];
  const tokens = markdownIt.parse(text, {});
  for (const { level, map } of tokens) if (level === 0 && map) starts.push(map[0]);
  const offsets = lineOffsets(text, starts);
  return offsets.map((from, index) => text.slice(from, offsets[index + 1] ?? text.length));
}

/** Tokens that close a block have no map, so `lines` are the ascending lines on which blocks begin. */
function lineOffsets(text, lines) {
  const offsets = [];
  let offset = 0;
  let line = 0;
  for (const wanted of lines) {
    for (; line < wanted; line++) offset = text.indexOf('\n', offset) + 1;
    offsets.push(offset);
  }
  return offsets;
}
