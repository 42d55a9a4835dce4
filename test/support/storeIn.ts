import type { Memento } from 'vscode';

/** A `Memento` that stores its values in a map. */
export function storeIn(memory: Map<string, unknown>): Memento {
  return {
    keys: () => [...memory.keys()],
    get: (key: string, fallback?: unknown) => (memory.get(key) ?? fallback) as undefined,
    update: (key, value) => Promise.resolve(void memory.set(key, value)),
  };
}
