const declaration = /charset\s*=\s*["']?([\w:-]+)/i;

/** Windows names of charsets that the WHATWG Encoding Standard does not contain. */
const codePages: Readonly<Record<string, string>> = { cp936: 'gbk', ms936: 'gbk', cp950: 'big5' };

/**
 * Returns a decoder for the charset in a content type. If there is no charset, or the runtime does not support it,
 * returns a UTF-8 decoder. The decoder keeps a byte order mark in the text.
 */
export function decoderFor(contentType: string | null): TextDecoder {
  const declared = declaration.exec(contentType ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  const label = codePages[declared] ?? declared;
  try {
    return new TextDecoder(label, { ignoreBOM: true });
  } catch {
    return new TextDecoder('utf-8', { ignoreBOM: true });
  }
}

/**
 * Highest share of unreadable characters among the non-ASCII characters of a text. If the share is higher, the text is
 * not in UTF-8.
 */
const unreadableShare = 0.3;

/**
 * Decodes the bytes of a body. Some gateways send GBK text without a charset or as UTF-8. Text that is clearly not
 * UTF-8 is therefore decoded as GB 18030, a superset of GBK and GB 2312. An incomplete character at the end is removed.
 */
export function decodeBody(parts: readonly Uint8Array[], contentType: string | null): string {
  const bytes = Buffer.concat(parts);
  const declared = declaration.test(contentType ?? '') ? contentType : charsetMetaTag(bytes);
  const decoder = decoderFor(declared);
  const text = decoder.decode(bytes, { stream: true });
  if (decoder.encoding !== 'utf-8') return text;
  const unreadable = text.match(/\ufffd/g)?.length ?? 0;
  const nonAscii = text.match(/[^\0-\x7f]/g)?.length ?? 0;
  if (unreadable <= nonAscii * unreadableShare) return text;
  return decodeGb18030(bytes) ?? text;
}

function decodeGb18030(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('gb18030', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

/**
 * Returns the `meta` tag with the charset of a web page. The tag must be in the first 1024 bytes (HTML Standard,
 * "Specifying the document's character encoding").
 */
function charsetMetaTag(bytes: Uint8Array): string | null {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  if (!start.trimStart().startsWith('<')) return null;
  return /<meta[^>]{0,200}charset\s*=\s*["']?[\w-]+/i.exec(start)?.[0] ?? null;
}

export type ContentKind = 'stream' | 'json' | 'web-page' | 'unknown';

/**
 * Returns the kind of a body according to its content type. The result `unknown` means that the first characters of the
 * body must be examined.
 */
export function declaredKind(contentType: string | null): ContentKind {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/event-stream') return 'stream';
  if (type === 'application/json' || type.endsWith('+json')) return 'json';
  return type === 'text/html' || type === 'application/xhtml+xml' ? 'web-page' : 'unknown';
}

/**
 * Returns the kind of a body according to its first characters. Returns `unknown` if these characters do not show the
 * kind.
 */
export function sniffedKind(start: string): ContentKind {
  // `trimStart` also removes a byte order mark.
  const text = start.trimStart();
  if (/^(data|event|id|retry)?:/.test(text)) return 'stream';
  if (text.startsWith('{') || text.startsWith('[')) return 'json';
  return text.startsWith('<') ? 'web-page' : 'unknown';
}
