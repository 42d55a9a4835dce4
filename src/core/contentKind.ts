export type ContentKind = 'stream' | 'json' | 'web-page' | 'unknown';

/** By the declared type; `unknown` means the first bytes have to tell. */
export function declaredKind(contentType: string | null): ContentKind {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/event-stream') return 'stream';
  if (type === 'application/json' || type.endsWith('+json')) return 'json';
  return type === 'text/html' || type === 'application/xhtml+xml' ? 'web-page' : 'unknown';
}

/** By its beginning; `unknown` while, or where, that tells nothing. */
export function sniffedKind(beginning: string): ContentKind {
  // A byte order mark is white space to `trimStart`.
  const text = beginning.trimStart();
  if (/^(data|event|id|retry)?:/.test(text)) return 'stream';
  if (text.startsWith('{') || text.startsWith('[')) return 'json';
  return text.startsWith('<') ? 'web-page' : 'unknown';
}
