/** How the model was asked to continue a partial answer: with a prefill or with a continue prompt. */
export type JoinMethod = 'prefill' | 'continue';

export type SpliceStep =
  /** The continuation stays hidden, because it might only repeat a part of the partial answer. */
  | { readonly type: 'hold' }
  /** Removes the first `trimmed` characters of the continuation and appends the remaining `text`, which can be empty. */
  | { readonly type: 'join'; readonly trimmed: number; readonly text: string }
  /** Replaces the partial answer with `text`: the model has started a different answer from the beginning. */
  | { readonly type: 'another'; readonly text: string };

/**
 * Maximum time for which a continuation is held back, in milliseconds. After this time, the splice decides where to
 * join the continuation to the partial answer.
 */
export const maxHoldMs = 1500;
const tailChars = 4000;
/**
 * Minimum length of an overlap (repeated text), in characters. A shorter match might be a coincidence. In fuzz tests
 * with a minimum of 8 characters, 0.26 % of the texts were shortened wrongly. With 16 characters, none were.
 */
const minOverlap = 16;
/**
 * Minimum length at which a repetition can't be a coincidence, in characters. Such a repetition is held back without a
 * time limit, because the user already sees the same text.
 */
const certainOverlap = 64;

const letterOrDigit = /[\p{L}\p{N}]/u;
const hold: SpliceStep = { type: 'hold' };

/**
 * Joins a continuation to the partial answer. Models often repeat the end of the partial answer, or all of it, before
 * they continue. The continuation is held back while it might be such a repetition. Once it has been released, the
 * splice must not be used again.
 */
export class Splice {
  private received = '';
  /** The partial answer as it is sent in the request. A prefill omits its trailing whitespace. */
  private readonly sentText: string;
  private readonly trailingWhitespace: string;
  private readonly tail: string;
  /**
   * Offsets in the end of the partial answer at which an overlap (repeated text) can begin. See {@link
   * findMatchOffsets}.
   */
  private matchOffsets: readonly number[] = [];
  /** Number of characters that are equal at the start of the continuation and of the partial answer. */
  private prefixLength = 0;
  /**
   * Number of characters at the start of the continuation that repeat the trailing whitespace of the partial answer.
   */
  private whitespaceLength = 0;

  /** Neither the partial answer nor a text passed to `push` may end with half of a surrogate pair. */
  constructor(
    private readonly partialAnswer: string,
    readonly method: JoinMethod,
  ) {
    this.sentText = method === 'prefill' ? prefillText(partialAnswer) : partialAnswer;
    this.trailingWhitespace = partialAnswer.slice(this.sentText.length);
    this.tail = method === 'continue' ? partialAnswer.slice(-tailChars) : '';
  }

  get heldText(): string {
    return this.received;
  }

  push(text: string): SpliceStep {
    this.receive(text);
    return this.mayBeOverlap ? hold : this.decide(false);
  }

  /**
   * Decides after {@link maxHoldMs} where the continuation joins the partial answer. If the text received so far is
   * certainly a repetition, it is held back further.
   */
  expire(): SpliceStep {
    const certain = this.received.length >= certainOverlap && this.mayBeOverlap;
    return this.received === '' || certain ? hold : this.decide(false);
  }

  end(): SpliceStep {
    return this.decide(true);
  }

  private receive(text: string): void {
    if (text === '') return;
    const { partialAnswer, trailingWhitespace, tail, received } = this;
    if (this.prefixLength === received.length) {
      this.prefixLength += commonPrefixLength(text, partialAnswer.slice(received.length));
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

  /**
   * Whether all text of the continuation so far repeats a part of the partial answer. In this case, the splice has to
   * wait for further text before it can decide.
   */
  private get mayBeOverlap(): boolean {
    const { received, matchOffsets, tail, prefixLength, whitespaceLength } = this;
    const [firstMatch = tail.length] = matchOffsets;
    const repeatsPrefix = prefixLength === received.length || whitespaceLength === received.length;
    return repeatsPrefix || firstMatch + received.length < tail.length;
  }

  private decide(isComplete: boolean): SpliceStep {
    const { received, prefixLength, sentText } = this;
    const trimmed = this.overlapLength(isComplete);
    const repeatsStart = prefixLength >= certainOverlap && prefixLength < sentText.length;
    // Some models write a new answer instead of a continuation. The text then repeats the start of the partial answer,
    // and differs afterwards or ends.
    const differs = prefixLength < received.length ? trimmed === 0 : trimmed < received.length;
    if (repeatsStart && differs) return { type: 'another', text: received };
    return { type: 'join', trimmed, text: received.slice(trimmed) };
  }

  /**
   * Returns the number of characters at the start of the continuation that repeat the end of the partial answer.
   * @param isComplete whether the continuation is complete
   */
  private overlapLength(isComplete: boolean): number {
    const { received, prefixLength, sentText, matchOffsets, tail } = this;
    if (isComplete && prefixLength === received.length && prefixLength >= sentText.length) return prefixLength;
    if (prefixLength >= sentText.length && this.isOverlap(prefixLength)) return prefixLength;
    if (this.method === 'prefill') {
      return prefixLength >= certainOverlap ? 0 : this.whitespaceLength;
    }
    const offset = matchOffsets.find((candidate) => candidate + received.length >= tail.length) ?? tail.length;
    const overlap = tail.length - offset;
    return this.isOverlap(overlap) ? overlap : 0;
  }

  /**
   * Returns whether the first characters of the continuation are certainly a repetition. Otherwise, they are appended to
   * the answer, because repeated text is better than lost text.
   */
  private isOverlap(length: number): boolean {
    return length >= minOverlap && letterOrDigit.test(this.received.slice(0, length));
  }
}

/**
 * Returns the offsets in `tail` at which an overlap (repeated text) can begin, in ascending order. From such an offset
 * on, `tail` equals `text`, as far as both strings reach.
 * @param tail the end of the partial answer
 * @param text the start of the continuation
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
  // The loop stops at the end of the shorter string, because `charCodeAt` returns NaN after the end.
  while (a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

/**
 * Returns the partial answer in the form in which it is sent as a prefill. Claude rejects a prefill that ends with
 * whitespace, and a request can't contain half of a surrogate pair.
 */
export function prefillText(partialAnswer: string): string {
  return partialAnswer.toWellFormed().trimEnd();
}
