import type { UnsentStorage } from '../../../../src/webview/state/unsentStore';

/** A browser's storage, in memory. */
export class MemoryStorage implements UnsentStorage {
  readonly items = new Map<string, string>();
  /** Characters of all values together that it takes. */
  limit = Infinity;

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
    if (value.length > this.limit) throw new DOMException('It is full.', 'QuotaExceededError');
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }
}
