/** Of each of the two generations. VS Code asks thousands of times for one request, mostly about short strings. */
const mostEntries = 8_192;
const mostCharacters = 1_000_000;

/**
 * Counts of the strings that were asked about lately. Two generations instead of an order of use: a `Map` whose entries
 * are taken out and put back at each hit becomes slow with a single key that is asked for again and again.
 */
export class RecentCounts {
  private young = new Map<string, number>();
  private old: ReadonlyMap<string, number> = new Map();
  private youngCharacters = 0;

  /** What is kept, of both generations. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  get(text: string): number | undefined {
    const count = this.young.get(text);
    if (count !== undefined) return count;
    const old = this.old.get(text);
    if (old !== undefined) this.set(text, old);
    return old;
  }

  set(text: string, count: number): void {
    if (this.young.size >= mostEntries || this.youngCharacters + text.length > mostCharacters) {
      this.old = this.young;
      this.young = new Map();
      this.youngCharacters = 0;
    }
    this.young.set(text, count);
    this.youngCharacters += text.length;
  }
}
