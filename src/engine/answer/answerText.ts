import { isHighSurrogate } from '../surrogates';
import { Splice, type JoinMethod, type SpliceStep } from './splice';

/** What the reader has, and what an attempt has brought so far. */
export type TextChange =
  | { readonly type: 'append'; readonly text: string }
  /** The continuation fits to what was there; `seam`: where it begins. */
  | {
      readonly type: 'joined';
      readonly how: JoinMethod;
      readonly trimmed: number;
      readonly seam: number;
      readonly text: string;
    }
  | { readonly type: 'overtaken'; readonly text: string }
  /** The text of this attempt no longer counts: `text` is all that is left. */
  | { readonly type: 'discarded'; readonly text: string };

/** How the text of the next attempt relates to what is there. */
export type Beginning = 'append' | 'restart' | JoinMethod;

/**
 * The text of a turn over all its attempts. A restarted answer stays behind the scenes until it is longer than what
 * the reader already has, or finished: until then the old text is the better one. A continuation is held until it is
 * clear where it joins.
 */
export class AnswerText {
  /** What a restart has brought; undefined: there is none. */
  private incoming: string | undefined;
  private join: { readonly splice: Splice; readonly how: JoinMethod } | undefined;
  /** The first half of a character whose second half is still to come. */
  private half = '';
  private before = 0;
  private beginning: Beginning = 'append';
  /** The text when the attempt began. */
  private partial = '';
  /** The present attempt has only repeated a part of what was there. */
  stoppedShort = false;

  constructor(private committed = '') {}

  get text(): string {
    return this.committed;
  }

  /** A continuation has arrived whose place is not clear yet. */
  get holding(): boolean {
    return this.join !== undefined;
  }

  /** Characters the present attempt has brought, echoes apart. */
  get added(): number {
    return this.incoming?.length ?? Math.max(0, this.committed.length - this.before);
  }

  begin(how: Beginning): void {
    this.half = '';
    this.stoppedShort = false;
    this.before = this.committed.length;
    this.beginning = how;
    this.partial = this.committed;
    this.incoming = undefined;
    this.join = undefined;
    if (this.committed === '' || how === 'append') return;
    if (how === 'restart') this.incoming = '';
    else this.join = { splice: new Splice(this.committed, how), how };
  }

  /** Forgets the text of this attempt, which goes on as if it had just begun. */
  discard(): TextChange | undefined {
    const changed = this.committed !== this.partial;
    this.committed = this.partial;
    this.begin(this.beginning);
    return changed ? { type: 'discarded', text: this.committed } : undefined;
  }

  /**
   * The gateway starts the answer over within this attempt: the text so far stays until the new one is longer.
   * @returns false for a continuation, which would have to be taken back
   */
  restartInStream(): boolean {
    if (this.beginning !== 'append' && this.beginning !== 'restart') return false;
    this.half = '';
    if (this.committed !== '') this.incoming = '';
    return true;
  }

  /** Whether a continuation has added nothing: it was empty or only repeated the end of the partial answer. */
  get isRepetition(): boolean {
    const { join, committed, partial } = this;
    const joins = this.beginning === 'prefill' || this.beginning === 'continue';
    return joins && partial !== '' && committed === partial && partial.endsWith(join?.splice.heldText ?? '');
  }

  append(delta: string): TextChange | undefined {
    const text = this.whole(delta);
    if (text === '') return undefined;
    if (this.join) return this.joined(this.join.splice.push(text));
    if (this.incoming !== undefined) return this.arrive(text);
    this.committed += text;
    return { type: 'append', text };
  }

  /** A continuation has been held for long enough. */
  expire(): TextChange | undefined {
    return this.join && this.joined(this.join.splice.expire());
  }

  /**
   * The answer is whole: a shorter one than before is the right one too.
   * @param wordless and so is one without a word
   */
  finish(wordless: boolean): TextChange | undefined {
    this.half = '';
    const joined = this.join && this.joined(this.join.splice.end());
    const { incoming } = this;
    return incoming === undefined || (incoming === '' && !wordless) ? joined : this.overtake(incoming);
  }

  /**
   * The stream is broken. What is held of a continuation is dropped: word for word the reader has it already, and if it
   * was more than an echo, the next continuation brings it again. Half a character has no use.
   */
  cut(): void {
    this.half = '';
    this.join = undefined;
  }

  /** A view of text can't show half a character, and a request can't carry one. */
  private whole(delta: string): string {
    const text = this.half + delta;
    if (!isHighSurrogate(text, text.length - 1)) {
      this.half = '';
      return text;
    }
    this.half = text.slice(-1);
    return text.slice(0, -1);
  }

  private joined(step: SpliceStep): TextChange | undefined {
    const how = this.join?.how;
    switch (step.type) {
      case 'hold':
        return undefined;
      case 'another':
        this.join = undefined;
        // It has stopped in the middle of what is there: the old text is more of the same.
        this.stoppedShort = this.committed.startsWith(step.text);
        if (this.stoppedShort) return undefined;
        this.incoming = '';
        return this.arrive(step.text);
      case 'text':
      case 'join': {
        const seam = this.committed.length;
        const trimmed = step.type === 'join' ? step.trimmed : 0;
        this.join = undefined;
        this.committed += step.text;
        return how === undefined ? undefined : { type: 'joined', how, trimmed, seam, text: step.text };
      }
    }
  }

  private arrive(text: string): TextChange | undefined {
    const incoming = (this.incoming ?? '') + text;
    if (incoming.length > this.committed.length) return this.overtake(incoming);
    this.incoming = incoming;
    return undefined;
  }

  private overtake(text: string): TextChange {
    this.committed = text;
    this.before = 0;
    this.incoming = undefined;
    return { type: 'overtaken', text };
  }
}
