import { isPanelState } from '../panelState';
import type { PanelState } from '../protocol';

/**
 * What was being written, where the next page of the same conversation finds it. VS Code gives the state of a panel back
 * after a reload; not when the panel was closed, or its extension host has died and nobody takes a prompt any more.
 */
export interface DraftShelf {
  put(state: PanelState): void;
  /** What was put there last for a conversation; undefined: nothing was being written. */
  of(conversationId: string): PanelState | undefined;
}

/** The part of `localStorage` that is used. All panels of the extension have one in common. */
export type ShelfStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const prefix = 'holysheep.draft.';
/** Of a conversation that is never opened again, deleted ones among them. */
const keptMs = 7 * 24 * 60 * 60 * 1000;

interface Shelved {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly state: PanelState;
}

/** @param now epoch milliseconds */
export function createDraftShelf(storage: ShelfStorage, now: () => number): DraftShelf {
  for (const key of keysOf(storage)) {
    const shelved = read(storage, key);
    if (!shelved || now() - shelved.at > keptMs) storage.removeItem(key);
  }
  return {
    put: (state) => {
      const key = prefix + state.conversationId;
      if (!isWriting(state)) storage.removeItem(key);
      else write(storage, key, { at: now(), state });
    },
    of: (conversationId) => read(storage, prefix + conversationId)?.state,
  };
}

/** Where a browser has no storage for the page, as its settings may have it: VS Code's own state has to do. */
export function draftShelfInBrowser(): DraftShelf {
  try {
    return createDraftShelf(window.localStorage, Date.now);
  } catch {
    return { put: () => undefined, of: () => undefined };
  }
}

function isWriting({ draft, edits = [], context = [] }: PanelState): boolean {
  return draft !== '' || edits.length > 0 || context.length > 0;
}

function write(storage: ShelfStorage, key: string, shelved: Shelved): void {
  try {
    storage.setItem(key, JSON.stringify(shelved));
  } catch {
    // It is full: what was there before is the beginning of it.
  }
}

function keysOf(storage: ShelfStorage): readonly string[] {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  return keys.filter((key) => key.startsWith(prefix));
}

/** @returns undefined for nothing, and for what another version has left */
function read(storage: ShelfStorage, key: string): Shelved | undefined {
  try {
    const { at, state } = Object(JSON.parse(storage.getItem(key) ?? 'null')) as Partial<Shelved>;
    return typeof at === 'number' && isPanelState(state) ? { at, state } : undefined;
  } catch {
    return undefined;
  }
}
