import type { StreamingMarkdown } from './markdown/streamingMarkdown';

/** Makes `text` what is shown, with the least change. Looks at all of it: for snapshots and endings, not for tokens. */
export function showText(markdown: StreamingMarkdown, text: string): void {
  const shown = markdown.text;
  if (text === shown) return;
  if (text.startsWith(shown)) markdown.append(text.slice(shown.length));
  else markdown.replace(text);
}
