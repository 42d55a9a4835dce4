import { createParser } from 'eventsource-parser';
import type { Clock } from '../clock';
import { declaredKind, decodeBody, decoderFor, sniffedKind, type ContentKind } from '../text/charset';

/** In characters. An event that never ends must not fill the memory. */
export const maxEventChars = 8 * 1024 * 1024;

/** In bytes and milliseconds. A body that never ends must not block the turn. */
export const errorBodyLimits = { bytes: 64 * 1024, ms: 5000 } as const;

const maxSniffedChars = 64;

/** A network error of a request or its response. Any other exception is a defect of the extension. */
export class ConnectionFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('The connection failed.', { cause });
  }
}

interface BodySink {
  bytes(count: number): void;
  event(data: string, name: string | undefined): void;
  /** Called after the events of each read from the network. */
  endOfRead?(): void;
  /** Called when an event or a body is longer than `maxEventChars`. */
  tooLong(): void;
  isDone(): boolean;
}

/** The kind of a body that has been read to its end, and its text unless the body is a stream or a web page. */
export type BodyEnd =
  | { readonly kind: 'stream' | 'web-page'; readonly empty: boolean }
  | { readonly kind: 'json' | 'unknown'; readonly text: string };

/**
 * Reads the body of a 2xx response. Server-sent events are passed to the sink as they arrive. Reading stops as soon as
 * the body turns out to be a web page.
 * @returns undefined as soon as `sink.isDone()` returns true
 * @throws ConnectionFailure if the connection breaks
 */
export async function readBody(response: Response, sink: BodySink): Promise<BodyEnd | undefined> {
  const contentType = response.headers.get('content-type');
  const declared = declaredKind(contentType);
  // The content decides before the declared type, because gateways send JSON errors as `text/event-stream`.
  let kind: ContentKind = declared === 'web-page' ? declared : 'unknown';
  if (!response.body) return { kind: 'unknown', text: '' };
  const parser = createParser({
    maxBufferSize: maxEventChars,
    onEvent: ({ data, event }) => sink.event(data, event),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') sink.tooLong();
    },
  });
  const decoder = new StreamDecoder(contentType);
  const bareLines = new BareLines();
  const parts: Uint8Array[] = [];
  const body: ReadableStream<Uint8Array> = response.body;
  const reader = body.getReader();
  /** Without leading whitespace. Grows until the kind of the body is identified. */
  let start = '';
  let size = 0;
  let empty = true;
  while (kind !== 'web-page') {
    let part;
    try {
      part = await reader.read();
    } catch (error) {
      throw new ConnectionFailure(error);
    }
    if (sink.isDone()) return undefined;
    // The last event may lack the blank line although its JSON is complete.
    const text = part.done ? `${decoder.end()}\n\n` : decoder.decode(part.value);
    if (!part.done) {
      empty &&= part.value.length === 0;
      sink.bytes(part.value.length);
    }
    if (kind === 'stream') parser.feed(bareLines.convert(text));
    else {
      if (!part.done) parts.push(part.value);
      size += text.length;
      // A body of an unknown kind may be megabytes long.
      if (kind === 'unknown' && start.length <= maxSniffedChars) {
        start = (start + text).trimStart();
        kind = sniffedKind(start);
        if (kind === 'unknown' && (part.done || start.length > maxSniffedChars)) kind = declared;
      }
      if (kind === 'stream') parser.feed(bareLines.convert(start));
      else if (size > maxEventChars) sink.tooLong();
    }
    sink.endOfRead?.();
    if (sink.isDone()) return undefined;
    if (part.done) break;
  }
  if (kind === 'stream' || kind === 'web-page') return { kind, empty };
  return { kind, text: decodeBody(parts, contentType).trim() };
}

/**
 * Reads the start of a body, at most `limits.bytes` bytes and for at most `limits.ms` milliseconds, and returns its
 * text. The rest of the body is canceled, which closes the socket. Never rejects.
 */
export async function boundedText(
  { body, headers }: { readonly body: ReadableStream<Uint8Array> | null; readonly headers: Headers },
  clock: Clock,
  limits: { readonly bytes: number; readonly ms: number } = errorBodyLimits,
): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  let cancelTimer: () => void = () => undefined;
  const timeout = new Promise<undefined>((resolve) => {
    cancelTimer = clock.after(limits.ms, () => resolve(undefined));
  });
  try {
    while (size < limits.bytes) {
      const part = await Promise.race([reader.read(), timeout]);
      if (!part || part.done) break;
      size += part.value.length;
      parts.push(part.value);
    }
  } catch {
    // The connection has broken, so the text that has arrived is used.
  }
  cancelTimer();
  reader.cancel().catch(() => undefined);
  return decodeBody(parts, headers.get('content-type'));
}

/**
 * Decodes text that arrives in pieces. A byte order mark stays in the text. A piece of complete UTF-8 characters, as
 * nearly every piece is, is decoded independently of the others, which is three times as fast.
 */
