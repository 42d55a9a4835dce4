import * as v from 'valibot';

/**
 * Stores unsent text: drafts with their context items, edited prompts, prefilled prompts, and sent prompts that the host
 * has not confirmed. There is one record per conversation, in the `localStorage` that all pages of the extension share.
 * A record survives a reload, a closed panel, and a crash of the window or the extension host. All windows share the
 * records, so a page must not write a record while another window has the right to write the conversation.
 */
export class UnsentStore {
  private deleted: ReadonlySet<string> = new Set();

  /**
   * Opens the store, and removes expired and unreadable records.
   * @param storage returns the `localStorage`. If it throws because the browser denies access, nothing is stored.
   * @param now returns the time in epoch milliseconds
   */
  constructor(
    private readonly storage: () => UnsentStorage,
    private readonly now: () => number,
  ) {
    tryOrUndefined(() => {
      const { length } = storage();
      const keys = Array.from({ length }, (_, index) => storage().key(index) ?? '');
      for (const key of keys) if (key.startsWith(keyPrefix) && !this.read(key)) storage().removeItem(key);
    });
  }

  /** Returns the unsent text of a conversation, if there is a valid record. */
  load(conversationId: string): Unsent | undefined {
    return this.read(keyPrefix + conversationId);
  }

  /**
   * Replaces the record of a conversation. If the storage is full, the old record stays.
   * @returns whether the record was replaced
   */
  save(conversationId: string, unsent: Unsent): boolean {
    if (this.deleted.has(conversationId)) return false;
    const record = JSON.stringify({ ...unsent, at: this.now() });
    const isSaved = tryOrUndefined(() => {
      this.storage().setItem(keyPrefix + conversationId, record);
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

  /**
   * Returns the record of a conversation; undefined if there is none, if it has expired, or if its format is not valid.
   */
  private read(key: string): Unsent | undefined {
    return tryOrUndefined(() => {
      const record: unknown = JSON.parse(this.storage().getItem(key) ?? 'null');
      return isUnsent(record) && this.now() - record.at <= retentionMs ? record : undefined;
    });
  }
}

/** The methods of `localStorage` that the store uses. */
export type UnsentStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const keyPrefix = 'holysheep.draft.';
/**
 * Age at which records expire, in milliseconds. Unsent text should survive a weekend, but records are not kept longer
 * than a week, because they may contain code.
 */
const retentionMs = 7 * 24 * 60 * 60 * 1000;

/** The unsent text of a conversation, together with the view of the page, which is restored after a reload. */
export interface Unsent {
  readonly draft: string;
  /** The prefilled prompts whose text is part of the draft or of a pending prompt, newest first. */
  readonly prefilled?: readonly Prefilled[] | undefined;
  /** Ids of the draft's context items. After a reload, the host reads the content of the items again. */
  readonly context?: readonly string[] | undefined;
  /** The sent prompts that the user is editing. */
  readonly edits?: readonly OpenEdit[] | undefined;
  /** Sent prompts that the host has not confirmed. */
  readonly pending?: readonly string[] | undefined;
  /**
   * Id of the last exchange that was on the page when the unsent text was stored. A pending prompt that appears in a
   * later exchange must have reached the host.
   */
  readonly seen?: string | undefined;
  /** The reading position. Absent if autoscroll was following the end of the conversation. */
  readonly place?: ReadingPosition | undefined;
  /** Ids of the exchanges whose long prompt the user has unfolded. */
  readonly unfolded?: readonly string[] | undefined;
}

/** A prompt that a command has put into the composer. */
export interface Prefilled {
  readonly text: string;
  /**
   * Data that belongs to the prompt, such as code. The page does not read this data, but sends it back to the host with
   * the prompt.
   */
  readonly more?: object | undefined;
}

/** The scroll position in a conversation: the first visible answer, and how much of it is above the visible area. */
export interface ReadingPosition {
  /** Id of the exchange with the first visible answer. */
  readonly exchangeId: string;
  /** Height of the part of that answer that is above the visible area, in pixels. */
  readonly offset: number;
}

/** A sent prompt that the user is editing, with the text in the editor. */
export interface OpenEdit {
  readonly exchangeId: string;
  readonly text: string;
}

/**
 * Returns whether the user has left unsent text. If not, a reopened panel shows the end of the conversation instead of
 * restoring the reading position.
 */
export function hasUnsentText({ draft, edits = [], context = [], pending = [] }: Unsent): boolean {
  return draft !== '' || edits.length > 0 || context.length > 0 || pending.length > 0;
}

const text = v.string();
const texts = v.optional(v.array(text));
const finite = v.pipe(v.number(), v.finite());

const unsentSchema = v.object<{ readonly [K in keyof Unsent | 'at']-?: v.GenericSchema }>({
  at: finite,
  draft: text,
  prefilled: v.optional(v.array(v.object({ text, more: v.optional(v.looseObject({})) }))),
  context: texts,
  edits: v.optional(v.array(v.object({ exchangeId: text, text }))),
  pending: texts,
  seen: v.optional(text),
  place: v.optional(v.object({ exchangeId: text, offset: finite })),
  unfolded: texts,
});

function isUnsent(record: unknown): record is Unsent & { readonly at: number } {
  return v.is(unsentSchema, record);
}

function tryOrUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
