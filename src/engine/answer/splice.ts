import { isHighSurrogate, isLowSurrogate, wellFormed } from '../surrogates';

export type JoinMethod = 'prefill' | 'continue';

export type SpliceStep =
  /** Nothing to show yet. */
  | { readonly type: 'hold' }
  /** Decided: `trimmed` characters of the continuation are dropped, `text`, which may be empty, is to be appended. */
  | { readonly type: 'join'; readonly trimmed: number; readonly text: string }
  /** After the join. */
  | { readonly type: 'text'; readonly text: string }
  /** No continuation, but another answer from its beginning: all of it so far. */
  | { readonly type: 'another'; readonly text: string };

/** For how long a continuation may be held, in milliseconds. */
export const holdMs = 1500;
/** An overlap is looked for in so many characters at the end of the partial. */
export const tailChars = 4000;
/** A shorter overlap is chance: fuzzing found 0.26 % false trims at 8 characters, none at 16. */
export const minOverlap = 16;
/**
 * So much of what is there already, in characters, is certainly an echo. It may be held without limit: the reader has
 * all of it, and it can't be longer than the partial.
 */
export const certainChars = 64;

const letterOrDigit = /[\p{L}\p{N}]/u;
const hold: SpliceStep = { type: 'hold' };

/**
 * Finds where the continuation of a partial answer joins. Models repeat the end of what they are to continue, or all
 * of it; as long as that may be going on, the continuation is held. Whatever can't be told is appended: a passage
 * seen twice is better than one that is lost.
 */
export class Splice {
  private decided = false;
  private received = '';
  /** What was sent of the partial, without `white`. */
  private readonly base: string;
  /** White space at the end of the partial, which a prefill must not have. */
  private readonly white: string;
  private readonly tail: string;
  /** Ascending offsets in the tail from which tail and continuation agree, as far as both go. */
  private starts: readonly number[] = [];
  /** Characters in which the continuation agrees with the beginning of the partial. */
  private agreed = 0;
  /** Characters in which the continuation agrees with the beginning of `white`. */
  private agreedWhite = 0;

  constructor(
    private readonly partial: string,
    private readonly how: JoinMethod,
  ) {
    this.base = how === 'prefill' ? sentPartial(partial) : partial;
    this.white = partial.slice(this.base.length);
    this.tail = how === 'continue' ? partial.slice(-tailChars) : '';
  }

  /** Until it is decided how the continuation joins. */
  get holding(): boolean {
    return !this.decided;
  }

  /** Text that arrived before the position of the seam was known. */
  get heldText(): string {
    return this.received;
  }

  push(text: string): SpliceStep {
    if (this.decided) return { type: 'text', text };
    this.receive(text);
    // Half a character decides nothing.
    if (this.received === '' || isHighSurrogate(text, text.length - 1)) return hold;
    return this.undecided ? hold : this.decide(false);
  }

  /** Time is up: decides with what there is, unless that is certainly an echo. */
  expire(): SpliceStep {
    if (this.decided) return { type: 'text', text: '' };
    const certain = this.received.length >= certainChars && this.undecided;
    return this.received === '' || certain ? hold : this.decide(false);
  }

  /** The stream has ended: decides in any case. */
  end(): SpliceStep {
    return this.decided ? { type: 'text', text: '' } : this.decide(true);
  }

  private receive(text: string): void {
    if (text === '') return;
    const { partial, white, tail, received } = this;
    if (this.agreed === received.length) this.agreed += commonPrefix(text, partial.slice(received.length));
    if (this.agreedWhite === received.length) this.agreedWhite += commonPrefix(text, white.slice(received.length));
    const agree = (start: number): boolean => {
      const from = start + received.length;
      return from >= tail.length || tail.startsWith(text.slice(0, tail.length - from), from);
    };
    this.starts = received === '' ? beginnings(tail, text) : this.starts.filter(agree);
    this.received += text;
  }

  /** All of it is there already; what comes may tell where it joins. */
  private get undecided(): boolean {
    const { received, starts, tail, agreed, agreedWhite } = this;
    const [first = tail.length] = starts;
    const agrees = agreed === received.length || agreedWhite === received.length;
    return agrees || first + received.length < tail.length;
  }

  private decide(ended: boolean): SpliceStep {
    this.decided = true;
    const { received, agreed, base } = this;
    const trimmed = this.repeated(ended);
    const replayed = agreed >= certainChars && agreed < base.length;
    // A replay that says something else, or that has stopped half-way.
    const another = agreed < received.length ? trimmed === 0 : ended && trimmed < received.length;
    if (replayed && another) return { type: 'another', text: received };
    return { type: 'join', trimmed, text: received.slice(trimmed) };
  }

  /** How many characters of the continuation the reader has at the end of the partial already. */
  private repeated(ended: boolean): number {
    const { received, agreed, base, starts, tail } = this;
    if (ended && agreed === received.length && agreed >= base.length) return agreed;
    if (agreed >= base.length && this.isOverlap(agreed)) return agreed;
    if (this.how === 'prefill') {
      return agreed >= certainChars ? 0 : this.outsidePair(this.agreedWhite);
    }
    const start = starts.find((each) => each + received.length >= tail.length);
    const overlap = start === undefined ? 0 : tail.length - start;
    return this.isOverlap(overlap) ? overlap : 0;
  }

  private isOverlap(length: number): boolean {
    const { received } = this;
    return length >= minOverlap && letterOrDigit.test(received.slice(0, length)) && this.outsidePair(length) > 0;
  }

  private outsidePair(length: number): number {
    const { received } = this;
    return isHighSurrogate(received, length - 1) && isLowSurrogate(received, length) ? 0 : length;
  }
}

/** Ascending offsets in the tail from which it and the text agree, as far as both go; the search is the runtime's. */
function beginnings(tail: string, text: string): readonly number[] {
  const starts: number[] = [];
  for (let at = tail.indexOf(text); at !== -1; at = tail.indexOf(text, at + 1)) starts.push(at);
  const short = Math.max(0, tail.length - text.length + 1);
  for (let at = short; at < tail.length; at++) if (text.startsWith(tail.slice(at))) starts.push(at);
  return starts;
}

function commonPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

/** What a prefill sends of a partial answer: Claude rejects one that ends in white space. */
export function sentPartial(partial: string): string {
  return wellFormed(partial).trimEnd();
}