export class StreamDecoder {
  private readonly statelessDecoder: TextDecoder;
  private readonly streamDecoder: TextDecoder;
  private readonly isUtf8: boolean;
  private mayHoldBytes: boolean;

  constructor(contentType: string | null = null) {
    this.statelessDecoder = decoderFor(contentType);
    this.streamDecoder = decoderFor(contentType);
    this.isUtf8 = this.streamDecoder.encoding === 'utf-8';
    // In other charsets, an ASCII byte may be the second half of a character.
    this.mayHoldBytes = !this.isUtf8;
  }

  decode(bytes: Uint8Array): string {
    const heldBytes = this.mayHoldBytes;
    const last = bytes.at(-1);
    if (last !== undefined && this.isUtf8) this.mayHoldBytes = last > 0x7f;
    return heldBytes || this.mayHoldBytes
      ? this.streamDecoder.decode(bytes, { stream: true })
      : this.statelessDecoder.decode(bytes);
  }

  /** @returns a replacement character if the last character is incomplete */
  end(): string {
    return this.streamDecoder.decode();
  }
}

const errorField = 'error:';
/** The start of a JSON line or of an `error:` field, and text such as `err` that the next piece may complete. */
const bareStart = String.raw`(?:[{[]|error:|e(?:r(?:r(?:or?)?)?)?$)`;
const bareAfterLineEnd = new RegExp(`[\\n\\r]${bareStart}`);
const bareAtStart = new RegExp(`^${bareStart}`);

/**
 * Converts bare lines into events, because parsers ignore them. After a stream has begun, new-api sends an error as a
 * line of JSON without `data:`, and other gateways send an `error:` field.
 */
export class BareLines {
  private atLineStart = true;
  private afterReturn = false;
  /** `begun` after the first line of a bare event, `continued` after further lines. */
  private bareEvent: 'none' | 'begun' | 'continued' = 'none';
  private line = '';
  /** A line such as `err`, kept until the next piece shows whether it is an `error:` field. */
  private buffered = '';

  convert(text: string): string {
    const all = this.buffered + text;
    if (all === '') return '';
    this.buffered = '';
    const isBare = this.bareEvent !== 'none' || (this.atLineStart && bareAtStart.test(all)) || this.hasBareLine(all);
    const converted = isBare ? this.convertLines(all) : all;
    if (!isBare) this.atLineStart = endsLine(all);
    this.afterReturn = all.endsWith('\r');
    return converted;
  }

  /** Most pieces end with a complete event and are examined without the slow regular expression. */
  private hasBareLine(text: string): boolean {
    const isUsual = text.endsWith('\n') && !text.includes('\r');
    if (!isUsual) return bareAfterLineEnd.test(text);
    return text.includes('\n{') || text.includes('\n[') || text.includes('\nerror:');
  }

  private convertLines(text: string): string {
    let converted = '';
    text.split(/(?<=\n|\r(?!\n))/).forEach((line, index) => {
      // After a piece that ended with CR, an LF belongs to the same line end and is not a blank line.
      if (index === 0 && line === '\n' && this.afterReturn) converted += line;
      else if (this.atLineStart && line.length < errorField.length && errorField.startsWith(line)) this.buffered = line;
      else converted += this.convertLine(line);
    });
    return converted;
  }

  private convertLine(line: string): string {
    let converted = this.atLineStart ? this.convertStart(line) : line;
    if (!this.atLineStart) this.line += line;
    this.atLineStart = endsLine(line);
    if (this.atLineStart && this.bareEvent !== 'none' && this.isComplete()) {
      this.bareEvent = 'none';
      converted += '\n';
    }
    return converted;
  }

  private convertStart(line: string): string {
    this.line = line;
    if (this.bareEvent !== 'none' && /^[ \t}\]]/.test(line)) {
      this.bareEvent = 'continued';
      return `data: ${line}`;
    }
    // The gateway may have omitted the blank line after the previous event.
    const eventEnd = this.bareEvent === 'none' || line.trim() === '' ? '' : '\n';
    this.bareEvent = bareAtStart.test(line) ? 'begun' : 'none';
    if (this.bareEvent === 'none') return `${eventEnd}${line}`;
    if (!line.startsWith(errorField)) return `\ndata: ${line}`;
    return `\nevent: error\ndata:${line.slice(errorField.length)}`;
  }

  /** Whether the JSON is complete. JSON with several lines is complete at a closing bracket that is not indented. */
  private isComplete(): boolean {
    const { line } = this;
    if (line.startsWith(errorField)) return true;
    return this.bareEvent === 'begun' ? /[}\]]\s*$/.test(line.slice(-20)) : /^[}\]]/.test(line);
  }
}

function endsLine(text: string): boolean {
  return text.endsWith('\n') || text.endsWith('\r');
}
