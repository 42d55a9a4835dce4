/** What the reader has, and what a restarted answer has brought so far. */
export type TextChange =
  { readonly type: 'append'; readonly text: string } | { readonly type: 'overtaken'; readonly text: string };

/**
 * The text of a turn over all its attempts. A restarted answer stays behind the scenes until it is longer than what
 * the reader already has, or finished: until then the old text is the better one.
 */
export class AnswerText {
  private incoming: string | undefined;

  constructor(private committed = '') {}

  get text(): string {
    return this.committed;
  }

  /** The next text starts the answer again. */
  restart(): void {
    this.incoming = this.committed === '' ? undefined : '';
  }

  append(text: string): TextChange | undefined {
    if (this.incoming === undefined) {
      this.committed += text;
      return { type: 'append', text };
    }
    this.incoming += text;
    return this.incoming.length > this.committed.length ? this.overtake(this.incoming) : undefined;
  }

  /** The answer is whole: a shorter one than before is the right one too. */
  finish(): TextChange | undefined {
    return this.incoming === undefined || this.incoming === '' ? undefined : this.overtake(this.incoming);
  }

  private overtake(text: string): TextChange {
    this.committed = text;
    this.incoming = undefined;
    return { type: 'overtaken', text };
  }
}
