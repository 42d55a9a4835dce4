/** A storage of the browser, in memory. */
export class MemoryStorage implements Storage {
  readonly items = new Map<string, string>();
  /** Maximum length of a value, in characters. */
  maxValueLength = Infinity;

  get length(): number {
    return this.items.size;
  }

  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (value.length > this.maxValueLength) throw new DOMException('The storage is full.', 'QuotaExceededError');
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }

  clear(): void {
    this.items.clear();
  }
}
