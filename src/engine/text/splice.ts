/** How the model was asked to continue a partial answer: by a prefill or by a continue prompt. */
export type JoinMethod = 'prefill' | 'continue';

export type SpliceStep =
  /** Display nothing yet, because the text may still be an overlap. */
  | { readonly type: 'hold' }
  /** Drop the first `trimmed` characters of the continuation and append `text`, which may be empty. */
  | { readonly type: 'join'; readonly trimmed: number; readonly text: string }
  /** Replace the partial answer with `text`: the model has started a different answer from the beginning. */
  | { readonly type: 'another'; readonly text: string };

/** Milliseconds to hold back a continuation before deciding where it joins. */
export const maxHoldMs = 1500;
const tailChars = 4000;
/**
 * Minimum length of an overlap, in characters. A shorter match may be a coincidence: in fuzz tests, a minimum of 8
 * characters wrongly shortened 0.26 % of the texts, and a minimum of 16 shortened none.
 */
const minOverlap = 16;
/**
 * In characters. A repetition of this length is no coincidence and is held back without a time limit: the user already
 * sees the same text, and the repetition can't be longer than the partial answer.
 */
const certainOverlap = 64;

const letterOrDigit = /[\p{L}\p{N}]/u;
const hold: SpliceStep = { type: 'hold' };

/**
 * Joins a continuation to the partial answer. Models often repeat the end of the partial answer, or all of it, before
 * they continue. While the continuation may still be such a repetition, the splice holds it back. When the overlap is
 * uncertain, the text is appended: a repeated passage is better than a lost one. After any step other than `hold`, the
 * splice must not be used again.
 */
export class Splice {
  private received = '';
  /** The partial answer as the request contained it. A prefill leaves out the trailing whitespace. */
  private readonly sent: string;
  private readonly trailingWhitespace: string;
  private readonly tail: string;
  /** See {@link findMatchOffsets}. */
  private matchOffsets: readonly number[] = [];
  /** Length of the common prefix of the continuation and the partial answer, in characters. */
  private prefixLength = 0;
  /** Length of the common prefix of the continuation and the trailing whitespace of the partial answer. */
  private whitespaceLength = 0;

  /** Neither the partial answer nor any text that is pushed may end with half of a surrogate pair. */
  constructor(
    private readonly partial: string,
    readonly method: JoinMethod,
  ) {
    this.sent = method === 'prefill' ? prefillText(partial) : partial;
    this.trailingWhitespace = partial.slice(this.sent.length);
    this.tail = method === 'continue' ? partial.slice(-tailChars) : '';
  }

  get heldText(): string {
    return this.received;
  }

  push(text: string): SpliceStep {
    this.receive(text);
    return this.mayBeOverlap ? hold : this.decide(false);
  }

  /** Decides when {@link maxHoldMs} has passed, unless the text received so far is certainly an overlap. */
  expire(): SpliceStep {
    const certain = this.received.length >= certainOverlap && this.mayBeOverlap;
    return this.received === '' || certain ? hold : this.decide(false);
  }

  end(): SpliceStep {
    return this.decide(true);
  }

  private receive(text: string): void {
    if (text === '') return;
    const { partial, trailingWhitespace, tail, received } = this;
    if (this.prefixLength === received.length) {
      this.prefixLength += commonPrefixLength(text, partial.slice(received.length));
    }
    if (this.whitespaceLength === received.length) {
      this.whitespaceLength += commonPrefixLength(text, trailingWhitespace.slice(received.length));
    }
    const stillMatches = (offset: number): boolean => {
      const from = offset + received.length;
      return from >= tail.length || tail.startsWith(text.slice(0, tail.length - from), from);
    };
    this.matchOffsets = received === '' ? findMatchOffsets(tail, text) : this.matchOffsets.filter(stillMatches);
    this.received += text;
  }

  /** While all text repeats a part of the partial answer, only further text can show where to join the continuation. */
  private get mayBeOverlap(): boolean {
    const { received, matchOffsets, tail, prefixLength, whitespaceLength } = this;
    const [firstMatch = tail.length] = matchOffsets;
    const repeatsPrefix = prefixLength === received.length || whitespaceLength === received.length;
    return repeatsPrefix || firstMatch + received.length < tail.length;
  }

  private decide(ended: boolean): SpliceStep {
    const { received, prefixLength, sent } = this;
    const trimmed = this.overlapLength(ended);
    const repeatsStart = prefixLength >= certainOverlap && prefixLength < sent.length;
    // In a new answer, the model repeats the start of the partial answer, and then writes something else or stops.
    const differs = prefixLength < received.length ? trimmed === 0 : trimmed < received.length;
    if (repeatsStart && differs) return { type: 'another', text: received };
    return { type: 'join', trimmed, text: received.slice(trimmed) };
  }

  /** Number of characters at the start of the continuation that repeat the end of the partial answer. */
  private overlapLength(ended: boolean): number {
    const { received, prefixLength, sent, matchOffsets, tail } = this;
    if (ended && prefixLength === received.length && prefixLength >= sent.length) return prefixLength;
    if (prefixLength >= sent.length && this.isOverlap(prefixLength)) return prefixLength;
    if (this.method === 'prefill') {
      return prefixLength >= certainOverlap ? 0 : this.whitespaceLength;
    }
    const offset = matchOffsets.find((candidate) => candidate + received.length >= tail.length) ?? tail.length;
    const overlap = tail.length - offset;
    return this.isOverlap(overlap) ? overlap : 0;
  }

  private isOverlap(length: number): boolean {
    return length >= minOverlap && letterOrDigit.test(this.received.slice(0, length));
  }
}

/**
 * Returns the offsets in `tail`, the end of the partial answer, at which an overlap may begin, in ascending order. From
 * such an offset on, `tail` and `text` are equal up to the end of the shorter one.
 */
function findMatchOffsets(tail: string, text: string): readonly number[] {
  const offsets: number[] = [];
  for (let offset = tail.indexOf(text); offset !== -1; offset = tail.indexOf(text, offset + 1)) offsets.push(offset);
  const firstPartial = Math.max(0, tail.length - text.length + 1);
  for (let offset = firstPartial; offset < tail.length; offset++) {
    if (text.startsWith(tail.slice(offset))) offsets.push(offset);
  }
  return offsets;
}

function commonPrefixLength(a: string, b: string): number {
  let length = 0;
  // Ends with the shorter text, because `charCodeAt` returns NaN after the end.
  while (a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

/** Claude rejects a prefill that ends in whitespace, and a request can't contain half of a surrogate pair. */
export function prefillText(partial: string): string {
  return partial.toWellFormed().trimEnd();
}
