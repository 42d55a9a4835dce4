import { BareLines } from './bareLines';
import { decodeBody } from './charset';
import { ConnectionFailure } from './connectionFailure';
import { declaredKind, sniffedKind, type ContentKind } from './contentKind';
import type * as sdk from './sdk';
import { StreamDecoder } from './streamDecoder';

/** One event must fit in this; a stream without an end to its first event would otherwise fill the memory. */
export const maxEventChars = 8 * 1024 * 1024;

let createParser: typeof sdk.createParser | undefined;

/** A beginning this long that tells nothing will not tell more later. */
const tellingChars = 64;

export interface BodySink {
  /** So many bytes have arrived, whatever they mean. */
  bytes(count: number): void;
  /** A whole server-sent event. */
  event(data: string, name: string | undefined): void;
  /** More than `maxEventChars` without an end. */
  endless(): void;
  /** Whether anybody still wants to know. */
  over(): boolean;
}

export type BodyEnd =
  | { readonly kind: 'stream' | 'web-page'; readonly empty: boolean }
  | { readonly kind: 'json' | 'unknown'; readonly text: string };

/**
 * Reads a 2xx body to its end: server-sent events as they come, anything else as text. A web page is not read on.
 * @returns undefined once `sink.over()` is true
 * @throws ConnectionFailure when the connection breaks
 */
export async function readBody(response: Response, sink: BodySink): Promise<BodyEnd | undefined> {
  const contentType = response.headers.get('content-type');
  const declared = declaredKind(contentType);
  // What a body looks like counts for more than what it is called: gateways send errors as JSON in an event stream.
  let kind: ContentKind = declared === 'web-page' ? declared : 'unknown';
  if (!response.body) return { kind: 'unknown', text: '' };
  createParser ??= (await import('./sdk')).createParser;
  const parser = createParser({
    maxBufferSize: maxEventChars,
    onEvent: ({ data, event }) => sink.event(data, event),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') sink.endless();
    },
  });
  const decoder = new StreamDecoder(contentType);
  const bareLines = new BareLines();
  const parts: Uint8Array[] = [];
  const body: ReadableStream<Uint8Array> = response.body;
  const reader = body.getReader();
  /** The beginning of the body without leading white space, until its kind is known. */
  let held = '';
  let size = 0;
  let empty = true;
  while (kind !== 'web-page') {
    let part;
    try {
      part = await reader.read();
    } catch (error) {
      throw new ConnectionFailure(error);
    }
    if (sink.over()) return undefined;
    // A last event without its blank line is still whole if its JSON is; the blank line costs nothing otherwise.
    const text = part.done ? `${decoder.end()}\n\n` : decoder.decode(part.value);
    if (!part.done) {
      empty &&= part.value.length === 0;
      sink.bytes(part.value.length);
    }
    if (kind === 'stream') parser.feed(bareLines.convert(text));
    else {
      if (!part.done) parts.push(part.value);
      size += text.length;
      // Only the beginning is examined: a body without a recognisable beginning may be megabytes long.
      if (kind === 'unknown' && held.length <= tellingChars) {
        held = (held + text).trimStart();
        kind = sniffedKind(held);
        if (kind === 'unknown' && (part.done || held.length > tellingChars)) kind = declared;
      }
      if (kind === 'stream') parser.feed(bareLines.convert(held));
      else if (size > maxEventChars) sink.endless();
    }
    if (sink.over()) return undefined;
    if (part.done) break;
  }
  if (kind === 'stream' || kind === 'web-page') return { kind, empty };
  return { kind, text: decodeBody(parts, contentType).trim() };
}
