import MarkdownIt from 'markdown-it';

/** Options as in our own parser: no raw HTML, and links in plain text are detected. */
export const markdownIt = new MarkdownIt({ linkify: true });

/** Returns the top-level blocks of `text` with their source. */
export function blocksOf(text) {
  const starts = [];
  const tokens = markdownIt.parse(text, {});
  for (const { level, map } of tokens) if (level === 0 && map) starts.push(map[0]);
  const offsets = lineOffsets(text, starts);
  return offsets.map((from, index) => text.slice(from, offsets[index + 1] ?? text.length));
}

/** Closing tokens have no map, so `lines` contains the ascending line numbers at which blocks start. */
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
