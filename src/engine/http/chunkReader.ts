import { parseJson } from '../json';
import type { Delta, DeltaReceiver, TextDelta } from './deltas';
import { ChunkHistory, readChunk } from './dialect';
import type { EventSink } from './eventScanner';
import { ResponsesReader } from './responsesApi';

/** Matches the data of an event that has no content and only keeps the connection open. */
const keepAlive = /^(?:null|\[?(?:ping|pong|heartbeat|keep[-_ ]?alive)\]?)$/i;

/**
 * Number of different frames in a row after which every event is parsed. A frame is the JSON around an event's text. If
 * the frame keeps changing, each event probably has a different ID, so no event would match the frame of an earlier
 * event.
 */
const maxUnusedFrames = 16;

/**
 * Reads the events of a stream and passes their deltas on. The result is the same as that of `readChunk`, but an event
 * is parsed only if its frame (the JSON around its text) is new.
 */
export class ChunkReader implements EventSink {
  /** Whether the attempt has ended, so that further events are ignored. */
  isClosed = false;
  private frame: DeltaFrame | undefined;
  private unusedFrames = 0;
  private readonly history = new ChunkHistory();
  private readonly responses: ResponsesReader;
  /** The last delta of the current event whose type is neither `finishReasonPending` nor `restartInStream`. */
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
    // An event named `error` is always an error. Its data is nevertheless read as a chunk first, because the data might
    // also report token usage.
    if (name === 'error') return this.next.onDelta({ type: 'error', error: parseJson(data) ?? data });
    // A named event with plain text, such as a ping with a time, is not part of the answer. For this reason, the event
    // is not reported as unreadable.
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
    // Data of several lines is always parsed. It can contain a blank line, which the comparison with the frame would
    // mistake for the end of the event.
    if (!data.includes('\n') && this.readFramedEvent(data + eventEnd, 0) >= 0) return true;
    this.deltaCount = 0;
    const isReadable = readChunk(data, this.recordAndForward, this.history, this.responses);
    const { lastDelta, deltaCount } = this;
    // If the stream contains events of the Responses API, every event is parsed, because the reader of the Responses
    // API must see every text to recognize repeated texts.
    if (this.responses.isActive) return isReadable;
    const isText = lastDelta?.type === 'text' || lastDelta?.type === 'reasoning';
    this.responses.isAnswerInChunks ||= isText || lastDelta?.type === 'toolCall';
    if (deltaCount === 1 && isText) this.updateFrame(data, lastDelta);
    return isReadable;
  }

  /**
   * Reads the event whose data starts at `from`, without parsing the data. This works only if the whole event has
   * arrived, and if the JSON around the answer's text (the frame) is the same as in earlier events and trusted.
   * @param text the received part of the response body
   * @returns the offset of the next event, or -1 if the event must be parsed
   */
  readFramedEvent(text: string, from: number): number {
    const delta = this.frame?.isTrusted && !this.isClosed ? this.frame.read(text, from) : undefined;
    if (!delta) return -1;
    this.isLastEventGarbled = false;
    this.history.record(delta);
    this.next.onDelta(delta);
    return delta.end;
  }

  private readonly recordAndForward = (delta: Delta): void => {
    // A frame is created only from an event with a single delta. Deltas of the types `finishReasonPending` and
    // `restartInStream` are not counted. They come from the frame itself, the JSON around the text, and don't need to
    // be passed on a second time for later events with the same frame.
    if (delta.type !== 'finishReasonPending' && delta.type !== 'restartInStream') {
      this.lastDelta = delta;
      this.deltaCount++;
    }
    this.history.record(delta);
    this.next.onDelta(delta);
  };

  /**
   * Replaces the current frame (the JSON around an event's text) if a new event does not match this frame. If no frame
   * can be created from the new event, the current frame is kept, because the next event is likely to match the current
   * frame.
   */
  private updateFrame(data: string, { type, text }: TextDelta): void {
    if (this.frame?.verify(text, data)) {
      this.unusedFrames = 0;
      return;
    }
    if (this.unusedFrames === maxUnusedFrames) return;
    const frame = DeltaFrame.tryCreate(type, text, data);
    if (!frame) return;
    this.frame = frame;
    this.unusedFrames++;
  }
}

/** The end of the data line, and the blank line that ends an event. */
const eventEnd = '\n\n';

/**
 * The start of a field with random characters. OpenAI adds this field so that the size of an event does not reveal the
 * length of its text.
 */
const padding = '"obfuscation":"';

/**
 * The frame of an event: the JSON before and after its text. Usually, all events of a stream have the same frame.
 * Parsing every event would take most of the processing time of a token, so an event with a trusted frame is not
 * parsed. A frame becomes trusted when two events with this frame but different texts have been parsed, and both times
 * the parser returned exactly the text between the two parts of the frame. The parser would then also return any other
 * nonempty text without escapes, because such a text can't change the structure of the JSON around it.
 */
export class DeltaFrame {
  isTrusted = false;

  private constructor(
    private readonly type: TextDelta['type'],
    private readonly firstText: string,
    private readonly prefix: string,
    /**
     * The JSON from the end of the text to the end of the event, or to the start of the random padding if the event has
     * padding.
     */
    private readonly suffix: string,
    /** The JSON after the random padding. Undefined if the event has no padding. */
    private readonly paddingSuffix: string | undefined,
  ) {}

  /**
   * Creates a frame, the JSON around a text, from an event. Returns undefined if the event does not contain the text
   * literally, because the text is escaped or consists of several parts.
   */
  static tryCreate(type: TextDelta['type'], text: string, data: string): DeltaFrame | undefined {
    if (data.includes('\n')) return undefined;
    const quoted = `"${text}"`;
    // A text with a quote or an escape is rejected: the position of the text would be uncertain, and a hostile gateway
    // could make the search for the text slow.
    if (findStringEnd(quoted, 1) !== quoted.length - 1) return undefined;
    const textStart = data.lastIndexOf(quoted) + 1;
    if (textStart === 0) return undefined;
    const prefix = data.slice(0, textStart);
    const suffix = data.slice(textStart + text.length) + eventEnd;
    const paddingStart = suffix.indexOf(padding) + padding.length;
    const paddingEnd = paddingStart < padding.length ? -1 : findStringEnd(suffix, paddingStart);
    if (paddingEnd < 0) return new DeltaFrame(type, text, prefix, suffix, undefined);
    return new DeltaFrame(type, text, prefix, suffix.slice(0, paddingStart), suffix.slice(paddingEnd));
  }

  /**
   * Returns whether this frame yields the text that the parser has read from an event. The frame becomes trusted if the
   * text differs from the text of the frame's first event.
   */
  verify(text: string, data: string): boolean {
    if (this.read(data + eventEnd, 0)?.text !== text) return false;
    this.isTrusted ||= text !== this.firstText;
    return true;
  }

  /**
   * Reads the event whose data starts at `from`. Returns undefined if the event does not match the frame. Also returns
   * undefined if the text between the two parts of the frame is empty, because the event's text might then be in a
   * different field.
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
 * Returns the offset of the quote that ends a JSON string. Returns -1 if the string contains an escape or an invalid
 * character, or has no end.
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
