import { newerUnsent, parseUnsent, type StoredUnsent } from '../../shared/unsent';

/**
 * Stores unsent text in the `localStorage` of all pages: drafts with their context items, unfinished edits, prefilled
 * prompts, and sent prompts that the host has not confirmed. The text survives a reload, a closed panel and a crash.
 * Each conversation has one record. A read-only page, whose conversation is open in another window, must not write the
 * record.
 */
export class UnsentStore {
  /** Removes expired and unreadable records. If `storage` throws because access is denied, nothing is stored. */
  constructor(
    private readonly storage: () => Storage,
    private readonly now: () => number,
  ) {
    tryOrUndefined(() => {
      const { length } = storage();
      const keys = Array.from({ length }, (_, index) => storage().key(index) ?? '');
      for (const key of keys) if (key.startsWith(keyPrefix) && !this.read(key)) storage().removeItem(key);
    });
  }

  /**
   * Returns the unsent text of a conversation.
   * @param copy the host's copy. It is used unless the stored text is newer.
   */
  load(conversationId: string, copy?: StoredUnsent): StoredUnsent | undefined {
    return newerUnsent(copy, this.read(keyPrefix + conversationId));
  }

  /** Stores the unsent text of a conversation. If the storage is full, the previous record is kept. */
  save(conversationId: string, unsent: StoredUnsent): void {
    tryOrUndefined(() => this.storage().setItem(keyPrefix + conversationId, JSON.stringify(unsent)));
  }

  /** Removes the records of deleted conversations. */
  remove(conversationIds: readonly string[]): void {
    tryOrUndefined(() => {
      for (const id of conversationIds) this.storage().removeItem(keyPrefix + id);
    });
  }

  private read(key: string): StoredUnsent | undefined {
    return tryOrUndefined(() => parseUnsent(JSON.parse(this.storage().getItem(key) ?? 'null'), this.now()));
  }
}

const keyPrefix = 'holysheep.draft.';

function tryOrUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
