/** The unsent text of a page. Pages store it, and the host stores a copy for pages in another location. */
import * as v from 'valibot';

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
  /**
   * First visible block of the answer's text, and the share of its height that is above the visible area. Unlike the
   * offset, the block is the same at every width of the page. Absent if the start of the answer is visible.
   */
  block: v.optional(v.object({ index: v.number(), shareAbove: finite })),
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
  /** IDs of the notices above the composer that the user has dismissed. */
  dismissed: listOf(text),
});
/** Unsent text with times in epoch milliseconds of the page's clock. */
export const storedUnsent = v.object({
  ...unsent.entries,
  /** Time at which the record was stored. */
  at: finite,
  /** Time of the last change, except of the reading position and the like. Absent if there was no unsent text yet. */
  changedAt: v.optional(finite),
});
/**
 * Time after which stored text expires, in milliseconds. Unsent text should survive a weekend, but must not be kept for
 * long, because it might contain code.
 */
const retentionMs = 7 * 24 * 60 * 60 * 1000;

/** Returns a stored record, or undefined if the record is invalid or has expired. */
export function parseUnsent(record: unknown, now: number): StoredUnsent | undefined {
  return v.is(storedUnsent, record) && now - record.at <= retentionMs ? record : undefined;
}

/**
 * Returns the record whose unsent text was changed last. The text of a page that has only been opened and read is older
 * than any text that the user has typed.
 */
export function newerUnsent(a: StoredUnsent | undefined, b: StoredUnsent | undefined): StoredUnsent | undefined {
  if (!a || !b) return a ?? b;
  return (a.changedAt ?? 0) < (b.changedAt ?? 0) ? b : a;
}

export type Prefilled = Readonly<v.InferOutput<typeof prefilled>>;
export type ReadingPosition = Readonly<v.InferOutput<typeof readingPosition>>;
export type OpenEdit = Readonly<v.InferOutput<typeof openEdit>>;
export type Unsent = Readonly<v.InferOutput<typeof unsent>>;
export type StoredUnsent = Readonly<v.InferOutput<typeof storedUnsent>>;
