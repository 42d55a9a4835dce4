const declaration = /charset\s*=\s*["']?([\w:-]+)/i;

/** Names of Windows that the Encoding Standard does not have. */
const codePages: Readonly<Record<string, string>> = { cp936: 'gbk', ms936: 'gbk', cp950: 'big5' };

/**
 * Returns the decoder for the charset of a content type. Without a charset, or with one that the runtime does not know,
 * the decoder is for UTF-8. A byte order mark stays in the text.
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

/** If more than this share of the characters beyond ASCII is unreadable, the text is in another charset. */
const unreadableShare = 0.3;

/**
 * Reads a body as text. Some gateways send GBK without saying so, or call it UTF-8: bytes that make no sense as UTF-8
 * are read as GB 18030, which includes GBK and GB 2312. A character that is cut off at the end is left out.
 */
export function decodeBody(parts: readonly Uint8Array[], contentType: string | null): string {
  const bytes = concatenate(parts);
  const declared = declaration.test(contentType ?? '') ? contentType : charsetMetaTag(bytes);
  const decoder = decoderFor(declared);
  const text = decoder.decode(bytes, { stream: true });
  if (decoder.encoding !== 'utf-8') return text;
  const unreadable = text.match(/\ufffd/g)?.length ?? 0;
  const foreign = text.match(/[^\0-\x7f]/g)?.length ?? 0;
  if (unreadable <= foreign * unreadableShare) return text;
  return decodeStrictly(bytes, 'gb18030') ?? text;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Returns undefined when the bytes are not valid in this charset. */
function decodeStrictly(bytes: Uint8Array, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

/** A web page names its charset within its first 1024 bytes (HTML Standard, "Specifying the document's character encoding"). */
function charsetMetaTag(bytes: Uint8Array): string | null {
  const beginning = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  if (!beginning.trimStart().startsWith('<')) return null;
  return /<meta[^>]{0,200}charset\s*=\s*["']?[\w-]+/i.exec(beginning)?.[0] ?? null;
}

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
