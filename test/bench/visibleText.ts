import MarkdownIt, { type Token } from 'markdown-it';

const parser = new MarkdownIt({ linkify: true });

/** Returns the number of visible letters of rendered `markdown`. */
export function visibleLetters(markdown: string): number {
  return parser.parse(markdown, {}).reduce((sum, token) => sum + lettersOf(token), 0);
}

function lettersOf({ type, content, children }: Token): number {
  if (children) return children.reduce((sum, child) => sum + lettersOf(child), 0);
  return type === 'inline' ? 0 : (content.match(/\p{L}/gu)?.length ?? 0);
}
