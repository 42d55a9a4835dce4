/** What the host has put into the composer, and may hold there until there is a key: it must not send anything else. */
export class ComposedText {
  private composed: string | undefined;
  private isMore = false;
  /** As the host knows it. */
  private kept: boolean;

  /** @param before what it was before the page was hidden @param draft what stood in the composer then */
  constructor(
    before: { readonly composed?: string | undefined; readonly more?: boolean | undefined },
    draft: string,
    private readonly tell: (kept: boolean) => void,
  ) {
    this.composed = before.composed;
    this.isMore = before.more ?? false;
    this.kept = this.standsIn(draft);
  }

  get text(): string | undefined {
    return this.composed;
  }

  /** There is more to it than its words, which the host holds. */
  get more(): boolean {
    return this.isMore;
  }

  /** The words alone would ask for something else. */
  needsMore(draft: string): boolean {
    return this.isMore && this.composed !== undefined && this.standsIn(draft);
  }

  /** @param text empty: nothing, or it has been sent */
  set(text: string, more = false): void {
    this.composed = text === '' ? undefined : text;
    this.isMore = more;
    this.kept = true;
  }

  /** To a host that may have forgotten it with the window before. */
  confirm(): void {
    if (this.isMore && this.kept) this.tell(true);
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
