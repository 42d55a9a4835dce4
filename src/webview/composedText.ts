/** What the host has put into the composer, and may hold there until there is a key: it must not send anything else. */
export class ComposedText {
  /** As the host knows it. */
  private kept: boolean;

  /** @param composed what it was before the page was hidden @param draft what stood in the composer then */
  constructor(
    private composed: string | undefined,
    draft: string,
    private readonly tell: (kept: boolean) => void,
  ) {
    this.kept = this.standsIn(draft);
  }

  get text(): string | undefined {
    return this.composed;
  }

  /** @param text empty: nothing, or it has been sent */
  set(text: string): void {
    this.composed = text === '' ? undefined : text;
    this.kept = true;
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
