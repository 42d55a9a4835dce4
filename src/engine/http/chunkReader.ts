import { parseJson } from '../json';
import type { Delta, DeltaReceiver, TextDelta } from './deltas';
import { ChunkHistory, readChunk } from './dialect';
import type { EventSink } from './eventScanner';
import { ResponsesReader } from './responsesApi';

/** Matches the data of a keep-alive event, which has no content and only keeps the connection open. */
const keepAlive = /^(?:null|\[?(?:ping|pong|heartbeat|keep[-_ ]?alive)\]?)$/i;

/**
 * Maximum number of consecutive envelopes that match no second event. After that, every event is parsed. An envelope is
 * the JSON around an event's text. If, for example, each event has a different ID, all envelopes are different.
 */
const maxUnusedEnvelopes = 16;

/**
 * Reads the events of a stream and passes their deltas on. The result is the same as with `readChunk`, but most events
 * are not parsed: their envelope (the JSON around the text) is the same as in earlier events.
 */
export class ChunkReader implements EventSink {
  /** Whether the attempt has ended, so that further events are ignored. */
  isClosed = false;
  private envelope: DeltaEnvelope | undefined;
  private unusedEnvelopes = 0;
  private readonly history = new ChunkHistory();
  private readonly responses: ResponsesReader;
  /**
   * The last delta (part of the response) of the current event. The deltas `finishReasonPending` and `restartInStream`
   * are ignored.
   */
  private lastDelta: Delta | undefined;
  private deltaCount = 0;
  private garbledEvents = 0;
  private isLastEventGarbled = false;

  constructor(private readonly next: DeltaReceiver) {
    this.responses = new ResponsesReader(this.recordAndForward);
  }

