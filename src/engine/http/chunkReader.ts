import { readChunk, RestartDetector, type Delta, type DeltaSink } from './dialect';

/** A server whose events have had no frame in common by then, as each has an id of its own, gets no more of them. */
const maxUnusedFrames = 16;

type TextDelta = Delta & { readonly type: 'text' | 'reasoning' };

/** Reads the events of one stream as `readChunk` does, but parses only those that are not like the ones before. */
export class ChunkReader {
  private frame: DeltaFrame | undefined;
  private unusedFrames = 0;
  private readonly restarts = new RestartDetector();
  /** The only delta of the event that is being read, apart from those that all events of a stream have in common. */
  private onlyDelta: Delta | undefined;
  private deltaCount = 0;

  constructor(private readonly sink: DeltaSink) {}

  /** @returns false where the data is no JSON object */
  read(data: string): boolean {
    const known = this.frame?.read(data);
    if (known) {
      this.sink(known);
      return true;
    }
    this.deltaCount = 0;
    const isReadable = readChunk(data, this.recordAndForward, this.restarts);
    const { onlyDelta: only, deltaCount: count } = this;
    if (count === 1 && (only?.type === 'text' || only?.type === 'reasoning')) this.updateFrame(data, only);
    return isReadable;
  }

  private readonly recordAndForward = (delta: Delta): void => {
    // An empty finish reason is part of the frame, and a restart is read out of the frame's id.
    if (delta.type !== 'finishReasonPending' && delta.type !== 'restartInStream') {
      this.onlyDelta = delta;
      this.deltaCount++;
    }
    this.sink(delta);
  };

  /** An event that can't have a frame leaves the old one: the next event is likely to be like those before it. */
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
  private isVerified = false;

  private constructor(
    private readonly type: TextDelta['type'],
    private readonly firstText: string,
    private readonly prefix: string,
    /** Up to the padding, where there is one. */
    private readonly suffix: string,
    private readonly paddingSuffix: string | undefined,
  ) {}

  /** @returns undefined where the text is not in the event as it was said: it has an escape, or more than one part */
  static tryCreate(type: TextDelta['type'], text: string, data: string): DeltaFrame | undefined {
    const said = `"${text}"`;
    // Besides, a search for something with many quotes in it could take as long as a hostile server likes.
    if (findStringEnd(said, 1) !== said.length - 1) return undefined;
    const at = data.lastIndexOf(said) + 1;
    if (at === 0) return undefined;
    const after = data.slice(at + text.length);
    const padded = after.indexOf(padding) + padding.length;
    const padEnd = padded < padding.length ? -1 : findStringEnd(after, padded);
    const [until, end] = padEnd < 0 ? [after, undefined] : [after.slice(0, padded), after.slice(padEnd)];
    return new DeltaFrame(type, text, data.slice(0, at), until, end);
  }

  /** What the parser read out of an event. @returns whether the event has this frame */
  verify(text: string, data: string): boolean {
    if (this.extractText(data) !== text) return false;
    this.isVerified ||= text !== this.firstText;
    return true;
  }

  /** Returns what an event with this frame says, or undefined where only the parser can tell. */
  read(data: string): TextDelta | undefined {
    if (!this.isVerified) return undefined;
    const text = this.extractText(data);
    return text === undefined ? undefined : { type: this.type, text };
  }

  /** undefined for the empty text too: another field may speak where the first is empty. */
  private extractText(data: string): string | undefined {
    const { prefix: before, suffix: after, paddingSuffix: end } = this;
    if (!containsAt(data, before, 0)) return undefined;
    const textEnd = findStringEnd(data, before.length);
    if (textEnd <= before.length || !containsAt(data, after, textEnd)) return undefined;
    let rest = textEnd + after.length;
    if (end !== undefined) {
      const padEnd = findStringEnd(data, rest);
      if (padEnd < 0 || !containsAt(data, end, padEnd)) return undefined;
      rest = padEnd + end.length;
    }
    return rest === data.length ? data.slice(before.length, textEnd) : undefined;
  }
}

/** Where the string ends that begins at `from`; -1 where it has an escape, or what JSON does not allow. */
function findStringEnd(data: string, from: number): number {
  for (let at = from; at < data.length; at++) {
    const code = data.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash || code < space) return -1;
  }
  return -1;
}

/** `startsWith` goes character by character: it takes as long as parsing. */
function containsAt(data: string, part: string, from: number): boolean {
  return data.slice(from, from + part.length) === part;
}
