import { parseJson } from '../json';
import type { Delta, DeltaReceiver, TextDelta } from './deltas';
import { ChunkHistory, readChunk } from './dialect';
import type { EventSink } from './eventScanner';
import { ResponsesReader } from './responsesApi';

/** Matches an event that contains nothing and only keeps the connection open. */
const keepAlive = /^(?:null|\[?(?:ping|pong|heartbeat|keep[-_ ]?alive)\]?)$/i;

/** After that many different frames in a row, every event is parsed: each event probably has its own ID. */
const maxUnusedFrames = 16;

/** Reads events with the same result as `readChunk`, but parses an event only if its {@link DeltaFrame} is new. */
export class ChunkReader implements EventSink {
  /** Whether further events are ignored, because the attempt has ended. */
  isClosed = false;
  private frame: DeltaFrame | undefined;
  private unusedFrames = 0;
  private readonly history = new ChunkHistory();
  private readonly responses: ResponsesReader;
  /** The last delta whose type is neither `finishReasonPending` nor `restartInStream`. */
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
    // An event named `error` is an error, whatever it contains. It is read as a chunk first, because it may contain a usage.
    if (name === 'error') return this.next.onDelta({ type: 'error', error: parseJson(data) ?? data });
    // An event with another name and plain text, such as a ping with a time, is not part of the answer.
    if (name !== undefined && name !== 'message' && !/^\s*[{[]/.test(data)) this.isLastEventGarbled = false;
    if (this.isLastEventGarbled && ++this.garbledEvents === 2)
      this.next.onDelta({ type: 'unreadable', fault: 'garbledStream' });
  }

  onTooLong(): void {
    this.next.onDelta({ type: 'unreadable', fault: 'endlessEvent' });
  }

  /** @returns false if the data is not a JSON object */
  read(data: string): boolean {
    // Data with several lines may contain a blank line, which looks like the end of an event.
    if (!data.includes('\n') && this.readFramedEvent(data + eventEnd, 0) >= 0) return true;
    this.deltaCount = 0;
    const isReadable = readChunk(data, this.recordAndForward, this.history, this.responses);
    const { lastDelta, deltaCount } = this;
    // The reader for the Responses API must see every text, so that it recognizes the text when it comes again.
    if (this.responses.isActive) return isReadable;
    const isText = lastDelta?.type === 'text' || lastDelta?.type === 'reasoning';
    this.responses.isAnswerInChunks ||= isText || lastDelta?.type === 'toolCall';
    if (deltaCount === 1 && isText) this.updateFrame(data, lastDelta);
    return isReadable;
  }

  /**
   * Reads the event whose data starts at `from` if its frame is trusted and the text contains its end.
   * @returns the offset of the next event, or -1
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
    // Only an event with a single delta can become a frame. These two types come from the JSON around the text, which is
    // the same in every matching event.
    if (delta.type !== 'finishReasonPending' && delta.type !== 'restartInStream') {
      this.lastDelta = delta;
      this.deltaCount++;
    }
    this.history.record(delta);
    this.next.onDelta(delta);
  };

  /** Replaces a frame that does not match. If the event has none, the next event is likely to match the current one. */
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

/** The end of the data and the blank line that ends an event. */
const eventEnd = '\n\n';

/** OpenAI sends a random string, so that the size of an event does not reveal the length of its text. */
const padding = '"obfuscation":"';

/**
 * The JSON before and after the text of an event. It usually stays the same for a whole stream, and parsing it for every
 * event would take most of the processing time of a token. An event with a trusted frame is not parsed.
 *
 * A frame is trusted once the parser has read two events with this frame and different texts, and has returned exactly
 * these texts. The parser would then return any other nonempty text without an escape as well, because such a text
 * can't change the structure of the JSON around it.
 */
export class DeltaFrame {
  isTrusted = false;

  private constructor(
    private readonly type: TextDelta['type'],
    private readonly firstText: string,
    private readonly prefix: string,
    /** Up to the end of the event, or up to the padding if the event has one. */
    private readonly suffix: string,
    /** Undefined if the event has no padding. */
    private readonly paddingSuffix: string | undefined,
  ) {}

  /** Returns undefined if the event does not contain the text literally: it is escaped or consists of several parts. */
  static tryCreate(type: TextDelta['type'], text: string, data: string): DeltaFrame | undefined {
    if (data.includes('\n')) return undefined;
    const quoted = `"${text}"`;
    // The position of a text with a quote or an escape is not certain, and a hostile gateway could make its search slow.
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

  /** If the text differs from that of the first event, the frame is trusted from then on. */
  verify(text: string, data: string): boolean {
    if (this.read(data + eventEnd, 0)?.text !== text) return false;
    this.isTrusted ||= text !== this.firstText;
    return true;
  }

  /**
   * Reads the event whose data starts at `from`. Returns undefined for an empty text, too, because the parser may then
   * read the text from another field.
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

/** Returns -1 if the string has an escape, an invalid character or no end. */
function findStringEnd(data: string, from: number): number {
  stringEnd.lastIndex = from;
  if (!stringEnd.test(data)) return -1;
  const offset = stringEnd.lastIndex - 1;
  return data[offset] === '"' ? offset : -1;
}

/** Faster than `data.startsWith(part, from)`, which takes as long as parsing the event. */
function containsAt(data: string, part: string, from: number): boolean {
  return data.slice(from, from + part.length) === part;
}
