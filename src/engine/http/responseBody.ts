import { createParser } from 'eventsource-parser';
import type { Clock } from '../clock';
import { declaredKind, decodeBody, decoderFor, sniffedKind, type ContentKind } from './charset';

/** One event must fit in this; a stream without an end to its first event would otherwise fill the memory. */
export const maxEventChars = 8 * 1024 * 1024;

/** An error's body is read for its words only; a server that never ends it must not hold the turn. */
export const errorBodyLimits = { bytes: 64 * 1024, ms: 5000 } as const;

/** A beginning this long that tells nothing will not tell more later. */
const maxSniffedChars = 64;

/** A network error of a request or its response. Any other exception is a defect of the extension. */
export class ConnectionFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('The connection failed.', { cause });
  }
}

interface BodySink {
  /** So many bytes have arrived, whatever they mean. */
  bytes(count: number): void;
  /** A whole server-sent event. */
  event(data: string, name: string | undefined): void;
  /** More than `maxEventChars` without an end. */
  tooLong(): void;
  /** Whether anybody still wants to know. */
  isDone(): boolean;
}

export type BodyEnd =
  | { readonly kind: 'stream' | 'web-page'; readonly empty: boolean }
  | { readonly kind: 'json' | 'unknown'; readonly text: string };

/**
 * Reads a 2xx body to its end: server-sent events as they come, anything else as text. A web page is not read on.
 * @returns undefined once `sink.isOver()` is true
 * @throws ConnectionFailure when the connection breaks
 */
export async function readBody(response: Response, sink: BodySink): Promise<BodyEnd | undefined> {
  const contentType = response.headers.get('content-type');
  const declared = declaredKind(contentType);
  // What a body looks like counts for more than what it is called: gateways send errors as JSON in an event stream.
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
    if (sink.isDone()) return undefined;
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
      if (kind === 'unknown' && held.length <= maxSniffedChars) {
        held = (held + text).trimStart();
        kind = sniffedKind(held);
        if (kind === 'unknown' && (part.done || held.length > maxSniffedChars)) kind = declared;
      }
      if (kind === 'stream') parser.feed(bareLines.convert(held));
      else if (size > maxEventChars) sink.tooLong();
    }
    if (sink.isDone()) return undefined;
    if (part.done) break;
  }
  if (kind === 'stream' || kind === 'web-page') return { kind, empty };
  return { kind, text: decodeBody(parts, contentType).trim() };
}

/**
 * Reads at most `limits.bytes`, for at most `limits.ms`; what has arrived by then is the text. Never rejects.
 * The rest of the body is cancelled, so the socket is let go.
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
  const late = new Promise<undefined>((resolve) => {
    cancelTimer = clock.after(limits.ms, () => resolve(undefined));
  });
  try {
    while (size < limits.bytes) {
      const part = await Promise.race([reader.read(), late]);
      if (!part || part.done) break;
      size += part.value.length;
      parts.push(part.value);
    }
  } catch {
    // A body that breaks has said what it had to say.
  }
  cancelTimer();
  reader.cancel().catch(() => undefined);
  return decodeBody(parts, headers.get('content-type'));
}

/**
 * Decodes text that comes in pieces, byte order mark included. A piece of UTF-8 that begins and ends between
 * characters, as nearly all do, is decoded by itself: that takes a third of what a decoder takes that has to remember.
 */
export class StreamDecoder {
  private readonly statelessDecoder: TextDecoder;
  private readonly streamDecoder: TextDecoder;
  /** Whether `split` may hold the beginning of a character. */
  private mayHoldBytes: boolean;

  constructor(contentType: string | null = null) {
    this.statelessDecoder = decoderFor(contentType);
    this.streamDecoder = decoderFor(contentType);
    // In other charsets an ASCII byte may be the second half of a character.
    this.mayHoldBytes = this.streamDecoder.encoding !== 'utf-8';
  }

  decode(bytes: Uint8Array): string {
    const held = this.mayHoldBytes;
    const last = bytes.at(-1);
    // Only an ASCII byte is sure to be the end of a character.
    if (last !== undefined && this.streamDecoder.encoding === 'utf-8') this.mayHoldBytes = last > 0x7f;
    return held || this.mayHoldBytes
      ? this.streamDecoder.decode(bytes, { stream: true })
      : this.statelessDecoder.decode(bytes);
  }

  /** What was left of a character that never ended. */
  end(): string {
    return this.streamDecoder.decode();
  }
}

const errorField = 'error:';
/** The beginning of a bare line, or what may become one with the next piece. */
const bareStart = String.raw`(?:[{[]|error:|e(?:r(?:r(?:or?)?)?)?$)`;
const bareAfterLineEnd = new RegExp(`[\\n\\r]${bareStart}`);
const bareAtStart = new RegExp(`^${bareStart}`);

/**
 * Converts lines that are not valid server-sent events into events. new-api writes an error as a line of JSON without
 * `data:` once the stream has begun; others use an `error:` field. Parsers drop both.
 */
export class BareLines {
  private atLineStart = true;
  private afterReturn = false;
  /** Whether an event that began with a bare line is open, and whether it spans several lines. */
  private bareEvent: 'none' | 'begun' | 'continued' = 'none';
  /** The current line so far. */
  private line = '';
  /** The beginning of a line that may become `error:`. */
  private buffered = '';

  /** @param text the next piece of the stream */
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

  /** Avoids the slower pattern for most pieces of the body, which consist of complete events. */
  private hasBareLine(text: string): boolean {
    const isUsual = text.endsWith('\n') && !text.includes('\r');
    if (!isUsual) return bareAfterLineEnd.test(text);
    return text.includes('\n{') || text.includes('\n[') || text.includes('\nerror:');
  }

  private convertLines(text: string): string {
    let converted = '';
    text.split(/(?<=\n|\r(?!\n))/).forEach((line, index) => {
      // The second half of a line end that was split.
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
    // The event before may lack its blank line.
    const end = this.bareEvent === 'none' || line.trim() === '' ? '' : '\n';
    this.bareEvent = bareAtStart.test(line) ? 'begun' : 'none';
    if (this.bareEvent === 'none') return `${end}${line}`;
    if (!line.startsWith(errorField)) return `\ndata: ${line}`;
    return `\nevent: error\ndata:${line.slice(errorField.length)}`;
  }

  /** Whether the JSON has ended. JSON that spans several lines ends with a bracket that is not indented. */
  private isComplete(): boolean {
    const { line } = this;
    if (line.startsWith(errorField)) return true;
    return this.bareEvent === 'begun' ? /[}\]]\s*$/.test(line.slice(-20)) : /^[}\]]/.test(line);
  }
}

function endsLine(text: string): boolean {
  return text.endsWith('\n') || text.endsWith('\r');
}