  onEvent(data: string, name: string | undefined): void {
    if (this.isClosed) return;
    const content = data.length < 20 ? data.trim() : data;
    if (content === '' || (name !== 'error' && keepAlive.test(content))) return;
    if (content === '[DONE]') {
      if (this.isLastEventGarbled) this.next.onDelta({ type: 'unreadable', fault: 'garbledStream' });
      return this.next.onDelta({ type: 'done' });
    }
    this.isLastEventGarbled = !this.read(data);
    // An event named `error` is always an error. Its data is first read as a chunk, because the data might also report
    // token usage.
    if (name === 'error') return this.next.onDelta({ type: 'error', error: parseJson(data) ?? data });
    // A named event with plain text, such as a ping with a time, is not part of the answer. It is not reported as
    // unreadable.
    if (name !== undefined && name !== 'message' && !/^\s*[{[]/.test(data)) this.isLastEventGarbled = false;
    if (this.isLastEventGarbled && ++this.garbledEvents === 2)
      this.next.onDelta({ type: 'unreadable', fault: 'garbledStream' });
  }

  onTooLong(): void {
    this.next.onDelta({ type: 'unreadable', fault: 'endlessEvent' });
  }

  /**
   * Reads the data of an event and passes the deltas on.
   * @returns false if the data is not a JSON object
   */
  read(data: string): boolean {
    // Data with several lines is always parsed. It can contain a blank line, which would be mistaken for the end of the
    // event.
    if (!data.includes('\n') && this.readEventInPlace(data + eventEnd, 0) >= 0) return true;
    this.deltaCount = 0;
    const isReadable = readChunk(data, this.recordAndForward, this.history, this.responses);
    const { lastDelta, deltaCount } = this;
    // In a stream with events of the Responses API, every event is parsed. The reader of these events must see every
    // text to recognize repeated texts.
    if (this.responses.isActive) return isReadable;
    const isText = lastDelta?.type === 'text' || lastDelta?.type === 'reasoning';
    this.responses.isAnswerInChunks ||= isText || lastDelta?.type === 'toolCall';
    if (deltaCount === 1 && isText) this.updateEnvelope(data, lastDelta);
    return isReadable;
  }

  /**
   * Reads the event whose data starts at `from`, without parsing the data. The whole event must have arrived, with a
   * trusted envelope.
   * @param text the received part of the response body
   * @returns the offset of the next event, or -1 if the event must be parsed
   */
  readEventInPlace(text: string, from: number): number {
    const delta = this.envelope?.isTrusted && !this.isClosed ? this.envelope.read(text, from) : undefined;
    if (!delta) return -1;
    this.isLastEventGarbled = false;
    this.history.record(delta);
    this.next.onDelta(delta);
    return delta.end;
  }

  private readonly recordAndForward = (delta: Delta): void => {
    // An envelope (the JSON around a text) is created only from an event with a single delta. The deltas
    // `finishReasonPending` and `restartInStream` are not counted, because events with the same envelope need not
    // repeat them.
    if (delta.type !== 'finishReasonPending' && delta.type !== 'restartInStream') {
      this.lastDelta = delta;
      this.deltaCount++;
    }
    this.history.record(delta);
    this.next.onDelta(delta);
  };

  /**
   * Replaces the current envelope (the JSON around an event's text) if a new event does not match it. If the new event
   * is unsuitable for an envelope, the current envelope is kept for the next event.
   */
  private updateEnvelope(data: string, { type, text }: TextDelta): void {
    if (this.envelope?.verify(text, data)) {
      this.unusedEnvelopes = 0;
      return;
    }
    if (this.unusedEnvelopes === maxUnusedEnvelopes) return;
    const envelope = DeltaEnvelope.tryCreate(type, text, data);
    if (!envelope) return;
    this.envelope = envelope;
    this.unusedEnvelopes++;
  }
}

/** The line end and the blank line that end an event. */
const eventEnd = '\n\n';

/**
 * The start of a field with random characters. OpenAI adds this field so that the size of an event does not reveal the
 * length of its text.
 */
const padding = '"obfuscation":"';

/**
 * The envelope of an event: the JSON before and after its text. Usually, all events of a stream have the same envelope.
 * Parsing takes most of the processing time of a token, so an event with a trusted envelope is not parsed.
 */
export class DeltaEnvelope {
  /**
   * Whether events with this envelope need not be parsed. True if two events with this envelope and different texts
   * have been parsed. The parser would find any other text at the same place, because a text without escapes can't
   * change the JSON around it.
   */
  isTrusted = false;

  private constructor(
    private readonly type: TextDelta['type'],
    private readonly firstText: string,
    private readonly prefix: string,
    /**
     * The JSON after the text, up to the end of the event. If the event has random padding, the JSON up to the start of
     * the padding.
     */
    private readonly suffix: string,
    /** The JSON after the random padding. Undefined if the event has no padding. */
    private readonly paddingSuffix: string | undefined,
  ) {}

  /**
   * Creates an envelope, the JSON around a text, from an event. Returns undefined if the event does not contain the
   * text literally, for instance because the text is escaped.
   */
  static tryCreate(type: TextDelta['type'], text: string, data: string): DeltaEnvelope | undefined {
    if (data.includes('\n')) return undefined;
    const quoted = `"${text}"`;
    // A text with a quote or an escape is rejected. Its position would be uncertain, and a hostile gateway could make
    // the search for it slow.
    if (findStringEnd(quoted, 1) !== quoted.length - 1) return undefined;
    const textStart = data.lastIndexOf(quoted) + 1;
    if (textStart === 0) return undefined;
    const prefix = data.slice(0, textStart);
    const suffix = data.slice(textStart + text.length) + eventEnd;
    const paddingStart = suffix.indexOf(padding) + padding.length;
    const paddingEnd = paddingStart < padding.length ? -1 : findStringEnd(suffix, paddingStart);
    if (paddingEnd < 0) return new DeltaEnvelope(type, text, prefix, suffix, undefined);
    return new DeltaEnvelope(type, text, prefix, suffix.slice(0, paddingStart), suffix.slice(paddingEnd));
  }

  /**
   * Returns whether this envelope and the parser read the same text from an event. If this text differs from the text
   * of the envelope's first event, the envelope becomes trusted.
   */
  verify(text: string, data: string): boolean {
    if (this.read(data + eventEnd, 0)?.text !== text) return false;
    this.isTrusted ||= text !== this.firstText;
    return true;
  }

  /**
   * Reads the event whose data starts at `from`. Returns undefined if the event does not match the envelope. An empty
   * text does not match, because the event might have a text in another field.
   * @returns the delta and the offset of the next event
   */
  read(data: string, from: number): (TextDelta & { readonly end: number }) | undefined {
    const { type, prefix, suffix, paddingSuffix } = this;
    if (!containsAt(data, prefix, from)) return undefined;
    const textStart = from + prefix.length;
    const textEnd = findStringEnd(data, textStart);
    if (textEnd <= textStart || !containsAt(data, suffix, textEnd)) return undefined;
    let end = textEnd + suffix.length;
    if (paddingSuffix !== undefined) {
      const paddingEnd = findStringEnd(data, end);
      if (paddingEnd < 0 || !containsAt(data, paddingSuffix, paddingEnd)) return undefined;
      end = paddingEnd + paddingSuffix.length;
    }
    return { type, text: data.slice(textStart, textEnd), end };
  }
}

const stringEnd = /["\\\u0000-\u001f]/g;

/**
 * Returns the offset of the quote that ends a JSON string. Returns -1 if the string has no end, or contains an escape
 * or an invalid character.
 */
function findStringEnd(data: string, from: number): number {
  stringEnd.lastIndex = from;
  if (!stringEnd.test(data)) return -1;
  const offset = stringEnd.lastIndex - 1;
  return data[offset] === '"' ? offset : -1;
}

/**
 * Returns whether `data` contains `part` at the offset `from`. This comparison is faster than `data.startsWith(part,
 * from)`, which takes as long as parsing the event.
 */
function containsAt(data: string, part: string, from: number): boolean {
  return data.slice(from, from + part.length) === part;
}
