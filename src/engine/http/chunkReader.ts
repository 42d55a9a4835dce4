import { readChunk, StreamRestarts, type Delta, type DeltaSink } from './dialect';

/** A server whose events have had no frame in common by then, as each has an id of its own, gets no more of them. */
const maxUselessFrames = 16;

type TextDelta = Delta & { readonly type: 'text' | 'reasoning' };

/** Reads the events of one stream as `readChunk` does, but parses only those that are not like the ones before. */
export class ChunkReader {
  private frame: DeltaFrame | undefined;
  private uselessFrames = 0;
  private readonly messages = new StreamRestarts();
  /** The only delta of the event that is being read, apart from those that all events of a stream have in common. */
  private only: Delta | undefined;
  private count = 0;

  constructor(private readonly sink: DeltaSink) {}

  /** @returns false where the data is no JSON object */
  read(data: string): boolean {
    const known = this.frame?.read(data);
    if (known) {
      this.sink(known);
      return true;
    }
    this.count = 0;
    const isReadable = readChunk(data, this.noteAndPass, this.messages);
    const { only, count } = this;
    if (count === 1 && (only?.type === 'text' || only?.type === 'reasoning')) this.learn(data, only);
    return isReadable;
  }

  private readonly noteAndPass = (delta: Delta): void => {
    // An empty finish reason is part of the frame, and a restart is read out of the frame's id.
    if (delta.type !== 'finishReasonPending' && delta.type !== 'restartInStream') {
      this.only = delta;
      this.count++;
    }
    this.sink(delta);
  };

  /** An event that can't have a frame leaves the old one: the next event is likely to be like those before it. */
  private learn(data: string, { type, text }: TextDelta): void {
    if (this.frame?.prove(text, data)) {
      this.uselessFrames = 0;
      return;
    }
    if (this.uselessFrames === maxUselessFrames) return;
    const frame = DeltaFrame.around(type, text, data);
    if (!frame) return;
    this.frame = frame;
    this.uselessFrames++;
  }
}

const quote = 34;
const backslash = 92;
/** JSON has no characters below this one inside a string. */
const space = 32;

/** OpenAI pads each event with a random string, so that its size does not tell its text. */
const padding = '"obfuscation":"';

/**
 * What stays the same around the text from one event of a stream to the next: parsing it again and again is most of
 * what a token costs.
 *
 * A frame is proven by two events that differ in nothing but the string inside it: if the parser read exactly that
 * string out of both, it reads it out of every event with this frame, for strings without an escape have the same
 * structure around them whatever they say.
 */
export class DeltaFrame {
  private proven = false;

  private constructor(
    private readonly type: TextDelta['type'],
    private readonly first: string,
    private readonly before: string,
    /** Up to the padding, where there is one. */
    private readonly after: string,
    private readonly end: string | undefined,
  ) {}

  /** @returns undefined where the text is not in the event as it was said: it has an escape, or more than one part */
  static around(type: TextDelta['type'], text: string, data: string): DeltaFrame | undefined {
    const said = `"${text}"`;
    // Besides, a search for something with many quotes in it could take as long as a hostile server likes.
    if (stringEnd(said, 1) !== said.length - 1) return undefined;
    const at = data.lastIndexOf(said) + 1;
    if (at === 0) return undefined;
    const after = data.slice(at + text.length);
    const padded = after.indexOf(padding) + padding.length;
    const padEnd = padded < padding.length ? -1 : stringEnd(after, padded);
    const [until, end] = padEnd < 0 ? [after, undefined] : [after.slice(0, padded), after.slice(padEnd)];
    return new DeltaFrame(type, text, data.slice(0, at), until, end);
  }

  /** What the parser read out of an event. @returns whether the event has this frame */
  prove(text: string, data: string): boolean {
    if (this.textIn(data) !== text) return false;
    this.proven ||= text !== this.first;
    return true;
  }

  /** Returns what an event with this frame says, or undefined where only the parser can tell. */
  read(data: string): TextDelta | undefined {
    if (!this.proven) return undefined;
    const text = this.textIn(data);
    return text === undefined ? undefined : { type: this.type, text };
  }

  /** undefined for the empty text too: another field may speak where the first is empty. */
  private textIn(data: string): string | undefined {
    const { before, after, end } = this;
    if (!isAt(data, before, 0)) return undefined;
    const textEnd = stringEnd(data, before.length);
    if (textEnd <= before.length || !isAt(data, after, textEnd)) return undefined;
    let rest = textEnd + after.length;
    if (end !== undefined) {
      const padEnd = stringEnd(data, rest);
      if (padEnd < 0 || !isAt(data, end, padEnd)) return undefined;
      rest = padEnd + end.length;
    }
    return rest === data.length ? data.slice(before.length, textEnd) : undefined;
  }
}

/** Where the string ends that begins at `from`; -1 where it has an escape, or what JSON does not allow. */
function stringEnd(data: string, from: number): number {
  for (let at = from; at < data.length; at++) {
    const code = data.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash || code < space) return -1;
  }
  return -1;
}

/** `startsWith` goes character by character: it takes as long as parsing. */
function isAt(data: string, part: string, from: number): boolean {
  return data.slice(from, from + part.length) === part;
}
