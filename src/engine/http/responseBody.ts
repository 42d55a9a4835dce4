import type { Clock } from '../clock';
import { declaredKind, decodeBody, decoderFor, sniffedKind, type ContentKind } from '../text/charset';
import { EventScanner, maxEventChars, type EventSink } from './eventScanner';

/**
 * Limits for reading an error's body, in bytes and milliseconds. Without these limits, a body that never ends would
 * block the turn.
 */
export const errorBodyLimits = { bytes: 64 * 1024, ms: 5000 } as const;

const maxSniffedChars = 64;

/** A network error of a request or its response. Any other exception is a defect of the extension. */
export class ConnectionFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('The connection failed.', { cause });
  }
}

export interface BodySink {
  onBytes(count: number): void;
  /** Called when all events of a read from the network have been passed on. */
  endRead?(): void;
  isDone(): boolean;
}

/** The result of reading a body to its end. Streams and web pages are returned without their text. */
export type BodyEnd =
  | { readonly kind: 'stream' | 'web-page' }
  | { readonly kind: 'json' | 'unknown'; readonly text: string };

/**
 * Reads the body of a 2xx response. `read` must be called only once. The attempt keeps this object in memory after the
 * end of the response, so that V8 keeps the optimized code of the class.
 */
export class BodyReader {
  private readonly scanner: EventScanner;
  private readonly decoder: StreamDecoder;

  constructor(
    private readonly response: Response,
    private readonly sink: BodySink,
    private readonly events: EventSink,
  ) {
    this.scanner = new EventScanner(events);
    this.decoder = new StreamDecoder(response.headers.get('content-type'));
  }

  /**
   * Reads the body and passes server-sent events on as they arrive. If the body is a web page, stops reading.
   * @returns the kind of the body, with its text unless it was a stream of events or a web page. Returns undefined,
   * without reading further, once `sink.isDone()` returns true.
   * @throws ConnectionFailure if the connection breaks
   */
  async read(): Promise<BodyEnd | undefined> {
    const { events, scanner, decoder, response, sink } = this;
    const contentType = response.headers.get('content-type');
    const declared = declaredKind(contentType);
    // The content decides, and not the declared content type, because gateways send JSON errors as `text/event-stream`.
    let kind: ContentKind = declared === 'web-page' ? declared : 'unknown';
    if (!response.body) return { kind: 'unknown', text: '' };
    const parts: Uint8Array[] = [];
    const body: ReadableStream<Uint8Array> = response.body;
    const reader = body.getReader();
    /** The start of the body without leading whitespace. Text is added until the kind of the body is known. */
    let start = '';
    let size = 0;
    while (kind !== 'web-page') {
      let part;
      try {
        part = await reader.read();
      } catch (error) {
        throw new ConnectionFailure(error);
      }
      if (sink.isDone()) return undefined;
      // A blank line is added at the end of the body. Otherwise, the last event would be lost if the gateway omits its
      // blank line.
      const text = part.done ? `${decoder.end()}\n\n` : decoder.decode(part.value);
      if (!part.done) sink.onBytes(part.value.length);
      if (kind === 'stream') scanner.push(text);
      else {
        if (!part.done) parts.push(part.value);
        size += text.length;
        // Only the beginning of the body is examined, because the body can be megabytes long.
        if (kind === 'unknown' && start.length <= maxSniffedChars) {
          start = (start + text).trimStart();
          kind = sniffedKind(start);
          if (kind === 'unknown' && (part.done || start.length > maxSniffedChars)) kind = declared;
        }
        if (kind === 'stream') scanner.push(start);
        else if (size > maxEventChars) events.onTooLong();
      }
      sink.endRead?.();
      if (sink.isDone()) return undefined;
      if (part.done) break;
    }
    if (kind === 'stream' || kind === 'web-page') return { kind };
    return { kind, text: decodeBody(parts, contentType).trim() };
  }
}

/**
 * Reads the start of a body and returns its text. Stops after `limits.bytes` bytes or `limits.ms` milliseconds and
 * cancels the rest of the body, which closes the socket. Never rejects.
 */
export async function boundedText(
  { body, headers }: { readonly body: ReadableStream<Uint8Array> | null; readonly headers: Headers },
  clock: Clock,
  limits: { readonly bytes: number; readonly ms: number } = errorBodyLimits,
): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  // `cancel` ends a pending `read` as if the body were complete.
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  const cancelTimer = clock.callAfter(limits.ms, cancel);
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    while (size < limits.bytes) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      parts.push(value);
    }
  } catch {
    // The connection has broken, so the text that has arrived is used.
  }
  cancelTimer();
  cancel();
  return decodeBody(parts, headers.get('content-type'));
}

/**
 * Decodes text that arrives in pieces. A byte order mark is kept. Nearly every piece consists of complete UTF-8
 * characters and is decoded on its own, which is three times as fast.
 */
export class StreamDecoder {
  private readonly statelessDecoder: TextDecoder;
  /**
   * Decoder that keeps an incomplete character until the next piece. Most answers don't need this decoder, so it is
   * created for the first piece that ends within a character.
   */
  private streamDecoder: TextDecoder | undefined;
  private readonly isUtf8: boolean;
  private mayHoldBytes: boolean;

  constructor(private readonly contentType: string | null = null) {
    this.statelessDecoder = decoderFor(contentType);
    this.isUtf8 = this.statelessDecoder.encoding === 'utf-8';
    // In charsets other than UTF-8, an ASCII byte can be the second half of a character. The last byte therefore does
    // not show whether a piece ends within a character.
    this.mayHoldBytes = !this.isUtf8;
  }

  decode(bytes: Uint8Array): string {
    const heldBytes = this.mayHoldBytes;
    const last = bytes[bytes.length - 1];
    if (last !== undefined && this.isUtf8) this.mayHoldBytes = last > 0x7f;
    if (!heldBytes && !this.mayHoldBytes) return this.statelessDecoder.decode(bytes);
    this.streamDecoder ??= decoderFor(this.contentType);
    return this.streamDecoder.decode(bytes, { stream: true });
  }

  /**
   * Ends the decoding.
   * @returns a replacement character if the last character is incomplete, otherwise an empty string
   */
  end(): string {
    return this.streamDecoder?.decode() ?? '';
  }
}
