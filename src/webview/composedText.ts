/** What the host has put into a composer, and what goes along with it. */
export interface Composed {
  readonly composed?: string | undefined;
  readonly more?: object | undefined;
}

/** What the host has put into the composer, and may hold there until there is a key: it must not send anything else. */
export class ComposedText {
  private composed: string | undefined;
  private more: object | undefined;
  /** What was put there before that, or has been sent, latest first: it may still stand there, or come back. */
  private earlier: readonly Composed[] = [];
  /** It stands there, as the host knows it. */
  private kept = true;

  /** @param before what it was before the page was hidden @param draft what stood in the composer then */
  constructor(
    before: Composed,
    draft: string,
    private readonly tell: (kept: boolean, more?: object) => void,
  ) {
    this.restore(before, draft);
  }

  get text(): string | undefined {
    return this.composed;
  }

  restore({ composed, more }: Composed, draft: string): void {
    this.composed = composed;
    this.more = more;
    this.kept = this.standsIn(draft);
  }

  /** What has more to it and is part of a draft: its words alone would ask for something else. */
  partOf(draft: string): Composed | undefined {
    const all: readonly Composed[] = [{ composed: this.composed, more: this.more }, ...this.earlier];
    return all.find(({ composed, more }) => composed !== undefined && more && draft.includes(composed.trim()));
  }

  /** It stands there, and nothing else. */
  isAllOf(draft: string): boolean {
    return this.composed !== undefined && this.standsIn(draft);
  }

  /** @param text undefined: it has been sent, and is on its way */
  set(text?: string, more?: object): void {
    if (this.more) this.earlier = [{ composed: this.composed, more: this.more }, ...this.earlier];
    this.composed = text;
    this.more = more;
    this.kept = true;
  }

  /** It has been taken, and nothing of it is to come back; what waits beside it still may. */
  taken(prompt: string): void {
    const isLeft = ({ composed }: Composed): boolean => composed === undefined || !prompt.includes(composed.trim());
    this.earlier = this.earlier.filter(isLeft);
    if (isLeft({ composed: this.composed })) return;
    this.composed = this.more = undefined;
    this.kept = true;
  }

  /** To a host that may have gone away, and what it held with it. */
  confirm(): void {
    if (this.more && this.kept) this.tell(true, this.more);
  }

  compare(draft: string): void {
    const kept = this.standsIn(draft);
    if (kept !== this.kept) this.tell(kept);
    this.kept = kept;
  }

  private standsIn(draft: string): boolean {
    return this.composed === undefined || draft.trim() === this.composed.trim();
  }
}
