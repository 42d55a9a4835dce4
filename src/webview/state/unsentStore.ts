import * as v from 'valibot';

/**
 * Stores unsent text in the `localStorage` of all pages: drafts with their context items, unfinished edits, prefilled
 * prompts, and sent prompts that the host has not confirmed. The text survives a reload, a closed panel and a crash.
 * Each conversation has one record. A read-only page, whose conversation is open in another window, must not write the
 * record.
 */
export class UnsentStore {
  private deleted: ReadonlySet<string> = new Set();

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

  load(conversationId: string): Unsent | undefined {
    return this.read(keyPrefix + conversationId);
  }

  /**
   * Stores the unsent text of a conversation. If the storage is full, the previous record is kept.
   * @returns whether the text was stored
   */
  save(conversationId: string, unsent: Unsent): boolean {
    if (this.deleted.has(conversationId)) return false;
    const isSaved = tryOrUndefined(() => {
      this.storage().setItem(keyPrefix + conversationId, JSON.stringify({ ...unsent, at: this.now() }));
      return true;
    });
    return isSaved ?? false;
  }

  /** Removes the records of deleted conversations. Later calls of `save` for these conversations do nothing. */
  remove(conversationIds: readonly string[]): void {
    this.deleted = new Set(conversationIds);
    tryOrUndefined(() => {
      for (const id of conversationIds) this.storage().removeItem(keyPrefix + id);
    });
  }

  private read(key: string): Unsent | undefined {
    return tryOrUndefined(() => {
      const stored: unknown = JSON.parse(this.storage().getItem(key) ?? 'null');
      return v.is(record, stored) && this.now() - stored.at <= retentionMs ? stored : undefined;
    });
  }
}

const keyPrefix = 'holysheep.draft.';
/**
 * Time after which stored text expires, in milliseconds. Unsent text should survive a weekend, but must not be kept for
 * long, because it might contain code.
 */
const retentionMs = 7 * 24 * 60 * 60 * 1000;

const text = v.string();
const finite = v.pipe(v.number(), v.finite());
const listOf = <T extends v.GenericSchema>(item: T) => v.optional(v.pipe(v.array(item), v.readonly()));

const prefilled = v.object({
  text,
  /** Data of a prefilled prompt, such as code. The page sends this data back to the host with the prompt. */
  more: v.optional(v.custom<object>((value) => typeof value === 'object' && value !== null)),
});

const readingPosition = v.object({
  answerId: text,
  /** Height of the part of the answer that is above the visible area, in pixels. */
  offset: finite,
});

/** Unfinished edit of a prompt or a summary. `id` is the id of the exchange, or of the answer of the summary. */
const openEdit = v.object({ id: text, text });

/** Unsent text of a conversation, together with the view of the page. Both are restored after a reload. */
const unsent = v.object({
  draft: text,
  /** Prefilled prompts whose text is part of the draft or of a pending prompt, newest first. */
  prefilled: listOf(prefilled),
  /** Ids of the draft's context items. After a reload, the host reads the content of the items again. */
  context: listOf(text),
  edits: listOf(openEdit),
  pending: listOf(text),
  /**
   * Id of the last exchange or summary on the page. If a later exchange contains a pending prompt, that prompt has
   * reached the host.
   */
  seen: v.optional(text),
  /** Reading position in the conversation. Absent if autoscroll was following the end. */
  place: v.optional(readingPosition),
  unfolded: listOf(text),
});
const record = v.object({ ...unsent.entries, at: finite });

export type Prefilled = Readonly<v.InferOutput<typeof prefilled>>;
export type ReadingPosition = Readonly<v.InferOutput<typeof readingPosition>>;
export type OpenEdit = Readonly<v.InferOutput<typeof openEdit>>;
export type Unsent = Readonly<v.InferOutput<typeof unsent>>;

function tryOrUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
