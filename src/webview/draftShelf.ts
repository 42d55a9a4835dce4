import { isPanelState } from '../panelState';
import type { PanelState } from '../protocol';

/**
 * What was being written, where the next page of the same conversation finds it. VS Code gives the state of a panel back
 * after a reload, but maybe an earlier one; and none when the panel was closed, or its extension host has died and nobody
 * takes a prompt any more. That nothing is being written is kept as well: it is the later word.
 */
export interface DraftShelf {
  put(state: PanelState): void;
  /** What was put there last for a conversation. */
  of(conversationId: string): PanelState | undefined;
  /** Removes the drafts of these conversations, and stores no further drafts of them from this page. */
  remove(conversationIds: readonly string[]): void;
}

/** The part of `localStorage` that is used. All panels of the extension have one in common. */
export type ShelfStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const prefix = 'holysheep.draft.';
/**
 * How long drafts are kept: long enough to return to a closed panel or a killed window, but no longer, because they may
 * contain code.
 */
const keptMs = 24 * 60 * 60 * 1000;

/** @param now epoch milliseconds */
export function createDraftShelf(storage: ShelfStorage, now: () => number): DraftShelf {
  for (const key of keysOf(storage)) {
    const at = read(storage, key)?.at;
    if (at === undefined || now() - at > keptMs) storage.removeItem(key);
  }
  let removed: ReadonlySet<string> = new Set();
  return {
    put: (state) => {
      if (!removed.has(state.conversationId)) write(storage, prefix + state.conversationId, state);
    },
    of: (conversationId) => read(storage, prefix + conversationId),
    remove: (conversationIds) => {
      removed = new Set(conversationIds);
      for (const id of conversationIds) storage.removeItem(prefix + id);
    },
  };
}

/** Where a browser has no storage for the page, as its settings may have it: VS Code's own state has to do. */
export function draftShelfInBrowser(): DraftShelf {
  try {
    return createDraftShelf(window.localStorage, Date.now);
  } catch {
    return { put: () => undefined, of: () => undefined, remove: () => undefined };
  }
}

function write(storage: ShelfStorage, key: string, state: PanelState): void {
  try {
    storage.setItem(key, JSON.stringify(state));
  } catch {
    // It is full: what was there before is the beginning of it.
  }
}

function keysOf(storage: ShelfStorage): readonly string[] {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  return keys.filter((key) => key.startsWith(prefix));
}

/** @returns undefined for nothing, and for what another version has left */
function read(storage: ShelfStorage, key: string): PanelState | undefined {
  try {
    const state: unknown = JSON.parse(storage.getItem(key) ?? 'null');
    return isPanelState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}
