import type { Store } from '../../src/host/conversation/promptHistoryStore';

/** What a workspace or the user remembers, in a map. */
export function storeIn(memory: Map<string, unknown>): Store {
  return {
    get: (key) => memory.get(key),
    update: (key, value) => Promise.resolve(void memory.set(key, value)),
  };
}
