import type { StateBlock } from 'markdown-it';

/** Adds a paragraph to the tokens of a Markdown parser. The parser continues with the line `endLine`. */
export function pushParagraph(state: StateBlock, startLine: number, endLine: number, content: string): void {
  const map: [number, number] = [startLine, endLine];
  state.line = endLine;
  state.push('paragraph_open', 'p', 1).map = map;
  const inline = state.push('inline', '', 0);
  inline.content = content;
  inline.map = map;
  inline.children = [];
  state.push('paragraph_close', 'p', -1);
}
