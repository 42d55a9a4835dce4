import type { StateStore } from '../../src/host/conversation/promptHistoryStore';

/** A `Memento` that stores its values in a map. */
export function storeIn(memory: Map<string, unknown>): StateStore {
  return {
    get: (key) => memory.get(key),
    update: (key, value) => Promise.resolve(void memory.set(key, value)),
  };
}
